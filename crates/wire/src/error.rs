//! The one error body that every route answers with.

use mentora_core::rules::Offence;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A code of the contract; each has one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// No token, or one that is not ours.
    Unauthorized,
    /// The token has run out.
    TokenExpired,
    /// Seen, but not allowed.
    Forbidden,
    /// Not there, or not for these eyes.
    NotFound,
    /// The request is malformed; `details.fields` says where.
    ValidationError,
    /// The wallet cannot pay the next turn.
    InsufficientCredits,
    /// The path knows other methods; see `Allow`.
    MethodNotAllowed,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// The idempotency key was used with another body.
    IdempotencyConflict,
    /// There is one already.
    AlreadyExists,
    /// The conversation has ended.
    ConversationClosed,
    /// The tutor has yet to answer the turn before.
    TurnInProgress,
    /// `If-Match` does not match.
    PreconditionFailed,
    /// The body is too long.
    PayloadTooLarge,
    /// Too many requests; see `Retry-After`.
    RateLimited,
    /// A service we need does not answer.
    UpstreamUnavailable,
    /// A service we need has had enough of us.
    UpstreamQuota,
    /// Our fault.
    InternalError,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 19] = [
        Self::Unauthorized,
        Self::TokenExpired,
        Self::Forbidden,
        Self::NotFound,
        Self::ValidationError,
        Self::InsufficientCredits,
        Self::MethodNotAllowed,
        Self::UnsupportedMediaType,
        Self::Conflict,
        Self::IdempotencyConflict,
        Self::AlreadyExists,
        Self::ConversationClosed,
        Self::TurnInProgress,
        Self::PreconditionFailed,
        Self::PayloadTooLarge,
        Self::RateLimited,
        Self::UpstreamUnavailable,
        Self::UpstreamQuota,
        Self::InternalError,
    ];

    /// The HTTP status of the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::ValidationError => 400,
            Self::Unauthorized | Self::TokenExpired => 401,
            Self::InsufficientCredits => 402,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict
            | Self::IdempotencyConflict
            | Self::AlreadyExists
            | Self::ConversationClosed
            | Self::TurnInProgress => 409,
            Self::PreconditionFailed => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::RateLimited => 429,
            Self::InternalError => 500,
            Self::UpstreamUnavailable | Self::UpstreamQuota => 503,
        }
    }
}

/// `{"error": …}`: what a client gets instead of the resource. Never a stack, an internal name or a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// More, by code.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = true))]
    pub details: Map<String, Value>,
    /// Names the request in our log.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub request_id: String,
}

/// One offence of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where, as `aiConfig.maxTurns`; empty for the body as a whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl FieldError {
    /// An offence at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl From<Offence> for FieldError {
    fn from(Offence { path, message }: Offence) -> Self {
        Self { path, message }
    }
}
