//! `/api/dev/sign-in`

use axum::Json as Answer;
use mentora_google::id_token::{Identity, unsigned_token};
use mentora_wire::rest::{DevSignIn, IdTokenBody};

use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;

/// Makes an unsigned ID token for anybody, as the Firebase Auth emulator does.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/dev/sign-in", operation_id = "devSignIn", tag = "development", security(()),
    request_body = DevSignIn,
    responses(
        (status = 200, description = "A token that is good for an hour, here only.", body = IdTokenBody),
        crate::openapi::Hidden,
    ),
))]
pub async fn create(context: Context, _: Development, Json(who): Json<DevSignIn>) -> Answer<IdTokenBody> {
    let identity = Identity { sub: who.uid.into(), email: who.email, name: who.name, admin: who.admin };
    let id_token = unsigned_token(&context.config().project_id, &identity, context.now().0);
    Answer(IdTokenBody { id_token })
}

/// Refuses every request outside development, before anything else of it is looked at.
#[derive(Debug)]
pub struct Development;

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Development {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, ApiError> {
        let context = Context::of(&parts.extensions)?;
        if context.config().accepts_unsigned_tokens() { Ok(Self) } else { Err(ApiError::no_such_route()) }
    }
}
