//! Errors, in production's words.

use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{field_path::FieldPathError, name::NameError, reply::HttpResponse, value};

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) message: String,
}

/// Google's canonical codes, as far as this store says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    InvalidArgument,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    Aborted,
    Unimplemented,
    Internal,
    /// The URL means no call at all: a bare 404, as from a web server.
    NoRoute,
}

impl Code {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::NotFound | Self::NoRoute => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Internal => "INTERNAL",
        }
    }

    /// The number in gRPC, as `:batchWrite` reports it.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::InvalidArgument => 3,
            Self::NotFound | Self::NoRoute => 5,
            Self::AlreadyExists => 6,
            Self::FailedPrecondition => 9,
            Self::Aborted => 10,
            Self::Unimplemented => 12,
            Self::Internal => 13,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::InvalidArgument | Self::FailedPrecondition => StatusCode::BAD_REQUEST,
            Self::NotFound | Self::NoRoute => StatusCode::NOT_FOUND,
            Self::AlreadyExists | Self::Aborted => StatusCode::CONFLICT,
            Self::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Fault {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    pub(super) fn no_route() -> Self {
        Self::new(Code::NoRoute, "Not Found")
    }

    pub(super) fn document_not_found(name: &str) -> Self {
        Self::new(Code::NotFound, format!("Document \"{name}\" not found."))
    }

    pub(super) fn nothing_to_update(name: &str) -> Self {
        Self::new(Code::NotFound, format!("No document to update: {name}"))
    }

    pub(super) fn already_exists(name: &str) -> Self {
        Self::new(Code::AlreadyExists, format!("Document already exists: {name}"))
    }

    pub(super) fn stale(stored: i64, required: i64) -> Self {
        let message =
            format!("the stored version ({stored}) does not match the required base version ({required})");
        Self::new(Code::FailedPrecondition, message)
    }

    pub(super) fn contention() -> Self {
        Self::new(Code::Aborted, "Too much contention on these documents. Please try again.")
    }

    pub(super) fn transaction_closed() -> Self {
        Self::invalid("The referenced transaction has expired or is no longer valid.")
    }

    /// The database itself failed.
    pub(super) fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(Code::Internal, format!("The store failed: {error}"))
    }

    pub(super) fn into_response(self) -> HttpResponse {
        let Self { code, message } = self;
        let (kind, body) = match code {
            Code::NoRoute => ("text/plain; charset=utf-8", message.into_bytes()),
            _ => {
                let status = code.status().as_u16();
                let error = json!({ "error": { "code": status, "message": message, "status": code.name() } });
                ("application/json; charset=utf-8", error.to_string().into_bytes())
            }
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = code.status();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

impl From<NameError> for Fault {
    fn from(error: NameError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<FieldPathError> for Fault {
    fn from(error: FieldPathError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// A body that is no JSON, or not the JSON of its call.
impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        let detail = error.to_string();
        if detail.starts_with(value::UNSET) {
            return Self::invalid(value::UNSET);
        }
        let unknown = detail.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
        Self::invalid(match unknown {
            Some((name, _)) => {
                format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field.")
            }
            None => format!("Invalid JSON payload received. {detail}"),
        })
    }
}
