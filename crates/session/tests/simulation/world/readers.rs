//! Whoever reads the stream: the student, and staff who listen in.

use mentora_core::documents::ConversationState;
use mentora_session::ConnectionId;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{Event, PrivateFrame, Sequenced};

use super::invariants::Invariant;
use super::{Happens, World};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Student,
    Teacher,
}

/// How far somebody has read.
#[derive(Debug, Default)]
pub struct Reader {
    pub connection: Option<ConnectionId>,
    pub cursor: u64,
    /// Events were missed and asked for.
    pub gap: bool,
}

impl World {
    pub(super) fn reader_mut(&mut self, who: Who) -> &mut Reader {
        match who {
            Who::Student => &mut self.client.reader,
            Who::Teacher => &mut self.teacher,
        }
    }

    pub(super) fn who_is(&self, connection: ConnectionId) -> Option<Who> {
        if self.client.reader.connection == Some(connection) {
            Some(Who::Student)
        } else if self.teacher.connection == Some(connection) {
            Some(Who::Teacher)
        } else {
            None
        }
    }

    /// Something is done with a connection: it must be one that is open.
    pub(super) fn must_be_open(&mut self, connection: ConnectionId, what: &str) {
        let open = self.open.contains(&connection);
        self.holds(Invariant::Quiet, open, || format!("connection {} is closed: {what}", connection.0));
    }

    pub(super) fn told_all(&mut self, event: &Sequenced) {
        let known = self.store.record.as_ref().is_some_and(|record| record.last_seq >= event.seq)
            && self.store.events.contains_key(&event.seq.0);
        let compacted = matches!(event.event, Event::AiTextChunk { .. } | Event::Transcription { .. });
        self.holds(Invariant::Kept, known || compacted, || {
            format!("seq {} was told and is not stored", event.seq.0)
        });
        if let Event::TokenUsage { turn_id, .. } = &event.event {
            let first = self.metered.insert(turn_id.to_string());
            self.holds(Invariant::Charged, first, || format!("{turn_id} was told to cost something twice"));
        }
        self.told(Who::Student, event);
        self.told(Who::Teacher, event);
    }

    /// Somebody reads an event.
    pub(super) fn told(&mut self, who: Who, event: &Sequenced) {
        let reader = self.reader_mut(who);
        if reader.connection.is_none() || reader.gap {
            return;
        }
        let (seq, cursor) = (event.seq.0, reader.cursor);
        reader.cursor = seq;
        let skipped = (seq > cursor + 1)
            .then(|| self.store.events.range(cursor + 1..seq).next().map(|(skipped, _)| *skipped))
            .flatten();
        self.holds(Invariant::SeenOnce, seq > cursor, || {
            format!("{who:?} was told seq {seq} after {cursor}")
        });
        self.holds(Invariant::SeenOnce, skipped.is_none(), || {
            format!("{who:?} was told seq {seq} after {cursor}, without {skipped:?}")
        });
        if who == Who::Student {
            self.student_reads(event);
        }
    }

    fn student_reads(&mut self, event: &Sequenced) {
        self.record(|| format!("< {} {}", event.seq.0, serde_json::to_string(&event.event).unwrap()));
        match &event.event {
            Event::TurnStored { turn } | Event::AiResponseEnd { turn } => {
                if let Some(id) = &turn.client_message_id {
                    self.client.unacknowledged.remove(id);
                    let fresh = self.client.acknowledged.insert(id.clone());
                    self.holds(Invariant::Kept, fresh, || format!("message {id} became two turns"));
                }
                self.acknowledge(turn);
            }
            Event::Error(_) => self.client.errors += 1,
            Event::ConversationEnded { .. } => {
                self.client.ended = true;
                self.client.unacknowledged.clear();
                if !self.calm && self.reopenings_left > 0 {
                    self.reopenings_left -= 1;
                    let delay = self.random.between(0, 4_000);
                    self.at(delay, Happens::Reopen);
                }
            }
            Event::StateChange { state, .. } if self.client.ended && *state != ConversationState::Closed => {
                // Staff have opened it again: the student comes back with more to say.
                self.client.ended = false;
                self.acts_left += 2;
                self.at(500, Happens::StudentActs);
            }
            _ => {}
        }
    }

    pub(super) fn told_one(&mut self, connection: ConnectionId, frame: &PrivateFrame) {
        self.must_be_open(connection, "it was told something");
        let Some(who) = self.who_is(connection) else { return };
        match frame {
            PrivateFrame::Connected { replay_from, .. } => {
                // A gap: events were stored that this connection was never sent. What comes is not taken until
                // the answer to `hello` begins where we are.
                let reader = self.reader_mut(who);
                reader.gap = replay_from.0 > reader.cursor + 1;
                if reader.gap {
                    self.at(20, Happens::Hello(connection));
                }
            }
            PrivateFrame::Error(error) => {
                self.record(|| format!("< refused: {:?} {}", error.code, error.message));
                if who == Who::Student && error.code == ErrorCode::ConversationClosed {
                    self.client.unacknowledged.clear();
                }
            }
            _ => {}
        }
    }

    pub(super) fn replay(&mut self, connection: ConnectionId, after: u64, upto: u64) {
        self.must_be_open(connection, "events were replayed to it");
        let Some(who) = self.who_is(connection) else { return };
        let missed: Vec<_> =
            self.store.events.range(after + 1..upto.max(after) + 1).map(|(_, e)| e.clone()).collect();
        for event in missed {
            self.told(who, &event);
        }
    }
}
