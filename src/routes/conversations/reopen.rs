//! `POST /api/conversations/{id}/reopen`

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

/// Lets a conversation that has ended go on. What it is for is in progress again. For staff of the course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/conversations/{id}/reopen", operation_id = "reopenConversation", tag = "conversations",
    params(("id" = String, Path, description = "The conversation.")),
    responses(
        (status = 200, description = "The conversation, open.", body = ConversationBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationBody>, ApiError> {
    access::conversation(&context.documents(), &caller, &id, ConversationAction::Reopen).await?;
    let found = Calls::new(context.env()).reopen(&id).await?;
    Ok(Json(body(id, found)))
}
