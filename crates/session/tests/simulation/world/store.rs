//! What the object's SQLite holds; it survives crashes.

use std::collections::BTreeMap;

use mentora_core::documents::{Speaker, Turn, Usage};
use mentora_core::money::Micros;
use mentora_core::pricing;
use mentora_core::rules::Ruled as _;
use mentora_core::time::Millis;
use mentora_session::{Record, Write, counted};
use mentora_wire::stream::{Event, Sequenced};

use super::World;
use super::invariants::Invariant;
use crate::model::answer_in;

#[derive(Debug, Default)]
pub struct Store {
    pub record: Option<Record>,
    pub turns: BTreeMap<u32, Turn>,
    pub events: BTreeMap<u64, Sequenced>,
    /// What the turns that were metered amount to.
    pub metered: Metered,
    /// The newest event that ever was.
    newest: u64,
}

/// What turns were metered at.
#[derive(Debug, Default)]
pub struct Metered {
    pub usage: Usage,
    pub cost: Micros,
}

impl World {
    pub(super) fn write_down(&mut self, write: Write) {
        match write {
            Write::Record(record) => self.store.record = Some(*record),
            Write::Turn(turn) => self.write_turn(*turn),
            Write::Event(event) => {
                let (seq, newest) = (event.seq.0, self.store.newest);
                self.holds(Invariant::SeenOnce, seq == newest + 1, || {
                    format!("seq {seq} was given after {newest}")
                });
                self.store.newest = seq;
                self.store.events.insert(seq, *event);
            }
            Write::Compact { turn_id } => self.store.events.retain(|_, event| {
                !matches!(&event.event, Event::AiTextChunk { turn_id: id, .. } | Event::Transcription { turn_id: id, .. } if *id == turn_id)
            }),
        }
    }

    fn write_turn(&mut self, turn: Turn) {
        let index = turn.index;
        let known = self.store.turns.get(&index);
        let same = known.is_none_or(|known| known.hash == turn.hash);
        let fresh = known.is_none();
        let metered_before = known.is_some_and(|known| known.usage.is_some());
        let follows = index as usize <= self.store.turns.len();
        self.holds(Invariant::Sound, same, || {
            format!("turn {index} says something else than when it was stored")
        });
        self.holds(Invariant::Sound, follows, || format!("turn {index} leaves a gap"));
        if fresh {
            let before = index.checked_sub(1).and_then(|before| self.store.turns.get(&before));
            let chained = turn.prev_hash == before.map_or("", |turn| turn.hash.as_str());
            self.holds(Invariant::Sound, chained, || format!("turn {index} breaks the chain"));
            let offences = turn.offences().into_iter().next();
            self.holds(Invariant::Sound, offences.is_none(), || format!("turn {index}: {offences:?}"));
        }
        if let Some(usage) = turn.usage {
            self.holds(Invariant::Charged, !metered_before, || format!("turn {index} was metered twice"));
            self.check_metered(&turn, usage);
            let metered = &mut self.store.metered;
            metered.usage = metered.usage.plus(usage);
            metered.cost = metered.cost.saturating_add(turn.cost_micros.unwrap_or_default());
        }
        self.store.turns.insert(index, turn);
    }

    /// What is metered of a turn is the last that the model reported of that very answer.
    fn check_metered(&mut self, turn: &Turn, usage: Usage) {
        let at = Millis(self.clock());
        let cost = pricing::cost(turn.model.as_deref().unwrap_or_default(), at, &usage);
        let priced = turn.cost_micros == Some(cost) && turn.speaker == Speaker::Tutor;
        self.holds(Invariant::Charged, priced, || format!("{} does not cost what it cost", turn.id));
        let answer = usage.input.cached as u32;
        let reported = self.reported.get(&answer).copied().map(counted);
        self.holds(Invariant::Charged, reported == Some(usage), || {
            format!("{} was metered at {usage:?}; the last report was {reported:?}", turn.id)
        });
        let said = turn.generated_text.as_deref().unwrap_or(&turn.text);
        let own = said.is_empty() || said.contains(&format!("why {answer}."));
        // Of a model that listens for itself nobody can say which of its answers a report is about, when it has told
        // nothing of the one and said nothing of the other.
        let listens = self.store.record.as_ref().is_some_and(|record| record.microphone.is_some());
        let own = own || listens && !self.was_reported(said);
        self.holds(Invariant::Charged, own, || {
            format!("{} (`{said}`) was metered at answer {answer}", turn.id)
        });
    }

    /// Whether the model has reported the tokens of the answer that says this.
    fn was_reported(&self, said: &str) -> bool {
        answer_in(said).is_some_and(|answer| self.reported.contains_key(&answer))
    }
}
