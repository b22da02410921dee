//! Connections: who is heard, what each has seen, and what it may send.

use mentora_core::documents::EndReason;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::audio::{ENCODING, INPUT_SAMPLE_RATE, OUTPUT_SAMPLE_RATE};
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::server::AudioFormat;
use mentora_wire::stream::{ClientFrame, CloseCode, PrivateFrame, Seq, StreamRole};

use crate::Step;
use crate::crowd::MAX_OWN;
use crate::effect::Effect;
use crate::input::{Connection, ConnectionId, Source};
use crate::state::Client;

/// Bad frames of one connection that are answered before it is closed.
const TOLERATED_BAD_FRAMES: u32 = 3;

impl Step<'_> {
    /// Life begins, or begins again: take up what the last life left open.
    ///
    /// A panic leaves sockets open and tells them nothing, so events may be stored that they were never sent. Each is
    /// told how far the log has come; one that finds a gap asks for it with `hello`.
    pub(crate) fn wake(&mut self, connections: Vec<Connection>) {
        let newest = self.state.record.last_seq;
        for connection in connections {
            let id = connection.id;
            self.state.connections.insert(id, Client::new(connection, self.now));
            self.greet(id, newest);
        }
        // Making room for the last who came may have been cut short.
        self.keep_own(MAX_OWN);
        // So may a take-over: of several who think that they speak, the newest does.
        let speaks = |client: &Client| client.connection.role == StreamRole::Speaker;
        let newest = self.state.connections.iter().rev().find(|(_, c)| speaks(c)).map(|(id, _)| *id);
        if let Some(newest) = newest {
            self.take_over(newest);
        }
        self.resume_speech();
        self.resume_answer();
        self.resume_credit();
        self.resume_microphone();
        self.resume_outbox();
        self.resume_sessions();
        self.resume_promise();
    }

    pub(crate) fn connect(&mut self, mut connection: Connection) {
        let id = connection.id;
        self.make_room_for(&connection.user);
        let may_speak = connection.user == self.state.record.facts.owner && !self.state.is_closed();
        if connection.role == StreamRole::Speaker {
            if may_speak {
                self.take_over(id);
            } else {
                connection.role = StreamRole::Listener;
                self.effects.push(Effect::SetRole { connection: id, role: StreamRole::Listener });
            }
        }
        let after = connection.cursor.min(self.state.record.last_seq);
        self.state.connections.insert(id, Client::new(connection, self.now));
        self.greet(id, after);
        self.replay(id, after);
        if self.state.is_closed() {
            self.close(id, CloseCode::Ended, "the conversation has ended");
        }
    }

    /// Says where things stand. What the client has missed follows.
    fn greet(&mut self, id: ConnectionId, after: Seq) {
        let Some(client) = self.state.connections.get(&id) else {
            return;
        };
        let record = &self.state.record;
        let frame = PrivateFrame::Connected {
            conversation_id: record.facts.conversation.clone(),
            session_id: format!("{}", id.0),
            role: client.connection.role,
            state: record.state,
            session: record.session,
            cursor: record.last_seq,
            replay_from: Seq(after.0.saturating_add(1)),
            audio: AudioFormat {
                input_sample_rate: INPUT_SAMPLE_RATE,
                output_sample_rate: OUTPUT_SAMPLE_RATE,
                encoding: ENCODING.into(),
            },
            now: self.now,
        };
        self.tell_one(id, frame);
    }

    /// What was told before now and after a cursor.
    fn replay(&mut self, connection: ConnectionId, after: Seq) {
        let upto = self.state.record.last_seq;
        self.effects.push(Effect::Replay { connection, after, upto });
    }

    /// One speaker at a time: the older one listens from now on, and is told so.
    fn take_over(&mut self, newer: ConnectionId) {
        let speaks = |client: &Client| client.connection.role == StreamRole::Speaker;
        let older: Vec<_> = self
            .state
            .connections
            .iter()
            .filter(|(id, c)| **id != newer && speaks(c))
            .map(|(id, _)| *id)
            .collect();
        for id in older {
            self.end_speech(id);
            if let Some(client) = self.state.connections.get_mut(&id) {
                client.connection.role = StreamRole::Listener;
            }
            self.effects.push(Effect::SetRole { connection: id, role: StreamRole::Listener });
            self.greet(id, self.state.record.last_seq);
        }
    }

    pub(crate) fn disconnect(&mut self, id: ConnectionId) {
        if self.state.connections.remove(&id).is_some() {
            self.end_speech(id);
        }
    }

    /// Closes a client's socket. Its `Disconnected` may still come, and then says nothing new.
    pub(crate) fn close(&mut self, id: ConnectionId, code: CloseCode, reason: &'static str) {
        self.end_speech(id);
        self.state.connections.remove(&id);
        self.effects.push(Effect::Close { connection: id, code, reason });
    }

    pub(crate) fn frame(&mut self, id: ConnectionId, frame: ClientFrame) {
        let Some(client) = self.state.connections.get(&id) else {
            return;
        };
        let speaker = client.connection.role == StreamRole::Speaker;
        let source = Source::Connection(id);
        match frame {
            ClientFrame::Hello { cursor } => {
                let after = cursor.unwrap_or_default().min(self.state.record.last_seq);
                self.greet(id, after);
                self.replay(id, after);
                if self.state.is_closed() {
                    self.close(id, CloseCode::Ended, "the conversation has ended");
                }
            }
            ClientFrame::Ping { .. } => self.tell_one(id, PrivateFrame::Pong {}),
            _ if !speaker => {
                let message = "This connection only listens. Open the stream as speaker to take part.";
                self.refuse(source, None, ErrorCode::Forbidden, message);
            }
            ClientFrame::TextInput { text, client_message_id } => self.say(source, text, client_message_id),
            ClientFrame::AudioStart { config, client_message_id } => match config.turn_taking {
                TurnTaking::Manual => self.begin_speech(id, config.sample_rate, client_message_id),
                TurnTaking::Automatic => self.open_microphone(id, config.sample_rate, client_message_id),
            },
            ClientFrame::AudioEnd {} => self.end_speech(id),
            ClientFrame::Interrupt { heard_ms } => self.interrupt(heard_ms.map(i64::from)),
            ClientFrame::Playback { turn_id, heard_ms } => self.played(&turn_id, i64::from(heard_ms)),
            ClientFrame::Stop { .. } => self.end(EndReason::StudentEnded),
            // The shell measures audio and says `Input::AudioChunk`.
            ClientFrame::AudioChunk { .. } => {}
        }
    }

    /// Answers what is no frame; the fourth one ends the connection.
    pub(crate) fn bad_frame(&mut self, id: ConnectionId, problem: &str) {
        let Some(client) = self.state.connections.get_mut(&id) else {
            return;
        };
        client.bad_frames = client.bad_frames.saturating_add(1);
        if client.bad_frames > TOLERATED_BAD_FRAMES {
            self.close(id, CloseCode::BadFrame, "too many bad frames");
        } else {
            self.refuse(Source::Connection(id), None, ErrorCode::ValidationError, problem);
        }
    }
}
