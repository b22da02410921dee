//! `POST /api/courses/{id}/wallet/checkout`

use axum::Json;
use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_durable::wallet::calls::WalletRef;
use mentora_wire::rest::{CheckoutBody, CreateCheckout};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{self, Id, WebApp};
use crate::payments::checkout;

/// Opens a page on which credits for the wallet of a course are bought. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/{id}/wallet/checkout", operation_id = "fillCourseWallet", tag = "wallets",
    params(("id" = String, Path, description = "The course.")),
    request_body = CreateCheckout,
    responses((status = 200, description = "Where to pay.", body = CheckoutBody), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<CourseId>,
    WebApp(origin): WebApp,
    extract::Json(wish): extract::Json<CreateCheckout>,
) -> Result<Json<CheckoutBody>, ApiError> {
    access::course(&context.documents(), &caller, &id, CourseAction::FillWallet).await?;
    let (wallet, page) = (WalletRef::of_course(&id), format!("{origin}/courses/{id}/wallet"));
    Ok(Json(checkout::open(&context, &caller, &wallet, wish.amount_micros, &page).await?))
}
