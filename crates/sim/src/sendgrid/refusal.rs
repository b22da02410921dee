//! Refusals in SendGrid's form.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::HeaderName;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::google::keys::now;

const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// After so many seconds a quota is full again.
const WINDOW_SECONDS: i64 = 60;

/// `{"errors": [{"message", "field", "help"}]}` with its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    errors: Vec<(String, Option<String>)>,
}

impl Refusal {
    fn of(status: StatusCode, message: &str) -> Self {
        Self { status, errors: vec![(message.to_owned(), None)] }
    }

    /// The mail is not as it should be: messages and fields.
    pub fn bad(errors: Vec<(String, Option<String>)>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, errors }
    }

    /// No key, or none that SendGrid knows.
    pub fn unauthorized() -> Self {
        Self::of(StatusCode::UNAUTHORIZED, "The provided authorization grant is invalid, expired, or revoked")
    }

    /// Nobody has shown that this sender is theirs.
    pub fn unverified_sender() -> Self {
        let message = "The from address does not match a verified Sender Identity. Mail cannot be sent until this error \
                       is resolved.";
        Self { status: StatusCode::FORBIDDEN, errors: vec![(message.to_owned(), Some("from".to_owned()))] }
    }

    /// More than 30 MB.
    pub fn too_large() -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, "The payload is too large")
    }

    /// By plan.
    pub fn planned(status: StatusCode) -> Self {
        Self::of(
            status,
            if status == StatusCode::TOO_MANY_REQUESTS { "too many requests" } else { "planned" },
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = |(message, field): &(String, Option<String>)| json!({ "message": message, "field": field, "help": Value::Null });
        let body = json!({ "errors": self.errors.iter().map(error).collect::<Vec<_>>() });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            let reset = (now() + WINDOW_SECONDS).to_string();
            if let Ok(reset) = reset.parse() {
                response.headers_mut().insert(RESET, reset);
            }
        }
        response
    }
}
