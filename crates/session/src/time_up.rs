//! The two clocks of an open conversation: the time that the assignment gives (`timeLimitMinutes`), and how long nobody
//! may do anything. Both are deadlines behind the alarm, and both let what is under way come to its end.
//!
//! The time limit runs from the student's first turn, not from when the page was opened: reading the question costs
//! nothing. A conversation that staff open again has the whole of it once more, from the next turn on.

use mentora_core::documents::{ConversationState, EndReason};
use mentora_core::time::{Millis, seconds};
use mentora_wire::stream::Event;

use crate::Step;
use crate::record::Timer;
use crate::state::State;

/// How long nobody may do anything: from Friday's lesson to Monday's.
const INACTIVITY_MS: i64 = seconds(72 * 60 * 60);
/// The same where the tutor takes its time: such a dialogue is one of days, and the student may take some, too.
const DELAYED_INACTIVITY_MS: i64 = seconds(14 * 24 * 60 * 60);
/// How long before its end a student is told that the time runs out; of a short time, the last fifth.
const WARNING_MS: i64 = seconds(5 * 60);

impl State {
    /// When the time is over; never, where there is no limit or nothing was said yet.
    pub(crate) fn time_over_at(&self) -> Option<Millis> {
        Some(self.record.timer?.since + self.time_limit_ms()?)
    }

    /// Whether the time is over. However late the alarm rings, the student can add nothing then.
    pub(crate) fn is_out_of_time(&self, now: Millis) -> bool {
        self.time_over_at().is_some_and(|at| at <= now)
    }

    /// When the student is to be told that the time runs out.
    pub(crate) fn warning_at(&self) -> Option<Millis> {
        let limit = self.time_limit_ms()?;
        let timer = self.record.timer.filter(|timer| !timer.warned)?;
        Some(timer.since + limit.saturating_sub(WARNING_MS.min(limit / 5)))
    }

    /// When nobody has done anything for too long. A conversation in which nothing was said waits for ever: it would be
    /// handed in empty, and it costs nothing. One in which the tutor is to speak waits for the tutor.
    pub(crate) fn inactive_at(&self) -> Option<Millis> {
        let waits = self.record.state == ConversationState::AwaitingDelayedResponse;
        if self.is_closed() || waits || self.student_turns() == 0 {
            return None;
        }
        let delayed = self.record.facts.ai_config.response_delay_hours > 0.0;
        let patience = if delayed { DELAYED_INACTIVITY_MS } else { INACTIVITY_MS };
        Some(self.record.last_action_at + patience)
    }

    /// Whether somebody speaks, or is about to.
    pub(crate) fn is_under_way(&self) -> bool {
        self.record.delayed.is_some() || self.is_under_way_beside_delayed()
    }

    /// The same, but for an answer that is to come later.
    pub(crate) fn is_under_way_beside_delayed(&self) -> bool {
        let record = &self.record;
        let speaking = record.spoken.is_some() || self.is_speaking_by_hand();
        record.owed.is_some() || record.answer.is_some() || speaking || self.weighs_writing()
    }

    fn time_limit_ms(&self) -> Option<i64> {
        self.record.facts.ai_config.time_limit_minutes.map(|minutes| seconds(i64::from(minutes) * 60))
    }
}

impl Step<'_> {
    /// The student has said something: the time runs, if it does not already.
    pub(crate) fn start_timer(&mut self) {
        let fresh = Timer { since: self.now, warned: false };
        self.state.record.timer.get_or_insert(fresh);
    }

    /// Ends what is out of time. Asked after every input, when what was under way may have come to its end.
    pub(crate) fn end_out_of_time(&mut self) {
        if self.state.is_closed() || self.state.is_under_way() {
            return;
        }
        if self.state.is_out_of_time(self.now) {
            self.end(EndReason::TimeLimit);
        }
    }

    /// Ends what nobody has touched for long. Asked after every input: who comes back a moment before the alarm goes on.
    pub(crate) fn end_inactive(&mut self) {
        if !self.state.is_under_way() && self.state.inactive_at().is_some_and(|at| at <= self.now) {
            self.end(EndReason::Inactivity);
        }
    }

    /// Tells the student once that the time runs out, and when it will have.
    pub(crate) fn warn_of_time(&mut self) {
        if self.state.is_closed() || self.state.warning_at().is_none_or(|at| at > self.now) {
            return;
        }
        let ends_at = self.state.time_over_at().filter(|at| *at > self.now);
        if let Some(timer) = self.state.record.timer.as_mut() {
            timer.warned = true;
        }
        if ends_at.is_some() {
            self.tell(Event::StateChange { state: self.state.record.state, reason: None, ends_at });
        }
    }
}
