//! `POST /api/conversations/{id}/stream/tickets`

use axum::Json;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_durable::platform::random;
use mentora_wire::rest::TicketBody;

use super::most;
use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;
use crate::tickets::{self, TicketClaims};

/// A ticket that opens one stream, once, within 60 seconds: the student's to speak, the staff's to listen.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/conversations/{id}/stream/tickets", operation_id = "createStreamTicket", tag = "stream",
    params(("id" = String, Path, description = "The conversation.")),
    responses((status = 200, description = "The ticket.", body = TicketBody)),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
) -> Result<Json<TicketBody>, ApiError> {
    let secret = context.config().ticket_secret.as_ref();
    let secret = secret.ok_or_else(|| ApiError::not_configured("TICKET_SECRET"))?;
    let found = access::conversation(&context.documents(), &caller, &id, ConversationAction::Read).await?;
    let (role, staff) = most(&found, &caller);
    let claims = TicketClaims {
        conversation: id,
        user: caller.actor.user,
        role,
        staff,
        nonce: random::new_id(),
        exp: context.now() + tickets::LIFETIME_MS,
    };
    let ticket = tickets::sign(&claims, secret.expose());
    let ticket = ticket.ok_or_else(|| ApiError::internal_error("the ticket could not be signed"))?;
    Ok(Json(TicketBody { ticket, expires_at: claims.exp }))
}
