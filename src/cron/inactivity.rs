//! The net under the conversations' own alarms: a conversation that nobody touches ends by itself, after 72 hours or, where
//! answers come later, 14 days (`crates/session/src/time_up.rs`), and its alarm outlives its memory. What is still open after
//! that has lost its alarm, or was never awake since it was written by other hands. It is asked to look at the clock, and
//! decides.

use futures::{StreamExt as _, stream};
use mentora_core::ids::ConversationId;
use mentora_core::jobs::Done;
use mentora_core::time::{Millis, seconds};
use mentora_durable::conversation::calls::Calls;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::documents;
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::{Conversations, Page, RepositoryError};
use mentora_wire::error::ErrorCode;
use serde_json::json;
use worker::Env;

use super::table::Place;

/// After how long without an action one is asked: the shortest patience of any, and an hour for its own alarm.
const PATIENCE_MS: i64 = seconds((72 + 1) * 60 * 60);
/// Conversations that are asked in one night.
const MAX_CONVERSATIONS: usize = 1_000;
/// Pages of one night: those in which nothing was said yet are passed over.
const MAX_PAGES: u32 = 100;
/// Objects that are asked at once.
const AT_ONCE: usize = 6;
/// How long a night begins new ones.
const BEGIN_MS: i64 = seconds(5 * 60);

/// Has those end that nobody touches; how many did.
///
/// # Errors
/// [`RepositoryError`]; what has ended until then has.
pub async fn run(env: &Env, config: &Config, place: Place<'_>) -> Result<Done, RepositoryError> {
    let (tally, began) = (StoreTally::default(), clock::now());
    let documents = documents(env, config, &tally);
    let by: Millis = began - PATIENCE_MS;
    let mut page = Page { limit: 100, cursor: place.cursor().await? };
    let (mut asked, mut ended) = (0_usize, 0_usize);
    for _ in 0..MAX_PAGES {
        let (untouched, next) = Conversations(&documents).untouched_since(by, &page).await?;
        asked = asked.saturating_add(untouched.len());
        let looks = untouched.into_iter().map(|id| async move { has_ended(env, &id).await });
        let found: Vec<bool> = stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        ended = ended.saturating_add(found.into_iter().filter(|ended| *ended).count());
        page.cursor = next;
        if page.cursor.is_none() || asked >= MAX_CONVERSATIONS || clock::now().since(began) >= BEGIN_MS {
            break;
        }
    }
    let cursor = page.cursor.map(|next| next.encode());
    let done = Done { unfinished: cursor.is_some(), cursor, ..Done::all(ended) };
    if asked > 0 {
        let ms = clock::now().since(began);
        log::event("inactivity.done", json!({ "asked": asked, "ended": ended, "ms": ms }));
    }
    Ok(done)
}

async fn has_ended(env: &Env, id: &ConversationId) -> bool {
    match Calls::new(env).look(id).await {
        Ok(ended) => ended,
        // It was erased meanwhile, with its student.
        Err(error) if error.code == ErrorCode::NotFound => false,
        Err(error) => {
            log::failure(
                "inactivity.failed",
                json!({ "conversation": id, "why": format!("{:?}", error.code) }),
            );
            false
        }
    }
}
