//! Everything that must happen by some time, kept behind one alarm. The alarm may ring late and twice: what is due
//! is found by looking, not by remembering what it was set for.

use mentora_core::time::{Millis, seconds};

use crate::Step;
use crate::record::Over;
use crate::state::State;
use crate::upstream::Socket;

/// How long the model may take to accept a setup.
const SETUP_MS: i64 = seconds(12);
/// How long it may take to begin an answer. A resumed session that listens and never speaks is known by this.
const FIRST_OUTPUT_MS: i64 = seconds(12);
/// The same for a model that thinks before it speaks.
const FIRST_THOUGHT_MS: i64 = seconds(30);
/// How long it may say that it is at work without anything to be heard.
const THOUGHT_MS: i64 = seconds(60);
/// How long it may fall silent within an answer.
const STALL_MS: i64 = seconds(15);
/// How long after its last sound an answer is taken as played, should the model not say so.
const PLAYED_MS: i64 = seconds(3);
/// How long an open socket may have nothing to do.
const IDLE_MS: i64 = seconds(30);
/// How long a student may hold the floor, silence included.
const FLOOR_MS: i64 = seconds(90);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deadline {
    Setup,
    Retry,
    FirstOutput,
    Stall,
    Played,
    Transcript,
    Floor,
    Microphone,
    Usage,
    Verdict,
    Call,
    Idle,
    Outbox,
    Tally,
    Credit,
    Quiet,
    Leave,
    Session,
    Summary,
    Promise,
    Composing,
    TimeWarning,
    TimeOver,
    Inactivity,
}

impl State {
    /// When the alarm must ring next; never, when nothing is to be done.
    #[must_use]
    pub fn next_alarm(&self) -> Option<Millis> {
        self.deadlines().into_iter().map(|(_, at)| at).min()
    }

    fn deadlines(&self) -> Vec<(Deadline, Millis)> {
        let record = &self.record;
        let mut all = Vec::new();
        let mut add = |deadline, at: Option<Millis>| all.extend(at.map(|at| (deadline, at)));

        add(Deadline::Outbox, record.outbox.next_at.filter(|_| !self.flushing));
        add(Deadline::Tally, record.tally.map(|tally| tally.next_at).filter(|_| self.may_tally()));
        add(Deadline::Credit, self.credit_due());
        add(Deadline::Session, record.sessions.next_at.filter(|_| !self.keeping));
        add(Deadline::Promise, record.promise.next_at.filter(|_| !self.promising));
        add(Deadline::Composing, self.composing_until());
        add(Deadline::Summary, record.summing.map(|summing| summing.until));
        if !self.is_closed() {
            add(Deadline::TimeWarning, self.warning_at());
            // What is under way has deadlines of its own, and ends the conversation when it comes to its end.
            add(Deadline::TimeOver, self.time_over_at().filter(|_| !self.is_under_way()));
            add(Deadline::Inactivity, self.inactive_at().filter(|_| !self.is_under_way()));
        }
        add(Deadline::Usage, record.unsettled.map(|unsettled| unsettled.until));
        add(Deadline::Verdict, self.weighing.as_ref().map(|weighing| weighing.until));
        add(Deadline::Call, self.calls.values().map(|(_, until)| *until).min());
        add(Deadline::Transcript, record.spoken.as_ref().and_then(|spoken| spoken.due));
        let by_hand = self.speech.filter(|_| self.is_speaking_by_hand());
        add(Deadline::Floor, by_hand.map(|speech| speech.since + FLOOR_MS));
        add(Deadline::Microphone, self.microphone_deadline());

        add(Deadline::Quiet, self.stay_ends());

        let asked_at = record.owed.as_ref().and_then(|owed| owed.asked_at);
        match &self.upstream.socket {
            Socket::Closed => {}
            Socket::Waiting { until } => add(Deadline::Retry, Some(*until)),
            Socket::Opening { since, .. } => add(Deadline::Setup, Some(*since + SETUP_MS)),
            Socket::Ready { idle_since, at_work, paused, trailing, .. } => match &record.answer {
                // It waits for the transcript.
                Some(answer) if answer.is_over() => {}
                Some(answer) => match answer.complete_at {
                    Some(complete_at) => {
                        let sound_ends = answer.first_audio_at.map(|at| at + answer.audio_ms);
                        add(
                            Deadline::Played,
                            Some(sound_ends.unwrap_or(complete_at).max(complete_at) + PLAYED_MS),
                        );
                    }
                    None => match paused {
                        // It is taken as over when it was played and nothing followed.
                        Some(at) => {
                            let sound_ends = answer.first_audio_at.map_or(*at, |at| at + answer.audio_ms);
                            add(Deadline::Played, Some(patience(*at, *at_work, STALL_MS).max(sound_ends)));
                        }
                        None => add(Deadline::Stall, Some(patience(answer.last_at, *at_work, STALL_MS))),
                    },
                },
                None => match asked_at {
                    Some(at) => {
                        let first = if self.tells_when_idle() { FIRST_THOUGHT_MS } else { FIRST_OUTPUT_MS };
                        add(Deadline::FirstOutput, Some(patience(at, *at_work, first)));
                    }
                    None if trailing.is_none() && self.speech.is_none() && record.owed.is_none() => {
                        add(Deadline::Idle, Some(*idle_since + IDLE_MS));
                    }
                    None => {}
                },
            },
        }
        if let Socket::Opening { leave_by, .. } | Socket::Ready { leave_by, .. } = &self.upstream.socket {
            add(Deadline::Leave, *leave_by);
        }
        all
    }
}

