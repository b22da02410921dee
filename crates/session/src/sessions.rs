//! `streamingSessions/{sessionId}`: one document for each opening of the model's socket, which follows what the session
//! does. Changes are gathered and written one document at a time, each write only over the version that we know, so one
//! that comes late changes nothing. They have an outbox of their own: however it fails, no turn waits for it.

use mentora_core::documents::{AudioEncoding, SessionAudio, SessionUsage, StreamingSession, Usage};
use mentora_core::ids::StreamingSessionId;
use mentora_core::money::Micros;
use mentora_core::time::seconds;
use mentora_wire::stream::SessionState;

use crate::Step;
use crate::effect::{Effect, SessionWrite};
use crate::input::FlushOutcome;
use crate::outbox::backoff_ms;
use crate::record::{KeptSession, SessionVersion};
use crate::state::State;
use crate::upstream::Socket;

/// How long changes are gathered before they are written.
const GATHER_MS: i64 = seconds(2);
/// Least time between two writes.
const PACE_MS: i64 = seconds(2);
/// Longest time between two tries.
const MAX_BACKOFF_MS: i64 = seconds(10 * 60);
/// Most sessions that are kept while the documents do not take them. Older ones are given up: nobody but their student
/// looks at them, and the record must stay small.
const MAX_KEPT: usize = 16;

impl State {
    /// The session that the conversation runs on.
    pub(crate) fn open_session(&self) -> Option<StreamingSessionId> {
        let newest = self.record.sessions.kept.last()?;
        let open = newest.document.ended_at.is_none();
        open.then(|| StreamingSessionId::of(&self.record.facts.conversation, newest.number))
    }
}

