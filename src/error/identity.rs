//! Who asks, and who knows the password of a course.

use mentora_wire::error::ErrorCode;

use super::ApiError;

/// Who asks.
impl ApiError {
    /// No token at all.
    #[must_use]
    pub fn not_signed_in() -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "You are not signed in. Send `Authorization: Bearer <Firebase ID token>`.",
        )
    }

    /// A token that is not ours.
    #[must_use]
    pub fn token_refused(internal: impl ToString) -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "This token was not accepted. Sign in again and send the ID token you get then.",
        )
        .with_internal(internal)
    }

    /// A token that has run out.
    #[must_use]
    pub fn token_expired() -> Self {
        Self::new(
            ErrorCode::TokenExpired,
            "Your sign-in has run out. Ask Firebase for a fresh ID token and repeat the request.",
        )
    }

    /// A ticket that is not ours, or not for this conversation.
    #[must_use]
    pub fn ticket_refused(internal: impl ToString) -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "This ticket is not valid here. Ask for a new one with POST …/stream/tickets.",
        )
        .with_internal(internal)
    }

    /// A ticket that has run out.
    #[must_use]
    pub fn ticket_expired() -> Self {
        Self::new(
            ErrorCode::TokenExpired,
            "This ticket has run out: it is good for 60 seconds. Ask for a new one with POST …/stream/tickets.",
        )
    }

    /// A page of a foreign origin wants a stream.
    #[must_use]
    pub fn foreign_origin() -> Self {
        Self::new(ErrorCode::Forbidden, "Pages of this origin may not connect. Its operator can allow it.")
    }

    /// Seen, but not allowed.
    #[must_use]
    pub fn forbidden(message: &'static str) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }
}

/// Who knows the password of a course.
impl ApiError {
    /// No password, where one is needed.
    #[must_use]
    pub fn password_required() -> Self {
        Self::forbidden("This course has a password. Ask its staff for it, and send it as `password`.")
            .with_detail("reason", "password_required")
    }

    /// Another password than the one of the course.
    #[must_use]
    pub fn password_wrong() -> Self {
        Self::forbidden("This is not the password of the course. Check it with whoever gave it to you.")
            .with_detail("reason", "password_wrong")
    }

    /// So many wrong passwords that no other is looked at for a while.
    #[must_use]
    pub fn too_many_guesses(wait_ms: i64) -> Self {
        let seconds = u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
        let message = "Too many wrong passwords were sent. Wait a quarter of an hour, then try again.";
        let mut error = Self::new(ErrorCode::RateLimited, message);
        error.retry_after_seconds = Some(seconds);
        error
    }
}
