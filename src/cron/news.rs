//! Tells people what others have posted or graded, and students what is due soon: `mentora_durable::news` does it, here is how
//! much of it one run may do.

use mentora_core::documents::NewsKind;
use mentora_core::jobs::Done;
use mentora_durable::news::{PAGE, Round};
use mentora_durable::notify::Ways;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::documents;
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::{clock, log, random};
use mentora_durable::repositories::RepositoryError;
use serde_json::json;
use worker::Env;

use super::CALLS;

/// Calls for what others have posted or graded.
const MAX_NEWS_CALLS: u32 = 5_400;
/// Calls for reminders.
const MAX_REMINDER_CALLS: u32 = 3_600;
// What others do is told first.
const _: () = assert!(MAX_NEWS_CALLS + MAX_REMINDER_CALLS < CALLS);
/// Calls to tell one person, beside those to the store: a mail and a device or two.
const SENDS_PER_PERSON: u32 = 3;
/// Calls that a page may take: of each person five to the store for each way, and those.
const CALLS_PER_PAGE: u32 = PAGE * 12;

/// Tells what others have posted or graded.
///
/// # Errors
/// [`RepositoryError`] when nobody knows what is to be told.
pub async fn run(env: &Env, config: &Config) -> Result<Done, RepositoryError> {
    let kinds = [NewsKind::Announcement, NewsKind::SubmissionGraded];
    let (done, ms) = round(env, config, &kinds, MAX_NEWS_CALLS).await?;
    if done.count > 0 || done.unfinished {
        log::event("news.round.done", json!({ "told": done.count, "unfinished": done.unfinished, "ms": ms }));
    }
    Ok(done)
}

/// Reminds students of what is due.
///
/// # Errors
/// As [`run`].
pub async fn remind(env: &Env, config: &Config) -> Result<Done, RepositoryError> {
    let (done, ms) = round(env, config, &[NewsKind::AssignmentReminder], MAX_REMINDER_CALLS).await?;
    if done.count > 0 || done.unfinished {
        log::event(
            "reminders.round.done",
            json!({ "told": done.count, "unfinished": done.unfinished, "ms": ms }),
        );
    }
    Ok(done)
}

/// One run over what is due of these kinds, and how long it took, ms.
async fn round(
    env: &Env,
    config: &Config,
    kinds: &[NewsKind],
    max_calls: u32,
) -> Result<(Done, i64), RepositoryError> {
    let (tally, began) = (StoreTally::default(), clock::now());
    let (documents, ways) = (documents(env, config, &tally), Ways::of(config));
    let has_room = |told: u32| {
        let calls = tally.total().calls.saturating_add(told.saturating_mul(SENDS_PER_PERSON));
        calls.saturating_add(CALLS_PER_PAGE) <= max_calls
    };
    let round = Round {
        documents: &documents,
        ways: &ways,
        attempt: random::new_id(),
        clock: &clock::now,
        has_room: &has_room,
    };
    let done = round.run(kinds).await?;
    Ok((done, clock::now().since(began)))
}
