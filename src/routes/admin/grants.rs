//! `POST /api/admin/grants`

use axum::Json;
use mentora_core::documents::{LedgerEntryType, LedgerScope};
use mentora_core::ids::LedgerEntryId;
use mentora_core::money::Micros;
use mentora_core::wallet::{Movement, MovementReply};
use mentora_wire::rest::{CreateGrant, GrantBody};
use mentora_wire::stream::server::Shortage;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract;
use crate::wallets;

/// Gives credits to the wallet of a user or a course, or takes some away. For admins. What is held for turns under way is
/// not taken: where less is free, nothing is, and the answer is `402`.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/admin/grants", operation_id = "createGrant", tag = "admin",
    request_body = CreateGrant,
    responses(
        (status = 200, description = "It is done.", body = GrantBody),
        crate::openapi::Unpaid, crate::openapi::Forbidden, crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    extract::Json(grant): extract::Json<CreateGrant>,
) -> Result<Json<GrantBody>, ApiError> {
    access::admin(&caller)?;
    let wallet = wallets::find(&context.documents(), &grant.wallet_id).await?;
    let wallet = wallet.ok_or_else(ApiError::wallet_not_found)?;
    let movement = movement(&caller, grant, &context.fresh_id::<LedgerEntryId>()?);
    let (amount, entry_id) = (movement.amount, LedgerEntryId::of(&movement.idempotency_key));
    match wallets::perform(&context, &wallet, movement).await? {
        MovementReply::Done { standing, .. } => {
            Ok(Json(GrantBody { entry_id, wallet: wallets::body(&wallet, standing) }))
        }
        MovementReply::Short { available } => {
            let required_micros = Micros(amount.0.saturating_neg());
            let shortage = Shortage { required_micros, available_micros: available, wallet_id: wallet.id };
            Err(ApiError::insufficient_credits(SHORT, &shortage))
        }
    }
}

const SHORT: &str = "There is less in the wallet, beside what is held for turns under way. `details` says how much; nothing was taken.";

/// `key` is the same whenever the request is sent again.
fn movement(caller: &Caller, grant: CreateGrant, key: &LedgerEntryId) -> Movement {
    let Micros(amount) = grant.amount_micros;
    Movement {
        kind: if amount > 0 { LedgerEntryType::Grant } else { LedgerEntryType::Adjust },
        amount: grant.amount_micros,
        idempotency_key: format!("grant:{key}"),
        scope: LedgerScope::default(),
        provider: None,
        reason: Some(grant.reason.trim().to_owned()),
        by: caller.actor.user.clone(),
        within_available: amount < 0,
    }
}
