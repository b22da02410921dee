//! The table of jobs: a run, and the note of how it went. The note may fail; the run was made all the same.

use mentora_core::documents::JobName;
use mentora_core::jobs::{Done, Run};
use mentora_core::time::Millis;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::documents;
use mentora_durable::platform::log::redaction::redacted;
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::{Cursor, Jobs, RepositoryError};
use serde_json::json;
use worker::Env;

use super::schedule;

/// Where the run before this one stopped. It is read when somebody asks.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    env: &'a Env,
    config: &'a Config,
    job: JobName,
}

impl Place<'_> {
    /// The place in the job's list; none to begin with the first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn cursor(self) -> Result<Option<Cursor>, RepositoryError> {
        let tally = StoreTally::default();
        let before = Jobs(&documents(self.env, self.config, &tally)).get(self.job).await?;
        let cursor = before.and_then(|before| before.into_document().cursor);
        Ok(cursor.and_then(|cursor| Cursor::decode(&cursor).ok()))
    }
}

/// Runs a job and notes how it went.
///
/// # Errors
/// Why the job came to nothing.
pub async fn noted(
    env: &Env,
    config: &Config,
    job: JobName,
    perform: impl AsyncFnOnce(Place<'_>) -> Result<Done, String>,
) -> Result<(), String> {
    let began = clock::now();
    let outcome = perform(Place { env, config, job }).await;
    let run = run_of(job, began, clock::now(), outcome.clone());
    let tally = StoreTally::default();
    if let Err(error) = Jobs(&documents(env, config, &tally)).note(&run).await {
        log::failure("job.unnoted", json!({ "job": job.as_str(), "why": error.to_string() }));
    }
    outcome.map(|_| ())
}

fn run_of(name: JobName, began: Millis, ended: Millis, outcome: Result<Done, String>) -> Run {
    // What admins read names nobody.
    let outcome = outcome.map_err(|why| redacted(&why));
    Run { name, schedule: schedule(name), began, ended, outcome }
}
