//! Answers that the tutor gives later, when they are due.
//!
//! A run finds them, the oldest first, and makes one call for each, to the conversation whose answer it is: that does all the rest,
//! with its own budget of calls (`mentora_durable::conversation`). How far a run goes is for `walk` to say; what is left is the
//! next minute's. A run beside it is no harm: what somebody has leased nobody else takes.

mod walk;

use mentora_core::documents::PendingResponse;
use mentora_core::ids::ConversationId;
use mentora_core::jobs::Done;
use mentora_core::time::Millis;
use mentora_durable::conversation::calls::{Calls, DueCall, Given};
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::{Documents, documents};
use mentora_durable::platform::pause::within;
use mentora_durable::platform::store_tally::StoreTally;
use mentora_durable::platform::{clock, log};
use mentora_durable::repositories::pending_responses::Found;
use mentora_durable::repositories::{Cursor, Page, PendingResponses, RepositoryError, Stored};
use serde_json::json;
use worker::Env;

use self::walk::{End, Line, Place, Walked, walk};

/// So many are looked for at once.
const PAGE: u32 = 100;
/// How long a conversation is waited for, ms: as long as the lease lasts that it takes.
const PATIENCE_MS: u32 = 5 * 60 * 1_000;

/// Gives what is due.
///
/// # Errors
/// [`RepositoryError`] when nobody knows what is due.
pub async fn run(env: &Env, config: &Config) -> Result<Done, RepositoryError> {
    let tally = StoreTally::default();
    let documents = documents(env, config, &tally);
    let began = clock::now();
    let walked = walk(&AtWork { documents: &documents, env, began }).await;
    let Walked { counts, end, oldest, failure } = walked;
    if counts.asked > 0 {
        let fields = json!({
            "asked": counts.asked,
            "answered": counts.answered,
            "failed": counts.failed,
            "unpaid": counts.unpaid,
            "noRoom": counts.no_room,
            "end": end.name(),
            "oldestMs": oldest.map(|due| began.since(due)),
            "ms": clock::now().since(began),
        });
        log::event("delayed.round.done", fields);
    }
    let done = Done { count: counts.answered, unfinished: end != End::Done, cursor: None };
    failure.map_or(Ok(done), Err)
}

/// The documents and the conversations.
struct AtWork<'a> {
    documents: &'a Documents,
    env: &'a Env,
    began: Millis,
}

impl Place for AtWork<'_> {
    type Due = (ConversationId, Stored<PendingResponse>);
    type Cursor = Cursor;
    type Error = RepositoryError;

    fn now(&self) -> Millis {
        clock::now()
    }

    fn due_at((_, found): &Self::Due) -> Millis {
        found.scheduled_at
    }

    async fn page(&self, line: Line, cursor: Option<Cursor>) -> Result<Found, RepositoryError> {
        let (pending, page) = (PendingResponses(self.documents), Page { limit: PAGE, cursor });
        match line {
            Line::Due => pending.due(self.began, &page).await,
            Line::Abandoned => pending.abandoned(self.began, &page).await,
        }
    }

    async fn give(&self, (id, found): Self::Due) -> Given {
        let call = DueCall { version: found.version.encode(), pending: found.into_document() };
        let calls = Calls::new(self.env);
        let why = match within(PATIENCE_MS, calls.give_due(&id, &call)).await {
            Some(Ok(given)) => return given,
            Some(Err(error)) => format!("{:?}", error.code),
            None => "it took too long".to_owned(),
        };
        // Whether it has the lease nobody knows: it is found again in time.
        let fields = json!({ "conversation": id, "step": "call", "why": why });
        log::failure("delayed.round.failed", fields);
        Given::Failed
    }
}
