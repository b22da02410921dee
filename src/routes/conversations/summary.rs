//! `GET /api/conversations/{id}/summary`

use axum::Json;
use mentora_core::documents::Contribution;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_durable::conversation::calls::{Calls, Snapshot};
use mentora_wire::rest::SummaryBody;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// What came of a conversation that has ended. For its student and the staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/conversations/{id}/summary", operation_id = "getSummary", tag = "conversations",
    params(("id" = String, Path, description = "The conversation.")),
    responses(
        (status = 200, description = "What came of it.", body = SummaryBody),
        crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
) -> Result<Json<SummaryBody>, ApiError> {
    access::conversation(&context.documents(), &caller, &id, ConversationAction::Read).await?;
    let Snapshot { conversation, .. } = Calls::new(context.env()).snapshot(&id).await?;
    let ended = Contribution::of(&id, &conversation).ok_or_else(|| {
        ApiError::conflict("The conversation still goes on. There is a summary once it has ended.")
    })?;
    Ok(Json(SummaryBody {
        summary: conversation.summary.unwrap_or_default(),
        end_reason: ended.end_reason,
        closed_at: ended.closed_at,
        initial_stance: ended.initial_stance,
        final_stance: ended.final_stance,
        turns: ended.turns,
        duration_ms: ended.duration_ms,
        strategy_counts: ended.strategy_counts,
    }))
}
