//! One document, with versions: what it holds, and every way a write of it can end.

use mentora_core::documents::{Conversation, Turn};
use mentora_session::{FlushBatch, FlushOutcome};

use crate::random::Random;

#[derive(Debug, Default)]
pub struct Firestore {
    pub conversation: Option<Conversation>,
    pub turns: Vec<Turn>,
    version: u64,
    pub writes: u64,
    /// Until when nothing reaches it.
    pub down_until: i64,
}

/// A write under way.
#[derive(Debug, Clone)]
pub struct Commit {
    pub batch: FlushBatch,
    pub expected: u64,
    /// Whether it reaches the document, and whether the caller learns how it went.
    pub arrives: bool,
    pub answered: bool,
}

impl Firestore {
    /// What the shell does with a batch: reads the version when it does not know it, then commits.
    pub fn prepare(
        &self,
        batch: FlushBatch,
        random: &mut Random,
        now: i64,
        faulty: bool,
    ) -> Result<Commit, FlushOutcome> {
        if faulty && now < self.down_until {
            return Err(FlushOutcome::Unavailable);
        }
        let expected = match &batch.update_time {
            Some(known) => known.parse().unwrap(),
            None if faulty && random.percent(10) => return Err(FlushOutcome::Unavailable),
            None => self.version,
        };
        let (arrives, answered) = if faulty && random.percent(30) {
            (random.percent(50), random.percent(20))
        } else {
            (true, true)
        };
        Ok(Commit { batch, expected, arrives, answered })
    }

    /// The document is changed with the figures: the conversation goes on.
    pub fn reopen(&mut self, conversation: &Conversation) {
        self.version += 1;
        if let Some(stored) = &mut self.conversation {
            stored.state = conversation.state;
            (stored.end_reason, stored.summary, stored.closed_at) = (None, None, None);
        }
    }

    pub fn commit(&mut self, commit: &Commit) -> FlushOutcome {
        if !commit.arrives {
            return if commit.answered { FlushOutcome::Unavailable } else { FlushOutcome::Unsure };
        }
        if commit.expected != self.version {
            return FlushOutcome::Unsure;
        }
        self.version += 1;
        self.writes += 1;
        for turn in &commit.batch.turns {
            if !self.turns.contains(turn) {
                self.turns.push(turn.clone());
            }
        }
        self.conversation = Some(commit.batch.conversation.clone());
        if commit.answered {
            FlushOutcome::Done { update_time: self.version.to_string() }
        } else {
            FlushOutcome::Unsure
        }
    }
}
