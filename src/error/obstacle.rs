//! What is in the way.

use mentora_core::documents::Role;
use mentora_durable::platform::config::ConfigError;
use mentora_durable::repositories::page::MAX_LIMIT;
use mentora_wire::error::{ErrorCode, FieldError};
use mentora_wire::stream::server::Shortage;

use super::ApiError;

/// Seconds after which a client may ask again when a service we need did not answer.
const RETRY_AFTER_SECONDS: u32 = 5;

impl ApiError {
    /// Too many requests; in so many seconds there will be room again.
    #[must_use]
    pub fn rate_limited(seconds: u32) -> Self {
        let message = "Too many requests came in a short time. Wait a minute, then go on.";
        let mut error = Self::new(ErrorCode::RateLimited, message);
        error.retry_after_seconds = Some(seconds);
        error
    }

    /// There is no room for one more; in a minute there may be.
    #[must_use]
    pub fn crowded(message: String) -> Self {
        let mut error = Self::new(ErrorCode::RateLimited, message);
        error.retry_after_seconds = Some(60);
        error
    }

    /// The wallet cannot pay.
    #[must_use]
    pub fn insufficient_credits(message: &'static str, shortage: &Shortage) -> Self {
        Self::new(ErrorCode::InsufficientCredits, message).with_shortage(shortage)
    }

    /// Says what is missing in a wallet.
    #[must_use]
    pub fn with_shortage(self, shortage: &Shortage) -> Self {
        self.with_detail("requiredMicros", shortage.required_micros.0)
            .with_detail("availableMicros", shortage.available_micros.0)
            .with_detail("walletId", shortage.wallet_id.as_str())
    }

    /// The state of things does not allow it.
    #[must_use]
    pub fn conflict(message: &'static str) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// The same request is being carried out at this moment.
    #[must_use]
    pub fn still_at_work() -> Self {
        let mut error = Self::conflict(
            "A request with this `Idempotency-Key` is being carried out. Send it again in a few seconds to get its answer.",
        );
        error.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        error
    }

    /// The key was used for something else.
    #[must_use]
    pub fn key_of_another_request() -> Self {
        Self::new(
            ErrorCode::IdempotencyConflict,
            "Another request was sent with this `Idempotency-Key` within the last 24 hours. Take a new key for each request.",
        )
    }

    /// Another course holds the code.
    #[must_use]
    pub fn course_code_taken() -> Self {
        Self::new(ErrorCode::AlreadyExists, "Another course has this code already. Choose another one.")
            .with_detail("fields", serde_json::json!([FieldError::new("code", "is taken")]))
    }

    /// Students are still arguing in a course that is to be deleted.
    #[must_use]
    pub fn conversations_open(count: usize) -> Self {
        let message = "Conversations are still open in this course. End them first, or repeat with `?force=true` to end them all.";
        Self::conflict(message).with_detail("openConversations", count)
    }

    /// A course is deleted, but some of its conversations go on.
    #[must_use]
    pub fn course_not_swept(internal: impl ToString) -> Self {
        let message = "The course is deleted, but some of its conversations have not ended yet. Repeat the request to go on.";
        Self::upstream_unavailable(message, internal)
    }

    /// The address is on the roster, but not as what it is invited to be.
    #[must_use]
    pub fn already_on_roster(role: Role) -> Self {
        let name = serde_json::to_value(role).unwrap_or_default();
        let role = name.as_str().unwrap_or_default();
        let message =
            format!("This address is on the roster already, as `{role}`. Change the role there with PATCH.");
        Self::new(ErrorCode::AlreadyExists, message).with_detail("role", role)
    }

    /// Assignments name a persona that should go.
    #[must_use]
    pub fn persona_in_use(count: usize) -> Self {
        let (assignments, name) = if count == 1 { ("assignment", "names") } else { ("assignments", "name") };
        let most = usize::try_from(MAX_LIMIT).unwrap_or(usize::MAX);
        let at_least = if count < most { "" } else { "At least " };
        Self::new(
            ErrorCode::Conflict,
            format!("{at_least}{count} {assignments} of the course {name} this persona. Give them another one first."),
        )
        .with_detail("assignments", count)
    }

    /// A setting has no value. Its name is no secret: `/api/health` tells it too.
    #[must_use]
    pub fn not_configured(setting: &'static str) -> Self {
        Self::new(
            ErrorCode::UpstreamUnavailable,
            format!(
                "This is switched off here: `{setting}` is not set. The operator of this server can set it."
            ),
        )
    }

    /// A setting cannot be meant: nothing is served on a guess. The error names the setting, never its value.
    #[must_use]
    pub fn misconfigured(error: &ConfigError) -> Self {
        Self::new(
            ErrorCode::UpstreamUnavailable,
            format!("This server is not set up correctly and serves nothing: {error}. Its operator can correct it."),
        )
        .with_detail("setting", error.setting())
    }

    /// A service we need does not answer.
    #[must_use]
    pub fn upstream_unavailable(message: &'static str, internal: impl ToString) -> Self {
        let mut error = Self::new(ErrorCode::UpstreamUnavailable, message).with_internal(internal);
        error.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        error
    }

    /// Our fault.
    #[must_use]
    pub fn internal_error(internal: impl ToString) -> Self {
        Self::new(
            ErrorCode::InternalError,
            "Something went wrong on our side. Try again; if it stays, report the `requestId`.",
        )
        .with_internal(internal)
    }
}
