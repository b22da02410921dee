//! Turns on their way to Firestore. The object's own rows are what counts; Firestore follows, a batch at a time, and
//! however often a batch is sent, each turn is there once: it is added as a whole, and only if it is missing.

use mentora_core::documents::EndReason;
use mentora_core::time::seconds;

use crate::Step;
use crate::effect::{Effect, FlushBatch};
use crate::input::FlushOutcome;

/// How long changes are gathered before they are written. Firestore takes about one write a second to a document.
const GATHER_MS: i64 = 500;
/// Least time between two writes.
const PACE_MS: i64 = seconds(1);
/// Longest time between two tries.
const MAX_BACKOFF_MS: i64 = seconds(60);
/// Most turns in one batch: the transforms of one write are limited to 500 elements.
const MAX_TURNS: usize = 100;

impl Step<'_> {
    /// Something changed that Firestore should know.
    pub(crate) fn changed(&mut self) {
        let outbox = &mut self.state.record.outbox;
        outbox.revision = outbox.revision.saturating_add(1);
        if !self.state.flushing && outbox.next_at.is_none() && !outbox.refused {
            outbox.next_at = Some(self.now + GATHER_MS);
        }
    }

    /// After a crash: nobody knows how the flush that was under way went, so it is made again.
    pub(crate) fn resume_outbox(&mut self) {
        let outbox = &mut self.state.record.outbox;
        if outbox.revision != outbox.flushed_revision && !outbox.refused {
            outbox.next_at.get_or_insert(self.now);
        }
    }

    /// Writes what is due.
    pub(crate) fn flush_if_due(&mut self) {
        let outbox = &self.state.record.outbox;
        if self.state.flushing || outbox.next_at.is_none_or(|at| at > self.now) {
            return;
        }
        // A turn whose tokens are still to come waits for them, and those behind it wait too: order is kept.
        let unsettled = self.state.record.unsettled.map(|unsettled| unsettled.index);
        // So does one whose decision may still be corrected.
        let settled = unsettled.into_iter().chain(self.state.weighed_index()).min().unwrap_or(u32::MAX);
        let skip = usize::try_from(outbox.flushed_turns).unwrap_or(usize::MAX);
        let turns: Vec<_> = self
            .state
            .turns
            .iter()
            .skip(skip)
            .take_while(|turn| turn.index < settled)
            .take(MAX_TURNS)
            .cloned()
            .collect();
        let added = u32::try_from(turns.len()).unwrap_or(0);
        let upto = outbox.flushed_turns.saturating_add(added);
        let complete = upto == self.state.next_index();
        let batch = FlushBatch {
            // With turns left behind, the batch does not bring Firestore up to this revision.
            revision: if complete { outbox.revision } else { outbox.flushed_revision },
            conversation: mentora_core::documents::Conversation { turn_count: upto, ..self.state.document() },
            turns,
            upto,
            update_time: outbox.update_time.clone(),
        };
        self.state.flushing = true;
        self.state.record.outbox.next_at = None;
        self.effects.push(Effect::Flush(Box::new(batch)));
    }

    pub(crate) fn flushed(&mut self, revision: u64, turns: u32, outcome: FlushOutcome) {
        self.state.flushing = false;
        let conversation = self.state.record.facts.conversation.to_string();
        let waits_for_usage = self.state.record.unsettled.is_some();
        let now = self.now;
        let outbox = &mut self.state.record.outbox;
        match outcome {
            FlushOutcome::Done { update_time } => {
                outbox.failures = 0;
                outbox.update_time = Some(update_time);
                outbox.flushed_revision = revision;
                outbox.flushed_turns = turns;
                let behind = outbox.revision != outbox.flushed_revision;
                // What waits for tokens is woken by them.
                outbox.next_at = (behind && !waits_for_usage).then_some(now + PACE_MS);
            }
            FlushOutcome::Unsure | FlushOutcome::Unavailable => {
                if outcome == FlushOutcome::Unsure {
                    outbox.update_time = None;
                }
                outbox.failures = outbox.failures.saturating_add(1);
                outbox.next_at = Some(now + backoff_ms(outbox.failures, MAX_BACKOFF_MS, &conversation));
                let failures = outbox.failures;
                self.note("outbox.retry", failures.to_string());
                self.reopening_takes_longer();
            }
            FlushOutcome::Refused(why) => {
                outbox.refused = true;
                outbox.next_at = None;
                self.note("outbox.refused", why);
                // Nothing that is said from here on would ever be kept.
                self.end(EndReason::Error);
            }
        }
    }
}

/// Doubles from one second, with up to a quarter more by conversation, so that a crowd does not come back at once.
pub(crate) fn backoff_ms(failures: u32, most: i64, conversation: &str) -> i64 {
    let base = PACE_MS.saturating_mul(1_i64 << failures.saturating_sub(1).min(20)).min(most);
    base.saturating_add(base.saturating_mul(spread(failures, conversation)) / 1_024)
}

/// 0 to 255, another for each conversation and each of its tries: there is no randomness here.
pub(crate) fn spread(tries: u32, conversation: &str) -> i64 {
    let sum = conversation.bytes().fold(tries, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    i64::from(sum % 256)
}

#[cfg(test)]
mod tests {
    use super::{MAX_BACKOFF_MS, backoff_ms};

    #[test]
    fn tries_grow_apart_up_to_a_minute_and_a_quarter() {
        assert!((1_000..1_250).contains(&backoff_ms(1, MAX_BACKOFF_MS, "a")));
        assert!((2_000..2_500).contains(&backoff_ms(2, MAX_BACKOFF_MS, "a")));
        assert!((60_000..75_000).contains(&backoff_ms(u32::MAX, MAX_BACKOFF_MS, "a")));
    }
}