impl Step<'_> {
    /// The model's socket is about to be opened.
    pub(crate) fn begin_session(&mut self) {
        let now = self.now;
        let (owner, conversation) =
            (self.state.record.facts.owner.clone(), self.state.record.facts.conversation.clone());
        let sessions = &mut self.state.record.sessions;
        sessions.opened = sessions.opened.saturating_add(1);
        sessions.kept.retain(|kept| kept.written != kept.revision);
        let dropped = sessions.kept.len().saturating_sub(MAX_KEPT - 1);
        sessions.kept.drain(..dropped);
        sessions.kept.push(KeptSession {
            number: sessions.opened,
            document: StreamingSession {
                conversation_id: conversation,
                user_id: owner,
                state: SessionState::Connecting,
                gemini_session_id: None,
                audio_config: None,
                token_usage: SessionUsage::default(),
                error_message: None,
                started_at: now,
                last_activity_at: now,
                ended_at: None,
                created_at: now,
                updated_at: now,
            },
            revision: 0,
            written: 0,
            version: SessionVersion::Missing,
        });
        if dropped > 0 {
            self.note("session.document.dropped", dropped.to_string());
        }
        self.session_changed();
        self.changed();
    }

    /// The model's socket is closed; `error` says why when that is not as it should be.
    pub(crate) fn end_session(&mut self, error: Option<&str>) {
        let (now, closed) = (self.now, self.state.is_closed());
        let Some(newest) = self.state.record.sessions.kept.last_mut() else { return };
        if newest.document.ended_at.is_some() {
            return;
        }
        newest.document.ended_at = Some(now);
        newest.document.error_message = error.map(str::to_owned);
        newest.document.state = match error {
            Some(_) => SessionState::Error,
            None if closed => SessionState::Closed,
            None => SessionState::Paused,
        };
        self.session_changed();
        self.changed();
    }

    /// A turn was metered: its tokens are those of the session that gave it, which is the newest.
    pub(crate) fn session_used(&mut self, usage: &Usage, cost: Micros) {
        let Some(newest) = self.state.record.sessions.kept.last_mut() else { return };
        let sum = |tokens: [u64; 3]| tokens.into_iter().fold(0_u64, u64::saturating_add);
        let used = &mut newest.document.token_usage;
        used.input = used.input.saturating_add(sum([usage.input.text, usage.input.audio, usage.input.image]));
        let output = sum([usage.output.text, usage.output.audio, usage.output.thoughts]);
        used.output = used.output.saturating_add(output);
        used.estimated_cost = used.estimated_cost.saturating_add(cost);
        self.session_changed();
    }

    /// After every input: the document of the open session says what it is doing.
    pub(crate) fn follow_session(&mut self) {
        if !matches!(self.state.upstream.socket, Socket::Opening { .. } | Socket::Ready { .. }) {
            return;
        }
        let state = self.session_now();
        let spoken = self.state.record.spoken.as_ref().map(|spoken| SessionAudio {
            sample_rate: spoken.sample_rate,
            encoding: AudioEncoding::Pcm,
            channels: 1,
        });
        let Some(newest) = self.state.record.sessions.kept.last_mut() else { return };
        let document = &mut newest.document;
        let audio = spoken.or(document.audio_config);
        if (document.state, document.audio_config) != (state, audio) {
            (document.state, document.audio_config) = (state, audio);
            self.session_changed();
        }
    }

    fn session_changed(&mut self) {
        let now = self.now;
        let handle = self.state.record.handle.as_ref().map(|handle| handle.token.clone());
        let sessions = &mut self.state.record.sessions;
        if let Some(newest) = sessions.kept.last_mut() {
            newest.revision = newest.revision.saturating_add(1);
            newest.document.gemini_session_id = handle.or(newest.document.gemini_session_id.take());
            (newest.document.last_activity_at, newest.document.updated_at) = (now, now);
        }
        if !self.state.keeping {
            sessions.next_at.get_or_insert(now + GATHER_MS);
        }
    }

    /// After a crash: the session that was open went down with the socket, and nobody knows how a write that was under
    /// way went.
    pub(crate) fn resume_sessions(&mut self) {
        if matches!(self.state.upstream.socket, Socket::Closed | Socket::Waiting { .. }) {
            self.end_session(None);
        }
        for kept in self.unwritten() {
            kept.version = SessionVersion::Unknown;
        }
        let now = self.now;
        if self.unwritten().next().is_some() {
            self.state.record.sessions.next_at.get_or_insert(now);
        }
    }

    fn unwritten(&mut self) -> impl Iterator<Item = &mut KeptSession> {
        self.state.record.sessions.kept.iter_mut().filter(|kept| kept.written != kept.revision)
    }

    /// Writes what is due, the oldest first.
    pub(crate) fn keep_session_if_due(&mut self) {
        let now = self.now;
        if self.state.keeping || self.state.record.sessions.next_at.is_none_or(|at| at > now) {
            return;
        }
        self.state.record.sessions.next_at = None;
        let conversation = self.state.record.facts.conversation.clone();
        let Some(kept) = self.unwritten().next() else { return };
        let write = SessionWrite {
            id: StreamingSessionId::of(&conversation, kept.number),
            number: kept.number,
            revision: kept.revision,
            document: kept.document.clone(),
            version: kept.version.clone(),
        };
        self.state.keeping = true;
        self.effects.push(Effect::KeepSession(Box::new(write)));
    }

    /// A document was written, or not.
    pub(crate) fn session_kept(&mut self, number: u32, revision: u32, outcome: FlushOutcome) {
        self.state.keeping = false;
        let now = self.now;
        let conversation = self.state.record.facts.conversation.to_string();
        let sessions = &mut self.state.record.sessions;
        let kept = sessions.kept.iter_mut().find(|kept| kept.number == number);
        let mut pause = PACE_MS;
        match (outcome, kept) {
            (FlushOutcome::Done { update_time }, Some(kept)) => {
                sessions.failures = 0;
                (kept.written, kept.version) = (revision, SessionVersion::Known(update_time));
            }
            (FlushOutcome::Refused(why), Some(kept)) => {
                // What is refused once is refused again; the next session may fare better.
                kept.written = kept.revision;
                self.note("session.document.refused", why);
            }
            (FlushOutcome::Unsure | FlushOutcome::Unavailable, kept) => {
                if let Some(kept) = kept {
                    kept.version = SessionVersion::Unknown;
                }
                sessions.failures = sessions.failures.saturating_add(1);
                pause = backoff_ms(sessions.failures, MAX_BACKOFF_MS, &conversation);
            }
            // It was given up meanwhile.
            (_, None) => {}
        }
        let behind = self.unwritten().next().is_some();
        self.state.record.sessions.next_at = behind.then_some(now + pause);
    }
}
