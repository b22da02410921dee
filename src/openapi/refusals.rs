//! What each code looks like when it is answered: made by the constructors that the routes use.

use std::collections::BTreeMap;

use mentora_core::limits::MAX_BODY_BYTES;
use mentora_wire::error::{ErrorCode, FieldError};
use utoipa::openapi::RefOr;
use utoipa::openapi::example::{Example, ExampleBuilder};

use crate::error::ApiError;

/// Names the request in the examples.
const REQUEST_ID: &str = "7d9f3c1e5b2a4680";

/// The examples of a status: one for each of its codes, by the code.
#[must_use]
pub fn examples(status: u16) -> BTreeMap<String, RefOr<Example>> {
    let with_status = ErrorCode::ALL.into_iter().filter(|code| code.status() == status);
    with_status.map(|code| (name(code), RefOr::T(example(code)))).collect()
}

fn name(code: ErrorCode) -> String {
    let value = serde_json::to_value(code).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn example(code: ErrorCode) -> Example {
    let error = refusal(code);
    let body = serde_json::to_value(error.render(REQUEST_ID)).unwrap_or_default();
    ExampleBuilder::new().summary(error.message()).value(Some(body)).build()
}

/// A code without an example does not compile.
fn refusal(code: ErrorCode) -> ApiError {
    match code {
        ErrorCode::ValidationError => ApiError::invalid(vec![
            FieldError::new("title", "1 to 200 characters are allowed"),
            FieldError::new("aiConfig.maxTurns", "1 to 100 are allowed"),
        ]),
        ErrorCode::Unauthorized => ApiError::not_signed_in(),
        ErrorCode::TokenExpired => ApiError::token_expired(),
        ErrorCode::InsufficientCredits => {
            ApiError::new(code, "There are not enough credits for the next answer. Your turn is kept; once credits were added, say something more.")
                .with_detail("requiredMicros", 50_250)
                .with_detail("availableMicros", 12_000)
                .with_detail("walletId", "k3F9xQ2LmT7wZ1bR8cVd")
        }
        ErrorCode::Forbidden => ApiError::forbidden("Only the staff of the course may change its topics."),
        ErrorCode::NotFound => ApiError::course_not_found(),
        ErrorCode::MethodNotAllowed => ApiError::method_not_allowed(),
        ErrorCode::Conflict => {
            ApiError::conflict("Somebody else changed this at the same moment. Read it again, then repeat.")
        }
        ErrorCode::IdempotencyConflict => ApiError::new(
            code,
            "This `Idempotency-Key` was used with another body. Send that body again, or choose another key.",
        ),
        ErrorCode::AlreadyExists => ApiError::course_code_taken(),
        ErrorCode::ConversationClosed => ApiError::new(
            code,
            "This conversation has ended. Start a new one with `POST /api/conversations`.",
        ),
        ErrorCode::TurnInProgress => {
            ApiError::new(code, "The tutor has yet to answer the turn before. Wait for its answer.")
        }
        ErrorCode::PreconditionFailed => {
            ApiError::new(code, "It was changed since you read it. Read it again, then repeat.")
        }
        ErrorCode::PayloadTooLarge => ApiError::payload_too_large(MAX_BODY_BYTES),
        ErrorCode::UnsupportedMediaType => ApiError::unsupported_media_type(),
        ErrorCode::RateLimited => {
            ApiError::new(code, "You ask too often. Wait as many seconds as `Retry-After` says, then repeat.")
        }
        ErrorCode::UpstreamUnavailable => ApiError::upstream_unavailable(
            "The document store does not answer at the moment. Try again in a few seconds.",
            "an example",
        ),
        ErrorCode::UpstreamQuota => {
            ApiError::new(code, "The model has had enough requests for the moment. Try again in a minute.")
        }
        ErrorCode::InternalError => ApiError::internal_error("an example"),
    }
}
