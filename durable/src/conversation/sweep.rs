//! Ends the open conversations of an assignment or a course that is to go.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use mentora_core::documents::{ConversationState, EndReason};
use mentora_core::ids::ConversationId;
use mentora_wire::error::ErrorCode;

use super::calls::{CallError, Calls, EndCall};
use crate::platform::documents::Documents;
use crate::repositories::conversations::ConversationFilter;
use crate::repositories::{Conversations, Page, RepositoryError};

/// How many are ended at a time.
const AT_ONCE: usize = 16;
/// How many are ended for one request, for which somebody waits.
const MOST: usize = 500;

/// Why not all were ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] RepositoryError),
    /// A conversation could not be ended.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There are more; who asks again goes on from here.
    #[error("more than {MOST} conversations were open")]
    TooMany,
}

/// Ends the open conversations that `filter` finds. One that has ended already is left as it is, so this may be done again.
///
/// # Errors
/// [`SweepError`]; those that were ended stay so.
pub async fn end_open(
    calls: Calls<'_>,
    documents: &Documents,
    filter: &ConversationFilter,
) -> Result<(), SweepError> {
    let mut page = Page { limit: 100, cursor: None };
    let mut ended = 0_usize;
    loop {
        let (found, next) = Conversations(documents).list(filter, &page).await?;
        let open = found.into_iter().filter(|(_, found)| found.state != ConversationState::Closed);
        let open: Vec<ConversationId> = open.map(|(id, _)| id).collect();
        ended = ended.saturating_add(open.len());
        if ended > MOST {
            return Err(SweepError::TooMany);
        }
        let one = |id: ConversationId| async move { end(calls, &id).await };
        stream::iter(open).map(one).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let Some(next) = next else { return Ok(()) };
        page.cursor = Some(next);
    }
}

async fn end(calls: Calls<'_>, id: &ConversationId) -> Result<(), CallError> {
    match calls.end(id, &EndCall { reason: EndReason::InstructorEnded }).await {
        // It was erased meanwhile, with its student.
        Err(error) if error.code != ErrorCode::NotFound => Err(error),
        _ => Ok(()),
    }
}
