//! The one error of the routes: what the client is told, and apart from it what only our log may know.
//!
//! # Layout
//! - `identity`, `missing`, `input`, `obstacle`: why a request is refused, one way to make an error each
//! - `failure`: errors of the floors below, as the client is told them

mod failure;
mod identity;
mod input;
mod missing;
mod obstacle;

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mentora_wire::error::{ErrorBody, ErrorCode, ErrorDetail};
use serde_json::{Map, Value};

/// Why a request was refused or failed.
///
/// It becomes a response without a body, which bears the error along; [`ApiError::render`] writes the body where
/// the request id is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    details: Map<String, Value>,
    internal: Option<String>,
    retry_after_seconds: Option<u32>,
}

impl ApiError {
    /// An error that tells the client `message`.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), details: Map::new(), internal: None, retry_after_seconds: None }
    }

    /// Adds a field to `details`.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn with_internal(mut self, internal: impl ToString) -> Self {
        self.internal = Some(internal.to_string());
        self
    }

    /// For programs.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// For people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// For our log.
    #[must_use]
    pub fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// The body of the contract.
    #[must_use]
    pub fn render(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: self.message.clone().into_owned(),
                details: self.details.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
#[cfg(test)]
mod tests {
    use mentora_core::documents::Role;
    use mentora_core::ids::WalletId;
    use mentora_core::money::Micros;
    use mentora_durable::conversation::calls::CallError;
    use mentora_durable::conversation::sweep::SweepError;
    use mentora_durable::platform::config::ConfigError;
    use mentora_durable::platform::text_model::TextModelError;
    use mentora_durable::repositories::RepositoryError;
    use mentora_durable::wallet::calls::Unreachable;
    use mentora_gemini::generate::NoAnswer;
    use mentora_payments::api::StripeError;
    use mentora_wire::stream::server::Shortage;

    use super::*;

    #[test]
    fn what_the_log_knows_never_reaches_the_client() {
        let error = ApiError::from(RepositoryError::Internal("secret of projects/p/databases".into()));
        let told = serde_json::to_string(&error.render("r1")).unwrap();
        assert!(!told.contains("secret"), "{told}");
        assert!(error.internal().unwrap().contains("secret"));
    }

    #[test]
    fn every_domain_error_has_its_code_and_status() {
        let table = [
            (ApiError::from(RepositoryError::NotFound), ErrorCode::NotFound, 404),
            (ApiError::from(RepositoryError::AlreadyExists), ErrorCode::AlreadyExists, 409),
            (ApiError::from(RepositoryError::Conflict), ErrorCode::Conflict, 409),
            (ApiError::from(RepositoryError::Stale), ErrorCode::PreconditionFailed, 412),
            (ApiError::from(RepositoryError::InvalidCursor), ErrorCode::ValidationError, 400),
            (ApiError::from(RepositoryError::Unavailable), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::from(RepositoryError::Internal(String::new())), ErrorCode::InternalError, 500),
            (ApiError::not_signed_in(), ErrorCode::Unauthorized, 401),
            (ApiError::token_refused(""), ErrorCode::Unauthorized, 401),
            (ApiError::token_expired(), ErrorCode::TokenExpired, 401),
            (ApiError::ticket_refused(""), ErrorCode::Unauthorized, 401),
            (ApiError::ticket_expired(), ErrorCode::TokenExpired, 401),
            (ApiError::foreign_origin(), ErrorCode::Forbidden, 403),
            (ApiError::course_not_found(), ErrorCode::NotFound, 404),
            (ApiError::announcement_not_found(), ErrorCode::NotFound, 404),
            (ApiError::member_not_found(), ErrorCode::NotFound, 404),
            (ApiError::topic_not_found(), ErrorCode::NotFound, 404),
            (ApiError::assignment_not_found(), ErrorCode::NotFound, 404),
            (ApiError::conversation_not_found(), ErrorCode::NotFound, 404),
            (ApiError::submission_not_found(), ErrorCode::NotFound, 404),
            (ApiError::device_not_found(), ErrorCode::NotFound, 404),
            (ApiError::wallet_not_found(), ErrorCode::NotFound, 404),
            (ApiError::from(Unreachable(String::new())), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::webhook_refused(), ErrorCode::ValidationError, 400),
            (ApiError::from(StripeError::Unavailable(String::new())), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::from(StripeError::Configuration(String::new())), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::from(StripeError::KeyReused(String::new())), ErrorCode::IdempotencyConflict, 409),
            (short_of_credits(), ErrorCode::InsufficientCredits, 402),
            (ApiError::persona_not_found(), ErrorCode::NotFound, 404),
            (ApiError::persona_in_use(2), ErrorCode::Conflict, 409),
            (ApiError::from(SweepError::TooMany), ErrorCode::Conflict, 409),
            (ApiError::from(TextModelError::NoKey), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::from(TextModelError::Unreachable(String::new())), ErrorCode::UpstreamUnavailable, 503),
            (no_answer(NoAnswer::Quota(String::new())), ErrorCode::UpstreamQuota, 503),
            (no_answer(NoAnswer::Refused(400, String::new())), ErrorCode::UpstreamUnavailable, 503),
            (no_answer(NoAnswer::Withheld("SAFETY".into())), ErrorCode::Conflict, 409),
            (no_answer(NoAnswer::Empty("STOP".into())), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::no_such_route(), ErrorCode::NotFound, 404),
            (ApiError::method_not_allowed(), ErrorCode::MethodNotAllowed, 405),
            (ApiError::invalid_field("a", "b"), ErrorCode::ValidationError, 400),
            (ApiError::already_on_roster(Role::Ta), ErrorCode::AlreadyExists, 409),
            (ApiError::course_code_taken(), ErrorCode::AlreadyExists, 409),
            (ApiError::password_required(), ErrorCode::Forbidden, 403),
            (ApiError::password_wrong(), ErrorCode::Forbidden, 403),
            (ApiError::too_many_guesses(1), ErrorCode::RateLimited, 429),
            (ApiError::conversations_open(1), ErrorCode::Conflict, 409),
            (ApiError::course_not_swept(""), ErrorCode::UpstreamUnavailable, 503),
            (ApiError::still_at_work(), ErrorCode::Conflict, 409),
            (ApiError::key_of_another_request(), ErrorCode::IdempotencyConflict, 409),
            (ApiError::rate_limited(60), ErrorCode::RateLimited, 429),
            (ApiError::payload_too_large(9), ErrorCode::PayloadTooLarge, 413),
            (ApiError::not_csv(), ErrorCode::UnsupportedMediaType, 415),
            (ApiError::unsupported_media_type(), ErrorCode::UnsupportedMediaType, 415),
            (ApiError::not_configured("TICKET_SECRET"), ErrorCode::UpstreamUnavailable, 503),
            (
                ApiError::misconfigured(&ConfigError::OnlyLocal("FIRESTORE_EMULATOR_HOST")),
                ErrorCode::UpstreamUnavailable,
                503,
            ),
        ];
        for (error, code, status) in table {
            assert_eq!(error.code(), code, "{error:?}");
            assert_eq!(error.into_response().status().as_u16(), status);
        }
    }

    fn short_of_credits() -> ApiError {
        let wallet_id = WalletId::new("w").unwrap();
        let shortage = Shortage { required_micros: Micros(2), available_micros: Micros(1), wallet_id };
        ApiError::insufficient_credits("There is too little in it.", &shortage)
    }

    fn no_answer(why: NoAnswer) -> ApiError {
        TextModelError::NoAnswer(why).into()
    }

    #[test]
    fn what_google_says_of_a_refusal_is_for_the_log() {
        let error = no_answer(NoAnswer::Refused(400, "API key not valid".into()));
        assert!(!serde_json::to_string(&error.render("r1")).unwrap().contains("key"));
        assert!(error.internal().unwrap().contains("API key not valid"));
        let quota = no_answer(NoAnswer::Quota(String::new())).into_response();
        assert_eq!(quota.headers()[header::RETRY_AFTER], "60");
    }

    #[test]
    fn a_call_error_keeps_its_code_and_text() {
        let call = CallError::new(ErrorCode::TurnInProgress, "Wait for the tutor.");
        let body = ApiError::from(call).render("r1");
        assert_eq!(body.error.code, ErrorCode::TurnInProgress);
        assert_eq!(body.error.message, "Wait for the tutor.");
        assert_eq!(body.error.request_id, "r1");
    }

    #[test]
    fn an_unavailable_store_says_when_to_come_back() {
        let response = ApiError::from(RepositoryError::Unavailable).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
        let response = ApiError::rate_limited(60).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "60");
    }
}
