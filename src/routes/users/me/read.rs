//! `GET /api/users/me`

use axum::Json;
use mentora_core::documents::User;
use mentora_durable::repositories::Users;

use super::first_profile;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Language;

/// The own profile. The first call makes it, of what the token tells and in the language of `Accept-Language`.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/users/me", operation_id = "getProfile", tag = "users",
    responses((status = 200, description = "The profile.", body = User), crate::openapi::Conflicting),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Language(locale): Language,
) -> Result<Json<User>, ApiError> {
    let profile = first_profile(caller, locale, context.now());
    Ok(Json(Users(&context.documents()).find_or_create(&profile).await?))
}
