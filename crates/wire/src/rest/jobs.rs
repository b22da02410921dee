//! `/api/admin/jobs`

use mentora_core::documents::{Job, JobName, JobOutcome};
use mentora_core::jobs::is_overdue;
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

/// What is done by the clock, and how it went last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobBody {
    /// Which job.
    pub name: JobName,
    /// When it is run: a line of cron, in UTC.
    #[cfg_attr(feature = "openapi", schema(example = "17 3 * * *"))]
    pub schedule: String,
    /// Its last run that was noted; none before the first. A run that had nothing to do, as the one before, is noted every ten
    /// minutes.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_run: Option<JobRunBody>,
    /// Why the latest of its runs failed that did, also when others have succeeded since.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_error: Option<String>,
    /// When the first of its runs failed of which none succeeded since, ms.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub failing_since: Option<Millis>,
    /// Whether a run is missing that should have been noted by now: nobody rang, or it was killed.
    pub overdue: bool,
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobRunBody {
    /// When it began, ms.
    pub began_at: Millis,
    /// When it ended, ms.
    pub ended_at: Millis,
    /// How long it took, ms.
    #[cfg_attr(feature = "openapi", schema(value_type = mentora_core::limits::DurationMs, inline))]
    pub duration_ms: i64,
    /// How much was done in it: answers given, people told, books compared, conversations removed or ended.
    pub count: u32,
    /// How it went.
    pub outcome: JobOutcome,
}

impl JobBody {
    /// Of a job that is run so, as it was noted, at this moment.
    #[must_use]
    pub fn of(name: JobName, schedule: &str, noted: Option<Job>, now: Millis) -> Self {
        let overdue = noted.as_ref().is_some_and(|job| is_overdue(name, job.last_run_at, now));
        let (last_error, failing_since) =
            noted.as_ref().map(|job| (job.last_error.clone(), job.failing_since)).unwrap_or_default();
        let last_run = noted.map(|job| JobRunBody {
            began_at: job.last_run_at,
            ended_at: job.last_ended_at,
            duration_ms: job.duration_ms,
            count: job.count,
            outcome: job.outcome,
        });
        Self { name, schedule: schedule.to_owned(), last_run, last_error, failing_since, overdue }
    }
}
