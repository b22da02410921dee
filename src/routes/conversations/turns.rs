//! `POST /api/conversations/{id}/turns`

use axum::Json as Answer;
use axum::http::StatusCode;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_durable::conversation::calls::{Calls, PostTurnCall};
use mentora_wire::rest::{PostTurn, TurnAnswer};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};

/// Says something and waits for the tutor's answer; where the tutor answers later, for the promise of it. Sent again with the same `clientMessageId`, it is one turn.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/conversations/{id}/turns", operation_id = "postTurn", tag = "conversations",
    params(("id" = String, Path, description = "The conversation.")),
    request_body = PostTurn,
    responses(
        (status = 200, description = "Both turns.", body = TurnAnswer),
        (status = 202, description = "The student's turn. The tutor answers later, as `pending` tells.", body = TurnAnswer),
        crate::openapi::Unpaid, crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
    Json(body): Json<PostTurn>,
) -> Result<(StatusCode, Answer<TurnAnswer>), ApiError> {
    access::conversation(&context.documents(), &caller, &id, ConversationAction::Speak).await?;
    let call =
        PostTurnCall { user: caller.actor.user, text: body.text, client_message_id: body.client_message_id };
    let answer = Calls::new(context.env()).post_turn(&id, &call).await?;
    let status = if answer.pending.is_some() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Answer(answer)))
}
