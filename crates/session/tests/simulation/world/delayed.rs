//! A tutor that answers later: the document by which its answers are found, whoever looks at the clock, and a text model, each of
//! which fails, dies and comes twice.

use mentora_core::documents::{PendingResponse, PendingStatus, Speaker};
use mentora_core::time::seconds;
use mentora_gemini::Usage;
use mentora_gemini::generate::Answer;
use mentora_session::{DueOutcome, FlushOutcome, Input, PromiseWrite};

use super::invariants::Invariant;
use super::{Faults, Happens, World};

/// Hours after which the tutor answers: 36 seconds.
pub const HOURS: f64 = 0.01;
/// Between two rounds of whoever looks at the clock.
const ROUND_MS: i64 = seconds(20);
/// Answers of the text model are numbered from here.
const OTHERS: u32 = 2_000_000;
/// How long a lease lasts.
const LEASE_MS: i64 = seconds(300);

/// The document, as the store has it.
#[derive(Debug, Default)]
pub struct Pending {
    document: Option<PendingResponse>,
    /// Counts what was written, by anybody: each write is of the version that was read before it.
    version: u32,
    /// Answers that were given, by what was told to those who came for them.
    pub answered: u64,
    pub given_up: u64,
    pub failed: u64,
    /// Rounds since the student did something.
    idle_rounds: u32,
}

/// A write of the document on its way.
#[derive(Debug, Clone)]
pub struct Promising {
    write: PromiseWrite,
    /// The version that was read.
    read: u32,
    arrives: bool,
    outcome: FlushOutcome,
}

impl World {
    pub(super) fn begin_to_promise(&mut self, write: PromiseWrite) {
        if self.calm {
            self.at(ROUND_MS, Happens::Round);
        }
        let faulty = self.faulty(Faults::Firestore);
        let arrives = !faulty || self.random.percent(70);
        let heard = arrives && (!faulty || self.random.percent(70));
        let outcome = match heard {
            true => FlushOutcome::Done { update_time: String::new() },
            false => FlushOutcome::Unsure,
        };
        let delay = self.random.between(5, if faulty { 9_000 } else { 80 });
        let read = self.pending.version;
        self.at(delay, Happens::Promise(Box::new(Promising { write, read, arrives, outcome })));
    }

    pub(super) fn keep_promise(&mut self, promising: Promising) {
        let Promising { write, read, arrives, mut outcome } = promising;
        if read != self.pending.version {
            // Somebody wrote it meanwhile, which the write does not change.
            outcome = FlushOutcome::Unsure;
        } else if arrives {
            self.pending.document = Some(write.document);
            self.pending.version += 1;
        }
        self.input(Input::PromiseKept { revision: write.revision, outcome });
    }

    /// Somebody looks at the clock: leases what is due and comes for it.
    pub(super) fn look_at_the_clock(&mut self) {
        // A wallet may stay empty until the world calms down.
        self.pending.idle_rounds = if self.acts_left > 0 { 0 } else { self.pending.idle_rounds + 1 };
        let waits = self.state.due_at().is_some() || self.is_pending();
        if waits && (self.calm || self.pending.idle_rounds < 50) || self.acts_left > 0 {
            self.at(ROUND_MS, Happens::Round);
        }
        if self.calm {
            self.wallet.balance = self.wallet.balance.max(10_000_000);
        }
        let (now, clock) = (self.now, self.clock());
        let Some(document) = self.pending.document.as_mut() else { return };
        let due = match document.status {
            PendingStatus::Pending => document.scheduled_at.0 <= clock,
            PendingStatus::Leased => document.lease_until.is_some_and(|until| until.0 <= now),
            _ => false,
        };
        if !due {
            return;
        }
        document.status = PendingStatus::Leased;
        document.lease_until = Some(mentora_core::time::Millis(now + LEASE_MS));
        document.attempts += 1;
        self.pending.version += 1;
        let (turn_id, attempt) = (document.turn_id.clone(), document.attempts);
        let index = self.store.turns.values().find(|turn| turn.id == turn_id).map(|turn| turn.index);
        self.holds(Invariant::Kept, index.is_some(), || {
            format!("{turn_id} is promised an answer and not stored")
        });
        let Some(index) = index else { return };
        for _ in 0..self.random.between(1, 2) {
            let model = "gemini-3.5-flash-lite".to_owned();
            self.input(Input::Due { index, attempt, model });
        }
    }

    fn is_pending(&self) -> bool {
        let status = self.pending.document.as_ref().map(|document| document.status);
        matches!(status, Some(PendingStatus::Pending | PendingStatus::Leased))
    }

    pub(super) fn compose(&mut self, number: u32) {
        self.must_be_paid_for();
        let faulty = self.faulty(Faults::Model);
        // Told apart from the reports of the Live model.
        let answer = OTHERS + number;
        let usage =
            Usage { input_text: 900, input_cached: u64::from(answer), output_text: 60, ..Usage::default() };
        self.reported.insert(answer, usage);
        let good = Ok(Answer { text: format!("why {answer}. Later?"), usage });
        let delay = self.random.between(300, if faulty { 70_000 } else { 8_000 });
        let answer = match self.random.between(0, 99) {
            0..=39 if faulty => Err("failed".to_owned()),
            40..=49 if faulty => return,
            _ => good,
        };
        if self.random.percent(10) {
            self.at(delay + 50, Happens::Composed { number, answer: answer.clone() });
        }
        self.at(delay, Happens::Composed { number, answer });
    }

    /// Whoever came for an answer notes what came of it; one in ten dies before that.
    pub(super) fn due_answered(&mut self, outcome: &DueOutcome) {
        self.record(|| format!("= {outcome:?}"));
        let dies = self.faulty(Faults::Crashes) && self.random.percent(10);
        let now = self.now;
        let Some(document) = self.pending.document.as_mut() else { return };
        if dies || document.status != PendingStatus::Leased {
            return;
        }
        self.pending.version += 1;
        let again = |document: &mut PendingResponse| {
            document.status = PendingStatus::Pending;
            document.scheduled_at = mentora_core::time::Millis(now);
        };
        match outcome {
            DueOutcome::Answered { .. } => {
                self.pending.answered += 1;
                document.status = PendingStatus::Done;
            }
            DueOutcome::Nothing => document.status = PendingStatus::Done,
            DueOutcome::Waits { .. } | DueOutcome::Unpaid => {
                document.attempts -= 1;
                again(document);
            }
            DueOutcome::Failed { .. } => {
                self.pending.failed += 1;
                again(document);
            }
            DueOutcome::GivenUp { .. } => {
                self.pending.given_up += 1;
                document.status = PendingStatus::Failed;
            }
        }
    }

    pub(super) fn check_delayed(&mut self) {
        let record = self.state.record().clone();
        self.holds(Invariant::Ends, record.delayed.is_none(), || "an answer is still to come".into());
        let known = record.promise.written == record.promise.revision;
        self.holds(Invariant::Ends, known, || "a promise was never written".into());
        if self.faults != Faults::Delayed {
            return;
        }
        let speakers: Vec<Speaker> = self.store.turns.values().map(|turn| turn.speaker).collect();
        let twice = speakers.windows(2).any(|two| two == [Speaker::Tutor, Speaker::Tutor]);
        self.holds(Invariant::Charged, !twice, || "a turn was answered twice".into());
    }
}
