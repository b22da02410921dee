//! Who asks: the Firebase ID token of a request, verified.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use mentora_core::ids::UserId;
use mentora_core::policy::Actor;
use mentora_durable::platform::identity;
use mentora_google::id_token::{Claims, IdTokenError};
use worker::send::SendFuture;

use crate::context::Context;
use crate::error::ApiError;
use crate::limits;

/// A signed-in user. As an argument of a handler it refuses everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// For the policy.
    pub actor: Actor,
    /// The address, where it was shown to be the user's; empty otherwise.
    pub email: String,
    /// The name to show, as the identity has it.
    pub name: Option<String>,
    /// URL of a picture, as the identity has it.
    pub picture: Option<String>,
}

impl Caller {
    /// The user whose token `headers` bear.
    ///
    /// # Errors
    /// `401`, with what to do about it; `429` for who asks too often; `503` when nobody can be verified at the moment.
    pub async fn of(headers: &HeaderMap, context: &Context) -> Result<Self, ApiError> {
        let token = bearer(headers).ok_or_else(ApiError::not_signed_in)?;
        let claims = identity::verify(context.config(), token, context.now()).await.map_err(refusal)?;
        let caller = Self::try_from(claims)?;
        context.note_actor(&caller.actor.user);
        limits::user(context, &caller.actor.user).await?;
        Ok(caller)
    }
}

impl TryFrom<Claims> for Caller {
    type Error = ApiError;

    fn try_from(claims: Claims) -> Result<Self, ApiError> {
        let user = UserId::new(claims.sub).map_err(ApiError::token_refused)?;
        let email = claims.email.filter(|_| claims.email_verified).unwrap_or_default();
        let actor = Actor { user, admin: claims.admin };
        Ok(Self { actor, email, name: claims.name, picture: claims.picture })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        // Somebody may have asked before the handler does.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let context = Context::of(&parts.extensions)?;
        SendFuture::new(Self::of(&parts.headers, &context)).await
    }
}

/// The token of `Authorization: Bearer <token>`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

fn refusal(error: IdTokenError) -> ApiError {
    match error {
        IdTokenError::Expired => ApiError::token_expired(),
        IdTokenError::KeysUnavailable => ApiError::upstream_unavailable(
            "Your sign-in cannot be checked at the moment. Try again in a few seconds.",
            error,
        ),
        other => ApiError::token_refused(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use mentora_wire::error::ErrorCode;

    fn sent(authorization: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(authorization).unwrap())])
    }

    fn claims(sub: &str) -> Claims {
        Claims {
            sub: sub.into(),
            email: Some("student@school.example".into()),
            email_verified: true,
            name: None,
            picture: None,
            admin: false,
            exp: 0,
        }
    }

    #[test]
    fn a_token_stands_behind_bearer_in_any_case() {
        assert_eq!(bearer(&sent("Bearer a.b.c")), Some("a.b.c"));
        assert_eq!(bearer(&sent("bearer  a.b.c ")), Some("a.b.c"));
        assert_eq!(bearer(&HeaderMap::new()), None);
        for other in ["Basic a.b.c", "Bearer", "Bearer ", "a.b.c", ""] {
            assert_eq!(bearer(&sent(other)), None, "{other}");
        }
    }

    #[test]
    fn only_an_address_that_was_verified_is_believed() {
        assert_eq!(Caller::try_from(claims("u")).unwrap().email, "student@school.example");
        let claimed = Claims { email_verified: false, ..claims("u") };
        assert_eq!(Caller::try_from(claimed).unwrap().email, "");
    }

    #[test]
    fn a_subject_that_cannot_be_an_id_is_no_caller() {
        for sub in ["", "a/b", "a b", "ä"] {
            assert_eq!(Caller::try_from(claims(sub)).unwrap_err().code(), ErrorCode::Unauthorized, "{sub}");
        }
    }

    #[test]
    fn a_refusal_says_whether_a_fresh_token_would_help() {
        assert_eq!(refusal(IdTokenError::Expired).code(), ErrorCode::TokenExpired);
        assert_eq!(refusal(IdTokenError::Signature).code(), ErrorCode::Unauthorized);
        assert_eq!(refusal(IdTokenError::Audience).code(), ErrorCode::Unauthorized);
        assert_eq!(refusal(IdTokenError::KeysUnavailable).code(), ErrorCode::UpstreamUnavailable);
    }
}