/// Until when something is waited for since `from`, when the model said at `at_work` that it is at work.
fn patience(from: Millis, at_work: Option<Millis>, ms: i64) -> Millis {
    let heard_of = at_work.filter(|at| *at > from).unwrap_or(from);
    (heard_of + ms).min(from + THOUGHT_MS)
}

impl Step<'_> {
    pub(crate) fn alarm(&mut self) {
        let now = self.now;
        for (deadline, _) in self.state.deadlines().into_iter().filter(|(_, at)| *at <= now) {
            // An earlier one may have settled a later one: each looks for itself.
            if !self.state.deadlines().iter().any(|(d, at)| *d == deadline && *at <= now) {
                continue;
            }
            match deadline {
                Deadline::Setup => self.drop_model("no answer to the setup"),
                Deadline::FirstOutput => self.drop_model("no answer began"),
                Deadline::Stall => self.drop_model("the answer stopped"),
                Deadline::Played => self.answer_over(Over::Played),
                Deadline::Transcript => self.transcript_due(),
                Deadline::Floor => {
                    if let Some(speech) = self.state.speech {
                        self.end_speech(speech.connection);
                    }
                }
                Deadline::Microphone => self.microphone_due(),
                Deadline::Usage => {
                    let usage = self.trailing_mut().and_then(|trailing| trailing.usage);
                    if let Some(unsettled) = self.state.record.unsettled {
                        self.settle(unsettled.index, usage);
                    }
                    self.settle_trailing();
                }
                Deadline::Verdict => self.stop_weighing(),
                Deadline::Call => self.answer_calls(),
                Deadline::Idle => self.close_model(),
                Deadline::Quiet => self.send_away(),
                Deadline::Leave => self.leave_model(),
                Deadline::Summary => self.summary_overdue(),
                Deadline::Composing => self.composing_overdue(),
                Deadline::TimeWarning => self.warn_of_time(),
                // Looked at after every input.
                Deadline::TimeOver | Deadline::Inactivity => {}
                // `pump` looks at these after every input.
                Deadline::Retry
                | Deadline::Outbox
                | Deadline::Tally
                | Deadline::Credit
                | Deadline::Promise
                | Deadline::Session => {}
            }
        }
    }
}
