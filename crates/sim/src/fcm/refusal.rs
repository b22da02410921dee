//! Refusals in FCM's form: Google's error with FCM's own code in its details.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// After so many seconds a quota is full again.
const QUOTA_SECONDS: u32 = 60;

/// `{"error": {"code", "message", "status", "details"}}` with its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    name: &'static str,
    /// FCM's own code.
    code: Option<&'static str>,
    message: String,
    /// The fields that are wrong, and how.
    violations: Vec<(String, String)>,
}

impl Refusal {
    fn of(status: StatusCode, name: &'static str, code: Option<&'static str>, message: &str) -> Self {
        Self { status, name, code, message: message.to_owned(), violations: Vec::new() }
    }

    /// Fields that are not as they should be.
    pub fn bad_fields(violations: Vec<(String, String)>) -> Self {
        let message =
            violations.first().map_or("Request contains an invalid argument.", |first| first.1.as_str());
        Self {
            violations: violations.clone(),
            ..Self::of(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", None, message)
        }
    }

    /// What never was the token of a device.
    pub fn bad_token() -> Self {
        let message = "The registration token is not a valid FCM registration token";
        Self::of(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT"), message)
    }

    /// No access token of ours.
    pub fn unauthenticated() -> Self {
        let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                       other valid authentication credential.";
        Self::of(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", None, message)
    }

    /// By plan.
    pub fn planned(status: StatusCode) -> Self {
        let (name, code, message) = match status.as_u16() {
            400 => return Self::bad_token(),
            401 => ("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "Auth error from APNS or Web Push Service"),
            403 => ("PERMISSION_DENIED", "SENDER_ID_MISMATCH", "SenderId mismatch"),
            404 => ("NOT_FOUND", "UNREGISTERED", "Requested entity was not found."),
            429 => ("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "Sending limit exceeded for the message target."),
            503 => ("UNAVAILABLE", "UNAVAILABLE", "The service is currently unavailable."),
            _ => ("INTERNAL", "INTERNAL", "Internal error encountered."),
        };
        Self::of(status, name, Some(code), message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut details: Vec<Value> = Vec::new();
        if let Some(code) = self.code {
            let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
            details.push(json!({ "@type": kind, "errorCode": code }));
        }
        if !self.violations.is_empty() {
            let violation = |(field, what): &(String, String)| json!({ "field": field, "description": what });
            let violations: Vec<_> = self.violations.iter().map(violation).collect();
            let kind = "type.googleapis.com/google.rpc.BadRequest";
            details.push(json!({ "@type": kind, "fieldViolations": violations }));
        }
        let mut error = json!({ "code": self.status.as_u16(), "message": self.message, "status": self.name });
        if !details.is_empty() {
            error["details"] = Value::Array(details);
        }
        let mut response = (self.status, Json(json!({ "error": error }))).into_response();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(RETRY_AFTER, QUOTA_SECONDS.into());
        }
        response
    }
}
