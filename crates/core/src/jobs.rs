//! What the table of jobs says after a run.
//!
//! Most runs of a job that comes every minute have nothing to do, and a table that costs more than the jobs would be a poor
//! one. So a run that did nothing and went as the one before is noted every ten minutes only.

use crate::documents::{Job, JobName, JobOutcome};
use crate::time::{DAY_MS, Millis, seconds};

/// How long a job with nothing to do may go without a note, ms.
pub const QUIET_MS: i64 = seconds(10 * 60);

/// How long a run may take until the platform stops it, ms.
const LONGEST_RUN_MS: i64 = seconds(15 * 60);

/// Whether a run of a job is missing, by when the last began that was noted: nobody rang, or each was killed.
#[must_use]
pub fn is_overdue(job: JobName, last_began: Millis, now: Millis) -> bool {
    let noted_every = match job {
        // Each other minute at least, and every ten when there is nothing to do.
        JobName::Delayed | JobName::News | JobName::Reminders => QUIET_MS + seconds(2 * 60),
        JobName::Reconcile | JobName::Retention | JobName::Inactivity => DAY_MS,
    };
    now.since(last_began) > noted_every + LONGEST_RUN_MS
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Of which job.
    pub name: JobName,
    /// When it is run.
    pub schedule: &'static str,
    /// When it began.
    pub began: Millis,
    /// When it ended.
    pub ended: Millis,
    /// How it went.
    pub outcome: Result<Done, String>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// How much.
    pub count: u32,
    /// Whether there is more to do than it could.
    pub unfinished: bool,
    /// Where the next run goes on.
    pub cursor: Option<String>,
}

impl Done {
    /// All there was to do.
    #[must_use]
    pub fn all(count: usize) -> Self {
        Self { count: u32::try_from(count).unwrap_or(u32::MAX), ..Self::default() }
    }
}

impl Run {
    /// What the table says after it; `None` when it can stay as it is. Of two runs at once the one that began later is told,
    /// whichever ends first.
    #[must_use]
    pub fn noted(&self, before: Option<&Job>) -> Option<Job> {
        if before.is_some_and(|before| before.last_run_at > self.began) {
            return None;
        }
        let (outcome, done, error) = match &self.outcome {
            Ok(done) if done.unfinished => (JobOutcome::Unfinished, done.clone(), None),
            Ok(done) => (JobOutcome::Ok, done.clone(), None),
            // What it had done, nobody knows; the next run goes on where this one did.
            Err(why) => {
                let cursor = before.and_then(|before| before.cursor.clone());
                (JobOutcome::Failed, Done { cursor, ..Done::default() }, Some(why.clone()))
            }
        };
        if let Some(before) = before
            && outcome == JobOutcome::Ok
            && before.outcome == JobOutcome::Ok
            && done.count == 0
            && done.cursor == before.cursor
            && before.schedule == self.schedule
            && self.began.since(before.last_run_at) < QUIET_MS
        {
            return None;
        }
        let failing_since = (outcome == JobOutcome::Failed)
            .then(|| before.and_then(|before| before.failing_since).unwrap_or(self.began));
        Some(Job {
            name: self.name,
            schedule: self.schedule.to_owned(),
            last_run_at: self.began,
            last_ended_at: self.ended,
            duration_ms: self.ended.since(self.began),
            count: done.count,
            outcome,
            last_error: error.or_else(|| before.and_then(|before| before.last_error.clone())),
            failing_since,
            cursor: done.cursor,
            created_at: before.map_or(self.began, |before| before.created_at),
            updated_at: self.ended,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = seconds(60);

    fn run(began: i64, outcome: Result<Done, &str>) -> Run {
        Run {
            name: JobName::News,
            schedule: "*/2 * * * *",
            began: Millis(began),
            ended: Millis(began + 5),
            outcome: outcome.map_err(str::to_owned),
        }
    }

    fn did(count: usize) -> Result<Done, &'static str> {
        Ok(Done::all(count))
    }

    #[test]
    fn a_job_with_nothing_to_do_is_noted_every_ten_minutes() {
        let mut table = run(0, did(0)).noted(None);
        let mut noted = Vec::new();
        for minute in 1..=30 {
            if let Some(job) = run(minute * MINUTE, did(0)).noted(table.as_ref()) {
                noted.push(minute);
                table = Some(job);
            }
        }
        assert_eq!(noted, [10, 20, 30]);
    }

    #[test]
    fn what_did_something_failed_or_recovered_is_noted_at_once() {
        let idle = run(0, did(0)).noted(None).unwrap();
        assert_eq!(run(MINUTE, did(3)).noted(Some(&idle)).unwrap().count, 3);
        let failed = run(MINUTE, Err("gone")).noted(Some(&idle)).unwrap();
        assert_eq!((failed.outcome, failed.last_error.as_deref()), (JobOutcome::Failed, Some("gone")));
        let recovered = run(2 * MINUTE, did(0)).noted(Some(&failed)).unwrap();
        assert_eq!((recovered.outcome, recovered.failing_since), (JobOutcome::Ok, None));
        assert_eq!(recovered.last_error.as_deref(), Some("gone"), "what went wrong last can still be read");
    }

    #[test]
    fn it_is_known_since_when_a_job_fails() {
        let first = run(MINUTE, Err("gone")).noted(None).unwrap();
        let second = run(2 * MINUTE, Err("still gone")).noted(Some(&first)).unwrap();
        assert_eq!(second.failing_since, Some(Millis(MINUTE)));
        assert_eq!(second.last_error.as_deref(), Some("still gone"));
    }

    #[test]
    fn a_run_that_fails_keeps_the_place_from_which_the_next_one_goes_on() {
        let part = Done { count: 9, unfinished: true, cursor: Some("here".into()) };
        let unfinished = run(0, Ok(part)).noted(None).unwrap();
        assert_eq!(unfinished.outcome, JobOutcome::Unfinished);
        let failed = run(MINUTE, Err("gone")).noted(Some(&unfinished)).unwrap();
        assert_eq!(failed.cursor.as_deref(), Some("here"));
        let done = run(2 * MINUTE, did(0)).noted(Some(&failed)).unwrap();
        assert_eq!(done.cursor, None);
    }

    #[test]
    fn a_job_is_overdue_when_its_next_run_must_have_been_noted() {
        let hour = 60 * MINUTE;
        for (job, patience) in [
            (JobName::Delayed, 27 * MINUTE),
            (JobName::News, 27 * MINUTE),
            (JobName::Reminders, 27 * MINUTE),
            (JobName::Reconcile, 24 * hour + 15 * MINUTE),
            (JobName::Retention, 24 * hour + 15 * MINUTE),
            (JobName::Inactivity, 24 * hour + 15 * MINUTE),
        ] {
            let began = Millis(7);
            assert!(!is_overdue(job, began, began + patience), "{job:?}");
            assert!(is_overdue(job, began, began + patience + 1), "{job:?}");
        }
    }

    #[test]
    fn of_two_runs_at_once_the_later_one_is_told_whichever_ends_first() {
        let later = run(MINUTE, did(2)).noted(None).unwrap();
        assert_eq!(run(0, did(7)).noted(Some(&later)), None);
        assert_eq!(run(0, Err("overtaken")).noted(Some(&later)), None);
    }
}
