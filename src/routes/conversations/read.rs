//! `GET /api/conversations/{id}`

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

/// A conversation with its turns. For its student and the staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/conversations/{id}", operation_id = "getConversation", tag = "conversations",
    params(("id" = String, Path, description = "The conversation.")),
    responses((status = 200, description = "The conversation.", body = ConversationBody)),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationBody>, ApiError> {
    access::conversation(&context.documents(), &caller, &id, ConversationAction::Read).await?;
    // The object knows what the store may not have yet.
    let found = Calls::new(context.env()).snapshot(&id).await?;
    Ok(Json(body(id, found)))
}
