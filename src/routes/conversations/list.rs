//! `GET /api/conversations`

use axum::Json;
use mentora_core::ids::UserId;
use mentora_core::policy::CourseAction;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::Conversations;
use mentora_durable::repositories::conversations::ConversationFilter;
use mentora_wire::rest::{ConversationBody, ListConversations, Page};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Query;
use crate::page;

/// The caller's conversations; for staff, those about one of their assignments. Without turns.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/conversations", operation_id = "listConversations", tag = "conversations",
    params(ListConversations),
    responses(
        (status = 200, description = "A page of conversations, the latest first.", body = Page<ConversationBody>),
        crate::openapi::Forbidden, crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Query(query): Query<ListConversations>,
) -> Result<Json<Page<ConversationBody>>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(query.limit, query.cursor.as_deref())?;
    let user = whose(&documents, &caller, &query).await?;
    let filter =
        ConversationFilter { assignment: query.assignment_id, course: None, user, state: query.state };
    let found = Conversations(&documents).list(&filter, &wanted).await?;
    Ok(Json(page::page(found, |(id, conversation)| ConversationBody { id, conversation, pending: None })))
}

/// Whose conversations the caller gets; `None` is everybody's.
async fn whose(
    documents: &Documents,
    caller: &Caller,
    query: &ListConversations,
) -> Result<Option<UserId>, ApiError> {
    let own = &caller.actor.user;
    if query.user_id.as_ref() == Some(own) || caller.actor.admin {
        return Ok(query.user_id.clone());
    }
    match (&query.assignment_id, &query.user_id) {
        (None, None) => Ok(Some(own.clone())),
        (None, Some(_)) => {
            Err(ApiError::invalid_field("assignmentId", "is needed to list the conversations of others"))
        }
        (Some(assignment), Some(other)) => {
            access::assignment(documents, caller, assignment, CourseAction::ListConversations).await?;
            Ok(Some(other.clone()))
        }
        (Some(assignment), None) => {
            let read = CourseAction::ReadAssignments;
            let (_, found) = access::assignment(documents, caller, assignment, read).await?;
            Ok((!found.standing.is_staff()).then(|| own.clone()))
        }
    }
}
