//! What is done by the clock: `[triggers]` in wrangler.toml says when.
//!
//! - [`delayed`]: every minute, answers of the tutor that are due
//! - [`reconcile`]: every night, whether the books agree

pub mod delayed;
pub mod reconcile;

use mentora_durable::platform::config::Config;
use mentora_durable::platform::log;
use serde_json::json;
use worker::Env;

/// When the books are compared: at night in Europe, and when Asia is at lunch.
pub const RECONCILE: &str = "17 3 * * *";

/// When answers are looked for that are due.
pub const DELAYED: &str = "* * * * *";

/// Does what is due by this line of `[triggers]`.
pub async fn run(cron: &str, env: &Env) {
    let done = match (cron, Config::from_env(env)) {
        (_, Err(error)) => Err(error.to_string()),
        (DELAYED, Ok(config)) => delayed::run(env, &config).await.map_err(|error| error.to_string()),
        (RECONCILE, Ok(config)) => reconcile::run(env, &config).await.map_err(|error| error.to_string()),
        (_, Ok(_)) => Err("nothing is done by this line".to_owned()),
    };
    if let Err(why) = done {
        log::failure("cron.failed", json!({ "cron": cron, "why": why }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_by_the_clock_is_what_the_clock_is_told() {
        let wrangler = include_str!("../../wrangler.toml");
        assert!(
            wrangler.contains(&format!("crons = [\"{DELAYED}\", \"{RECONCILE}\"]")),
            "[triggers] says something else"
        );
    }
}
