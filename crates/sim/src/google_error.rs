//! Errors as Google's REST front end words them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `{"error": {"code", "message", "status"}}` with its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleError {
    /// HTTP status.
    pub status: StatusCode,
    /// For people.
    pub message: String,
    /// For programs, e.g. `INVALID_ARGUMENT`.
    pub name: &'static str,
}

impl GoogleError {
    /// The request makes no sense.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into(), name: "INVALID_ARGUMENT" }
    }

    /// No such method, model or document.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into(), name: "NOT_FOUND" }
    }

    /// No key at all.
    pub fn unregistered_caller() -> Self {
        let message = "Method doesn't allow unregistered callers (callers without established identity). \
                       Please use API Key or other form of API consumer identity to call this API.";
        Self { status: StatusCode::FORBIDDEN, message: message.to_owned(), name: "PERMISSION_DENIED" }
    }

    /// A key that is wrong.
    pub fn unauthenticated() -> Self {
        let message = "Request had invalid authentication credentials.";
        Self { status: StatusCode::UNAUTHORIZED, message: message.to_owned(), name: "UNAUTHENTICATED" }
    }

    /// A key that Google has never seen, at REST.
    pub fn key_not_valid() -> Self {
        Self::invalid_argument("API key not valid. Please pass a valid API key.")
    }

    /// The quota is used up.
    pub fn quota_exceeded() -> Self {
        Self::planned(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whatever the fault plan asks for.
    pub fn planned(status: StatusCode) -> Self {
        let (name, message) = match status.as_u16() {
            400 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
            401 => ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
            403 => ("PERMISSION_DENIED", "The caller does not have permission"),
            404 => ("NOT_FOUND", "Requested entity was not found."),
            429 => (
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan and billing details.",
            ),
            503 => ("UNAVAILABLE", "The service is currently unavailable."),
            504 => ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
            _ => ("INTERNAL", "Internal error encountered."),
        };
        Self { status, message: message.to_owned(), name }
    }
}

impl IntoResponse for GoogleError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.status.as_u16(), "message": self.message, "status": self.name });
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            error["details"] =
                json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "44s" }]);
        }
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}
