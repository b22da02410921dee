//! The promises, by name. They are looked at after every step; what the world sees broken ends the dialogue.

use std::fmt;

use mentora_core::documents::Turn;
use mentora_session::Effect;
use mentora_wire::stream::Event;

use super::World;

/// What must hold, whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invariant {
    /// An acknowledged turn is in SQLite, and ends up in Firestore once, in order.
    Kept,
    /// The charges are the last report of tokens of each turn, at the price table.
    Charged,
    /// A client sees every event once, in order, however often it comes back.
    SeenOnce,
    /// At most one socket of the model is open, and it is spoken to when it is ready.
    OneSocket,
    /// Nothing is done with what was closed: a conversation, a socket of the model, a client.
    Quiet,
    /// Every hold is settled or released, and nothing is asked for without one.
    Freed,
    /// Every wait ends: no answer, call or turn is left open.
    Ends,
    /// What is stored keeps the rules of documents, and does not change.
    Sound,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kept => "kept",
            Self::Charged => "charged",
            Self::SeenOnce => "seen-once",
            Self::OneSocket => "one-socket",
            Self::Quiet => "quiet",
            Self::Freed => "freed",
            Self::Ends => "ends",
            Self::Sound => "sound",
        })
    }
}

/// A broken promise.
#[derive(Debug, Clone)]
pub struct Broken {
    invariant: Invariant,
    what: String,
}

impl Broken {
    pub fn new(invariant: Invariant, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into() }
    }

    /// The machine must not panic, either.
    pub fn panicked() -> Self {
        Self::new(Invariant::Sound, "the machine panicked")
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant `{}` is broken: {}", self.invariant, self.what)
    }
}

impl World {
    /// Looks at a promise; the first that is broken counts.
    pub(super) fn holds(&mut self, invariant: Invariant, kept: bool, what: impl FnOnce() -> String) {
        if !kept && self.broken.is_none() {
            self.broken = Some(Broken::new(invariant, what()));
        }
    }

    /// A promise without a name of its own.
    pub(super) fn promise(&mut self, kept: bool, what: impl FnOnce() -> String) {
        self.holds(Invariant::Ends, kept, what);
    }

    /// What is told was written first, in the list as well as in the end.
    pub(super) fn check_order(&mut self, effects: &[Effect]) {
        let mut written = 0;
        for effect in effects {
            match effect {
                Effect::Write(mentora_session::Write::Event(event)) => written = event.seq.0,
                Effect::Tell(event) => {
                    let seq = event.seq.0;
                    self.holds(Invariant::Kept, written >= seq, || {
                        format!("seq {seq} was told before it was stored")
                    });
                }
                _ => {}
            }
        }
    }

    /// A step of a conversation that had ended before it, and has still ended after it.
    pub(super) fn check_silence(&mut self, effects: &[Effect]) {
        for effect in effects {
            let loud = match effect {
                Effect::OpenModel { .. }
                | Effect::SendModel(_)
                | Effect::ForwardAudio { .. }
                | Effect::ReleaseAudio { .. }
                | Effect::RelayAudio { .. }
                | Effect::Hold { .. } => true,
                Effect::Tell(event) => matches!(
                    event.event,
                    Event::TurnStored { .. }
                        | Event::Decision { .. }
                        | Event::AiResponseStart { .. }
                        | Event::AiTextChunk { .. }
                        | Event::AiResponseEnd { .. }
                        | Event::ConversationEnded { .. }
                ),
                _ => false,
            };
            self.holds(Invariant::Quiet, !loud, || format!("after the end: {effect:?}"));
        }
    }

    /// After every step.
    pub(super) fn check_step(&mut self) {
        self.check_holds();
        let record = self.store.record.as_ref().unwrap();
        let (cost, usage, newest) = (record.cost, record.token_usage, record.last_seq.0);
        let charged = cost == self.store.metered.cost && usage == self.store.metered.usage;
        self.holds(Invariant::Charged, charged, || {
            format!("the conversation cost {cost:?}, which is not what its turns cost")
        });
        let stored = self.store.events.last_key_value().map_or(0, |(seq, _)| *seq);
        self.holds(Invariant::SeenOnce, stored <= newest, || {
            format!("seq {stored} is stored, the record knows of {newest}")
        });
    }

    /// After every write that reached Firestore.
    pub(super) fn check_firestore(&mut self) {
        let there = &self.firestore.turns;
        let index = there.len().saturating_sub(1);
        // What came before was looked at when it came.
        let in_order = there.last().is_none_or(|turn| turn.index as usize == index);
        let same = there.last().is_none_or(|turn| {
            self.store.turns.get(&turn.index).is_some_and(|stored| stored.hash == turn.hash)
        });
        let ids: Vec<_> = there.iter().map(|turn| turn.index).collect();
        self.holds(Invariant::Kept, in_order && same, || {
            format!("Firestore holds turns {ids:?}, which are not those of the object")
        });
    }

    /// Somebody is told that a turn is stored.
    pub(super) fn acknowledge(&mut self, turn: &Turn) {
        let kept = self.store.turns.get(&turn.index).is_some_and(|stored| stored.hash == turn.hash);
        self.holds(Invariant::Kept, kept, || format!("{} was acknowledged and is not stored", turn.id));
    }
}
