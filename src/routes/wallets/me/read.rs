//! `GET /api/wallets/me`

use axum::Json;
use mentora_durable::wallet::calls::WalletRef;
use mentora_wire::rest::WalletBody;

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::wallets;

/// What is in the own wallet. The first call opens it.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/wallets/me", operation_id = "getOwnWallet", tag = "wallets",
    responses((status = 200, description = "The wallet.", body = WalletBody)),
))]
#[worker::send]
pub async fn read(caller: Caller, context: Context) -> Result<Json<WalletBody>, ApiError> {
    Ok(Json(wallets::read(&context, &WalletRef::of_user(&caller.actor.user)).await?))
}
