//! What comes after the last word: the text model, which sums up or fails to, and the days that go by.

use mentora_core::time::Millis;
use mentora_session::Input;

use super::{Faults, Happens, World};

/// A wait that a world may sit through, or not.
const LONG_MS: i64 = 24 * 60 * 60 * 1_000;

/// What the text model says of an end.
#[derive(Debug, Clone)]
pub struct Summary {
    ended_at: Millis,
    answer: Option<String>,
}

impl World {
    pub(super) fn begin_to_sum_up(&mut self, ended_at: Millis) {
        let faulty = self.faulty(Faults::Model);
        if faulty && self.random.percent(10) {
            return; // It never answers.
        }
        let good = format!(r#"{{"position":"a","change":"b","question":"{}"}}"#, ended_at.0);
        let answer = match faulty && self.random.percent(30) {
            true => self.random.percent(50).then(|| "no JSON".to_owned()),
            false => Some(good),
        };
        let twice = faulty && self.random.percent(10);
        let delay = self.random.between(300, if faulty { 60_000 } else { 4_000 });
        let summary = Summary { ended_at, answer };
        self.at(delay, Happens::Summary(summary.clone()));
        if twice {
            self.at(delay + 50, Happens::Summary(summary));
        }
    }

    pub(super) fn sum_up(&mut self, summary: Summary) {
        let Summary { ended_at, answer } = summary;
        self.input(Input::Summarised { ended_at, answer });
        let ended = self.state.record().ended.clone();
        let foreign = ended.is_some_and(|ended| {
            let by_model = ended.summary.strip_prefix("a\nb\n");
            by_model.is_some_and(|at| at != ended.at.0.to_string())
        });
        self.promise(!foreign, || "an end has the summary of another".into());
    }

    /// Whether an alarm is waited for: some worlds end before the days are over in which nobody does anything.
    pub(super) fn waits_for(&self, alarm: i64) -> bool {
        self.patient || alarm - self.now < LONG_MS
    }

    /// The clock jumps ahead, as when a machine was asleep.
    pub(super) fn jump(&mut self) {
        self.jumped = true;
        self.now += self.random.between(1_000, 4 * LONG_MS);
        self.record(|| "*** time goes by ***".into());
    }

    pub(super) fn check_ending(&mut self) {
        let record = self.state.record().clone();
        self.promise(record.summing.is_none(), || "a summary is still waited for".into());
        let minutes = record.facts.ai_config.time_limit_minutes.map(i64::from);
        let over = record.timer.zip(minutes).map(|(timer, minutes)| timer.since.0 + minutes * 60_000);
        let in_time = self.state.is_closed() || over.is_none_or(|over| over > self.now);
        self.promise(in_time, || "the time is over, and the conversation goes on".into());
        if self.faults == Faults::None
            && let Some(ended) = record.ended.filter(|_| !self.store.turns.is_empty())
        {
            let summed_up = ended.summary.starts_with("a\nb\n");
            self.promise(summed_up, || format!("the summary never came: {}", ended.summary));
        }
    }
}
