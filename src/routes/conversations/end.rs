//! `POST /api/conversations/{id}/end`

use axum::Json;
use mentora_core::documents::EndReason;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_durable::conversation::calls::{Calls, EndCall};
use mentora_wire::rest::{ConversationBody, EndConversation};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, JsonOrNothing};
use crate::routes::conversations::body;

/// Ends a conversation. For its student and the staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/conversations/{id}/end", operation_id = "endConversation", tag = "conversations",
    params(("id" = String, Path, description = "The conversation.")),
    request_body = Option<EndConversation>,
    responses(
        (status = 200, description = "The conversation, ended.", body = ConversationBody),
        crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
    // The caller's own words are checked, but kept nowhere: they may be personal, and the log is no place for that.
    JsonOrNothing(_): JsonOrNothing<EndConversation>,
) -> Result<Json<ConversationBody>, ApiError> {
    let found = access::conversation(&context.documents(), &caller, &id, ConversationAction::End).await?;
    let by_student = found.conversation.user_id == caller.actor.user;
    let reason = if by_student { EndReason::StudentEnded } else { EndReason::InstructorEnded };
    let snapshot = Calls::new(context.env()).end(&id, &EndCall { reason }).await?;
    Ok(Json(body(id, snapshot)))
}
