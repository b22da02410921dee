//! The figures of the assignment: told once the conversation has ended and Firestore has it, and told again, until they
//! know, however often it fails. They never hold up storing the end. To open the conversation again, they are told first:
//! while they count it, it has ended.

use mentora_core::documents::{Conversation, ConversationState, Speaker};
use mentora_core::time::seconds;
use mentora_wire::error::ErrorCode;

use crate::Step;
use crate::effect::{Effect, Refusal};
use crate::input::TallyOutcome;
use crate::outbox::backoff_ms;
use crate::record::{Tally, Way};
use crate::state::State;
use crate::student::MAX_TEXT_BYTES;

/// Longest time between two tries. What keeps failing is looked at by people, and tried while they do.
const MAX_BACKOFF_MS: i64 = seconds(60 * 60);

impl State {
    /// Whether nothing is in the way of telling: the store has all of the conversation, and is not being told.
    pub(crate) fn may_tally(&self) -> bool {
        let outbox = &self.record.outbox;
        let flushed = !self.flushing && outbox.revision == outbox.flushed_revision;
        !self.tallying && (flushed || outbox.refused)
    }

    /// Where the dialogue stands when it goes on after its end.
    fn resumed(&self) -> ConversationState {
        match self.turns.iter().any(|turn| turn.speaker == Speaker::Student) {
            true => ConversationState::AwaitingFollowup,
            false => ConversationState::AwaitingIdea,
        }
    }
}

impl Step<'_> {
    /// The conversation has ended: the figures are to know.
    pub(crate) fn owe_tally(&mut self) {
        self.state.record.tally = Some(Tally { way: Way::In, next_at: self.now, failures: 0 });
    }

    /// Staff open the conversation again.
    pub(crate) fn reopen(&mut self) {
        if !self.state.is_closed() {
            self.effects.push(Effect::Reopened(Ok(())));
            return;
        }
        let most = self.state.record.facts.ai_config.max_turns;
        let bytes: usize = self.state.turns.iter().map(|turn| turn.text.len()).sum();
        if self.state.student_turns() >= most || bytes > MAX_TEXT_BYTES {
            self.refuse_to_reopen(
                "This conversation has as many turns as its assignment allows, so it cannot go on. The student can begin another one if the assignment may be taken again (`allowResubmit`).",
            );
            return;
        }
        // Asked for twice, it is under way already.
        if self.state.record.tally.is_none_or(|tally| tally.way == Way::In) {
            self.state.record.tally = Some(Tally { way: Way::Out, next_at: self.now, failures: 0 });
        }
    }

    /// Tells what is due.
    pub(crate) fn tally_if_due(&mut self) {
        let Some(Tally { way, next_at, .. }) = self.state.record.tally else { return };
        if next_at > self.now || !self.state.may_tally() {
            return;
        }
        if self.state.record.outbox.refused {
            // The store will never have the conversation, so there is nothing to count.
            self.state.record.tally = None;
            if way == Way::Out {
                self.refuse_to_reopen("This conversation cannot be stored any more, so it cannot go on.");
            }
            return;
        }
        let conversation = match way {
            Way::In => self.state.snapshot(),
            Way::Out => Conversation {
                state: self.state.resumed(),
                end_reason: None,
                summary: None,
                closed_at: None,
                ..self.state.document()
            },
        };
        self.state.tallying = true;
        self.effects.push(Effect::Tally { way, conversation: Box::new(conversation) });
    }

    /// The figures were told, or not.
    pub(crate) fn tallied(&mut self, way: Way, outcome: TallyOutcome) {
        self.state.tallying = false;
        // What was told has been overtaken, by a wish to go on or by another life.
        let Some(tally) = self.state.record.tally.filter(|tally| tally.way == way) else { return };
        match outcome {
            TallyOutcome::Done => {
                self.state.record.tally = None;
                if way == Way::Out {
                    self.go_on();
                }
            }
            TallyOutcome::Again => {
                let failures = tally.failures.saturating_add(1);
                let conversation = self.state.record.facts.conversation.to_string();
                let next_at = self.now + backoff_ms(failures, MAX_BACKOFF_MS, &conversation);
                self.state.record.tally = Some(Tally { way, next_at, failures });
                self.note("tally.retry", failures.to_string());
                self.reopening_takes_longer();
            }
            TallyOutcome::Refused(refusal) => {
                self.state.record.tally = None;
                self.note("tally.refused", refusal.message.clone());
                if way == Way::Out {
                    // It stays ended, and is counted as that, once.
                    self.owe_tally();
                    self.effects.push(Effect::Reopened(Err(refusal)));
                }
            }
        }
    }

    /// The store does not take it now: whoever waits to go on is told, and it goes on as soon as it can.
    pub(crate) fn reopening_takes_longer(&mut self) {
        if self.state.record.tally.is_some_and(|tally| tally.way == Way::Out) {
            let message = "The document store does not answer at the moment. The conversation is opened again as soon as it does.";
            let refusal = Refusal::new(ErrorCode::UpstreamUnavailable, message);
            self.effects.push(Effect::Reopened(Err(refusal)));
        }
    }

    fn refuse_to_reopen(&mut self, message: &str) {
        let refusal = Refusal::new(ErrorCode::Conflict, message);
        self.effects.push(Effect::Reopened(Err(refusal)));
    }

    fn go_on(&mut self) {
        self.state.record.ended = None;
        self.state.record.summing = None;
        // The whole time once more, from the next turn on.
        self.state.record.timer = None;
        // The document was changed with the figures.
        self.state.record.outbox.update_time = None;
        self.acted();
        self.move_to(self.state.resumed());
        self.effects.push(Effect::Reopened(Ok(())));
    }
}
