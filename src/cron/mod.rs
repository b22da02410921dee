//! What is done by the clock: `[triggers]` in wrangler.toml says when. How each job went last stands in `jobs/{name}`
//! (`GET /api/admin/jobs`).
//!
//! - [`delayed`]: every minute, answers of the tutor that are due
//! - [`news`]: every other minute, what people are to be told and reminded of
//! - [`reconcile`]: every night, whether the books agree
//! - [`retention`], [`inactivity`]: every night, what is kept no longer, and what nobody touches
//!
//! Each line is an invocation of its own, with the calls that one may make ([`CALLS`]): so what is told waits for no answers,
//! and no books for what is cleared away. Jobs of one line follow one another, each with its share, and none fails with
//! another.

pub mod delayed;
pub mod inactivity;
pub mod news;
pub mod reconcile;
pub mod retention;
pub mod table;

use mentora_core::documents::JobName;
use mentora_core::jobs::Done;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::log;
use serde_json::json;
use worker::Env;

use self::table::Place;

/// Calls of all kinds that one invocation may make: Cloudflare's limit of a paid account, unless its configuration names another. A job
/// keeps well below, since what hands over the rest to the next run are calls, too.
pub const CALLS: u32 = 10_000;

/// When the books are compared: at night in Europe, and when Asia is at lunch.
pub const RECONCILE: &str = "17 3 * * *";

/// When answers are looked for that are due.
pub const DELAYED: &str = "* * * * *";

/// When it is looked for what people are to be told.
pub const NEWS: &str = "*/2 * * * *";

/// When it is cleared away what is kept no longer.
pub const UPKEEP: &str = "43 3 * * *";

/// The line of `[triggers]` by which a job is run.
#[must_use]
pub const fn schedule(job: JobName) -> &'static str {
    match job {
        JobName::Delayed => DELAYED,
        JobName::News | JobName::Reminders => NEWS,
        JobName::Reconcile => RECONCILE,
        JobName::Retention | JobName::Inactivity => UPKEEP,
    }
}

/// Does what is due by this line of `[triggers]`.
pub async fn run(cron: &str, env: &Env) {
    let config = match Config::from_env(env) {
        Ok(config) => config,
        Err(error) => return tell(cron, &error.to_string()),
    };
    let jobs: Vec<JobName> = JobName::ALL.into_iter().filter(|job| schedule(*job) == cron).collect();
    if jobs.is_empty() {
        tell(cron, "nothing is done by this line");
    }
    for job in jobs {
        let outcome =
            table::noted(env, &config, job, async |place| perform(job, env, &config, place).await).await;
        if let Err(why) = outcome {
            tell(cron, &format!("{}: {why}", job.as_str()));
        }
    }
}

async fn perform(job: JobName, env: &Env, config: &Config, place: Place<'_>) -> Result<Done, String> {
    match job {
        JobName::Delayed => delayed::run(env, config).await.map_err(text),
        JobName::News => news::run(env, config).await.map_err(text),
        JobName::Reminders => news::remind(env, config).await.map_err(text),
        JobName::Reconcile => reconcile::run(env, config).await.map_err(text),
        JobName::Retention => retention::run(env, config, place).await.map_err(text),
        JobName::Inactivity => inactivity::run(env, config, place).await.map_err(text),
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn tell(cron: &str, why: &str) {
    log::failure("cron.failed", json!({ "cron": cron, "why": why }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_by_the_clock_is_what_the_clock_is_told() {
        let wrangler = include_str!("../../wrangler.toml");
        let line = format!("crons = [\"{DELAYED}\", \"{NEWS}\", \"{RECONCILE}\", \"{UPKEEP}\"]");
        assert!(wrangler.contains(&line), "[triggers] says something else");
    }
}
