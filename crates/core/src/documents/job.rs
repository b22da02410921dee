//! `jobs/{name}`: what is done by the clock, and how it went last.

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// What is done by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum JobName {
    /// Gives the answers of the tutor that are due.
    Delayed,
    /// Tells people what others have posted or graded.
    News,
    /// Reminds students of what is due.
    Reminders,
    /// Compares the books.
    Reconcile,
    /// Removes what was said longer ago than its course keeps it.
    Retention,
    /// Ends conversations that nobody touches, where their own alarm did not.
    Inactivity,
}

impl JobName {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Delayed, Self::News, Self::Reminders, Self::Reconcile, Self::Retention, Self::Inactivity];

    /// Its name, which is that of its document, too.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delayed => "delayed",
            Self::News => "news",
            Self::Reminders => "reminders",
            Self::Reconcile => "reconcile",
            Self::Retention => "retention",
            Self::Inactivity => "inactivity",
        }
    }
}

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum JobOutcome {
    /// All that was to be done was.
    Ok,
    /// It came to nothing, or not to its end; `lastError` says why.
    Failed,
    /// There was more to do than one run may; the next one goes on.
    Unfinished,
}

/// A job, as its last run left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Which one.
    pub name: JobName,
    /// When it is run: a line of cron, in UTC.
    pub schedule: String,
    /// When its last run began, ms.
    pub last_run_at: Millis,
    /// When that ended, ms.
    pub last_ended_at: Millis,
    /// How long it took, ms.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::DurationMs, inline))]
    pub duration_ms: i64,
    /// How much was done in it: answers given, people told, books compared, conversations removed or ended.
    pub count: u32,
    /// How it went.
    pub outcome: JobOutcome,
    /// Why the latest of its runs failed that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the first of its runs failed of which none succeeded since, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Millis>,
    /// Where the next run goes on; at the beginning when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Job {
    fn offences(&self) -> Offences {
        Offences::default().number("durationMs", self.duration_ms, limits::DurationMs::RANGE)
    }
}
