//! `GET /api/users/me`

use mentora_durable::repositories::Users;
use mentora_wire::rest::UserBody;

use super::{first_profile, profile_body};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Language;

/// The own profile. The first call makes it, of what the token tells and in the language of `Accept-Language`; when
/// the verified address of the identity changes, the profile's follows.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/users/me", operation_id = "getProfile", tag = "users",
    responses((status = 200, description = "The profile.", body = UserBody), crate::openapi::Conflicting),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Language(locale): Language,
) -> Result<Current<UserBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    let (users, first) = (Users(&documents), first_profile(caller, locale, now));
    let email = Some(first.email.clone()).filter(|email| !email.is_empty());
    let profile = users.find_or_create(first).await?;
    Ok(Current(profile_body(users.follow(profile, email, now).await?)))
}
