//! `DELETE /api/conversations/{id}/pending`

use axum::Json;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_durable::conversation::calls::Calls;
use mentora_wire::rest::ConversationBody;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;
use crate::routes::conversations::body;

/// Takes back the turn that the tutor is to answer later: it stays in the conversation, no answer comes, and the student may say
/// something else. Where nothing is to come any more, nothing changes. `409 TURN_IN_PROGRESS` while the tutor is answering.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/conversations/{id}/pending", operation_id = "cancelPendingResponse", tag = "conversations",
    params(("id" = String, Path, description = "The conversation.")),
    responses(
        (status = 200, description = "The conversation, in which nothing is to come.", body = ConversationBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationBody>, ApiError> {
    access::conversation(&context.documents(), &caller, &id, ConversationAction::Speak).await?;
    let found = Calls::new(context.env()).take_back(&id).await?;
    Ok(Json(body(id, found)))
}
