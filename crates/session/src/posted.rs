//! Frames that come by POST: what a client of server-sent events says. They are the speaker's who listens elsewhere; without
//! one, whatever needs no connection can be said all the same.

use mentora_core::documents::EndReason;
use mentora_core::ids::UserId;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{ClientFrame, StreamRole};

use crate::Step;
use crate::effect::Effect;
use crate::input::{ConnectionId, Source};

/// Who says what is said without a connection; the first connection is 1.
const NOBODY: ConnectionId = ConnectionId(0);

/// A frame that came by POST, without its sound.
#[derive(Debug, Clone, PartialEq)]
pub enum Posted {
    /// Any but sound.
    Frame(ClientFrame),
    /// So many bytes of PCM; the shell holds them.
    Sound(usize),
}

impl Step<'_> {
    /// A frame of the student came by POST. It is refused by [`Effect::Refused`] in this step, or was taken.
    pub(crate) fn posted(&mut self, post: u32, user: &UserId, posted: Posted) {
        self.post = Some(post);
        let now = self.now;
        let flow = self.state.posts.get_or_insert_with(|| crate::flow::Flow::new(now));
        if flow.takes_frames(1, now) {
            match (self.voice_of(user), posted) {
                (Some(id), Posted::Sound(bytes)) => self.audio_chunk(id, bytes),
                (None, Posted::Sound(_)) => self.miss_connection(),
                (id, Posted::Frame(frame)) => self.posted_frame(id, frame),
            }
        } else {
            let message = "More than 200 frames a second were sent. Send this one again in a second.";
            self.refuse(Source::Connection(NOBODY), None, ErrorCode::RateLimited, message);
        }
        self.post = None;
    }

    fn posted_frame(&mut self, id: Option<ConnectionId>, frame: ClientFrame) {
        match (id, frame) {
            (_, ClientFrame::Hello { .. }) => {
                let message = "`hello` is said on a WebSocket. With server-sent events, name the cursor when you open them.";
                self.refuse(Source::Connection(NOBODY), None, ErrorCode::ValidationError, message);
            }
            (Some(id), frame) => self.frame(id, frame),
            (None, ClientFrame::TextInput { text, client_message_id }) => {
                self.say(Source::Connection(NOBODY), text, client_message_id);
            }
            (None, ClientFrame::Interrupt { heard_ms }) => self.interrupt(heard_ms.map(i64::from)),
            (None, ClientFrame::Playback { turn_id, heard_ms }) => self.played(&turn_id, i64::from(heard_ms)),
            (None, ClientFrame::Stop { .. }) => self.end(EndReason::StudentEnded),
            (None, ClientFrame::Ping { .. }) => {}
            (
                None,
                ClientFrame::AudioStart { .. } | ClientFrame::AudioChunk { .. } | ClientFrame::AudioEnd {},
            ) => self.miss_connection(),
        }
    }

    /// The user's connection that speaks.
    fn voice_of(&self, user: &UserId) -> Option<ConnectionId> {
        let speaks = |role, of: &UserId| role == StreamRole::Speaker && of == user;
        let mut clients = self.state.connections.iter();
        clients.find(|(_, c)| speaks(c.connection.role, &c.connection.user)).map(|(id, _)| *id)
    }

    fn miss_connection(&mut self) {
        let message =
            "Speech belongs to an open stream. Open it as speaker (`Accept: text/event-stream`), then speak.";
        self.refuse(Source::Connection(NOBODY), None, ErrorCode::Conflict, message);
    }

    /// Whether a refusal is the answer to a frame that was posted; then it is given there, and not on the stream.
    pub(crate) fn refuse_post(&mut self, code: ErrorCode, message: &str) -> bool {
        let Some(post) = self.post else { return false };
        let refusal = crate::effect::Refusal::new(code, message);
        self.effects.push(Effect::Refused { post, refusal });
        true
    }
}
