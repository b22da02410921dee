//! `POST /api/wallets/me/checkout`

use axum::Json;
use mentora_durable::repositories::Users;
use mentora_durable::wallet::calls::WalletRef;
use mentora_wire::rest::{CheckoutBody, CreateCheckout};

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{self, Language, WebApp};
use crate::payments::checkout;
use crate::routes::users::me::first_profile;

/// Opens a page on which credits for the own wallet are bought.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/wallets/me/checkout", operation_id = "fillOwnWallet", tag = "wallets",
    request_body = CreateCheckout,
    responses((status = 200, description = "Where to pay.", body = CheckoutBody)),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Language(locale): Language,
    WebApp(origin): WebApp,
    extract::Json(wish): extract::Json<CreateCheckout>,
) -> Result<Json<CheckoutBody>, ApiError> {
    // Credits are for somebody who is there: when the money comes, the profile is looked for.
    let profile = first_profile(caller.clone(), locale, context.now());
    Users(&context.documents()).find_or_create(profile).await?;
    let wallet = WalletRef::of_user(&caller.actor.user);
    let page = format!("{origin}/wallet");
    Ok(Json(checkout::open(&context, &caller, &wallet, wish.amount_micros, &page).await?))
}
