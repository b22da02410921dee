//! The figures of the assignment, as far as one conversation is concerned: whether it is counted, and every way in which
//! telling them can end.

use mentora_core::documents::Conversation;
use mentora_session::{Input, TallyOutcome, Way};

use super::{Faults, Happens, World};

#[derive(Debug, Default)]
pub struct Figures {
    /// Turns of the conversation as it is counted; none while it is not.
    pub counted: Option<u32>,
    /// Each change makes another one; what was read of an older one is refused.
    version: u64,
    pub reopened: u64,
}

/// What is under way to them.
#[derive(Debug, Clone)]
pub struct Telling {
    way: Way,
    conversation: Box<Conversation>,
    read: u64,
    arrives: bool,
    answered: bool,
    /// The caller has given up on it.
    late: bool,
}

impl Telling {
    /// The same, whose outcome nobody hears.
    pub fn unheard(&self) -> Self {
        Self { late: true, ..self.clone() }
    }
}

impl World {
    pub(super) fn begin_to_tell(&mut self, way: Way, conversation: &Conversation) {
        let faulty = self.faulty(Faults::Firestore);
        let (arrives, answered) = match faulty && self.random.percent(30) {
            true => (self.random.percent(50), self.random.percent(20)),
            false => (true, true),
        };
        let conversation = Box::new(conversation.clone());
        let read = self.figures.version;
        let telling = Telling { way, conversation, read, arrives, answered, late: false };
        let delay = self.random.between(5, if faulty { 9_000 } else { 80 });
        if faulty && arrives && !answered && self.random.percent(30) {
            self.at(delay + 4_000, Happens::Tally(Telling { late: true, ..telling.clone() }));
            self.at(delay, Happens::Tally(Telling { arrives: false, ..telling }));
        } else {
            self.at(delay, Happens::Tally(telling));
        }
    }

    pub(super) fn tell_figures(&mut self, telling: &Telling) {
        let Telling { way, conversation, read, arrives, answered, late } = telling;
        let stale = *read != self.figures.version;
        let mut done = true;
        match (way, self.figures.counted) {
            _ if !arrives => done = false,
            // Counted already: what is done twice is done once.
            (Way::In, Some(_)) => {}
            _ if stale => done = false,
            (Way::In, None) => {
                self.figures.version += 1;
                self.figures.counted = Some(conversation.turn_count);
            }
            (Way::Out, _) => {
                self.figures.version += 1;
                self.figures.counted = None;
                self.figures.reopened += 1;
                self.firestore.reopen(conversation);
            }
        }
        if !late {
            let outcome = if done && *answered { TallyOutcome::Done } else { TallyOutcome::Again };
            self.input(Input::Tallied { way: *way, outcome });
        }
    }
}
