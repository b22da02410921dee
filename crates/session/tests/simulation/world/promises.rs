//! What must hold once everything has come to its end.

use mentora_core::documents::{Speaker, Turn};

use super::invariants::Invariant;
use super::readers::Who;
use super::{Faults, World};

impl World {
    pub(super) fn check_end(&mut self) {
        let record = self.state.record().clone();
        self.promise(record.owed.is_none(), || "an answer is still owed".into());
        self.promise(record.answer.is_none() && record.spoken.is_none(), || "a turn was left open".into());
        self.promise(record.microphone.is_none(), || "a microphone was left open".into());
        self.holds(Invariant::Charged, record.unsettled.is_none(), || "an answer was left unsettled".into());
        let closed = self.socket.is_none();
        self.holds(Invariant::OneSocket, closed, || {
            "the model's socket stays open with nothing to do".into()
        });
        self.promise(self.calls.is_empty(), || "a call was never answered".into());
        self.promise(record.tally.is_none(), || "the figures were left untold".into());
        self.check_sessions();
        self.check_delayed();
        self.check_ending();
        let expected = self.state.is_closed().then(|| self.state.turns().len() as u32);
        let counted = self.figures.counted;
        self.promise(counted == expected, || format!("{counted:?} turns are counted, not {expected:?}"));
        let all_stored = self.client.unacknowledged.is_empty();
        self.holds(Invariant::Kept, all_stored, || "a message was never stored".into());

        self.check_wallet_end();
        for who in [Who::Student, Who::Teacher] {
            let reader = self.reader_mut(who);
            let (connected, cursor, newest) = (reader.connection.is_some(), reader.cursor, record.last_seq.0);
            self.holds(Invariant::SeenOnce, !connected || cursor == newest, || {
                format!("{who:?} has read up to {cursor} of {newest}")
            });
        }

        let stored: Vec<Turn> = self.store.turns.values().cloned().collect();
        let there = self.firestore.turns.clone();
        self.holds(Invariant::Kept, there == stored, || {
            let ids = |turns: &[Turn]| {
                turns
                    .iter()
                    .map(|t| format!("{}{}", t.id, if t.usage.is_some() { "$" } else { "" }))
                    .collect::<Vec<_>>()
            };
            format!("Firestore holds {:?}, the object {:?}", ids(&there), ids(&stored))
        });
        if let Some(conversation) = self.firestore.conversation.clone() {
            let snapshot = self.state.snapshot();
            let same = (conversation.state, conversation.turn_count, conversation.cost_micros)
                == (snapshot.state, snapshot.turn_count, snapshot.cost_micros);
            self.holds(Invariant::Kept, same, || "Firestore's summary is not the object's".into());
        }
        if self.faults == Faults::None && !self.client.ended && !self.jumped {
            // Who was ended in the middle and opened again asks once more.
            let reopened = self.figures.reopened > 0;
            let unanswered = !reopened && stored.last().is_some_and(|turn| turn.speaker == Speaker::Student);
            self.promise(!unanswered, || {
                "a student was left without an answer in a world without faults".into()
            });
            let errors = self.client.errors;
            self.promise(errors == 0, || "an error was told in a world without faults".into());
        }
    }
}
