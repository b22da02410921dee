//! Refusals of the XML API, in Google's words.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `<Error>` with its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// HTTP status.
    pub status: StatusCode,
    /// For programs.
    pub code: &'static str,
    message: &'static str,
    /// Further elements of the body.
    more: Vec<(&'static str, String)>,
}

impl Fault {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, more: Vec::new() }
    }

    fn with(mut self, element: &'static str, text: impl Into<String>) -> Self {
        self.more.push((element, text.into()));
        self
    }

    /// A parameter or a header of the signature that is no such thing.
    pub fn malformed(parameter: &str, details: impl Into<String>) -> Self {
        let message = "Your request has a malformed header.";
        Self::new(StatusCode::BAD_REQUEST, "MalformedSecurityHeader", message)
            .with("ParameterName", parameter)
            .with("Details", details)
    }

    /// The URL was good once.
    pub fn expired(since: &str) -> Self {
        let message = "The provided token has expired.";
        Self::new(StatusCode::BAD_REQUEST, "ExpiredToken", message)
            .with("Details", format!("Request signature expired at: {since}"))
    }

    /// Another request was signed than the one that is made.
    pub fn signature(string_to_sign: &str, canonical_request: &str) -> Self {
        let message = "Access denied.";
        Self::new(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message)
            .with(
                "Details",
                "The request signature we calculated does not match the signature you provided. Check your Google \
                 secret key and signing method.",
            )
            .with("StringToSign", string_to_sign)
            .with("CanonicalRequest", canonical_request)
    }

    /// Nobody in particular asks for what only some may do.
    pub fn anonymous(permission: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "Access denied.").with(
            "Details",
            format!("Anonymous caller does not have {permission} access to the Google Cloud Storage object."),
        )
    }

    /// More than was agreed, or than there is room for.
    pub fn too_large() -> Self {
        let message =
            "Your proposed upload is larger than the maximum object size specified in your Policy Document.";
        Self::new(StatusCode::BAD_REQUEST, "EntityTooLarge", message)
            .with("Details", "Content-length exceeds upper bound on range")
    }

    /// Less than was agreed.
    pub fn too_small() -> Self {
        let message =
            "Your proposed upload is smaller than the minimum object size specified in your Policy Document.";
        Self::new(StatusCode::BAD_REQUEST, "EntityTooSmall", message)
            .with("Details", "Content-length smaller than lower bound on range")
    }

    /// A header that says nothing that could be meant.
    pub fn invalid(details: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidArgument", "Invalid argument.").with("Details", details)
    }

    /// There is an object already.
    pub fn precondition() -> Self {
        let message = "At least one of the pre-conditions you specified did not hold.";
        Self::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message)
            .with("Details", "x-goog-if-generation-match")
    }

    /// There is none.
    pub fn no_such_key(bucket: &str, name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
            .with("Details", format!("No such object: {bucket}/{name}"))
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let element = |name: &str, text: &str| format!("<{name}>{}</{name}>", escaped(text));
        let more: String = self.more.iter().map(|(name, text)| element(name, text)).collect();
        let (code, message) = (element("Code", self.code), element("Message", self.message));
        let body = format!("<?xml version='1.0' encoding='UTF-8'?><Error>{code}{message}{more}</Error>");
        (self.status, [(CONTENT_TYPE, "application/xml; charset=UTF-8")], body).into_response()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
