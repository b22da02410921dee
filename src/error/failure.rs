//! Errors of the floors below, as the client is told them.

use mentora_durable::conversation::calls::CallError;
use mentora_durable::conversation::sweep::SweepError;
use mentora_durable::platform::text_model::TextModelError;
use mentora_durable::repositories::RepositoryError;
use mentora_durable::wallet::calls::Unreachable;
use mentora_gemini::generate::NoAnswer;
use mentora_payments::api::StripeError;
use mentora_wire::error::ErrorCode;

use super::ApiError;

/// Seconds after which a client may ask again when the model was asked too much; quotas are counted by the minute.
const QUOTA_RETRY_AFTER_SECONDS: u32 = 60;

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        let internal = error.to_string();
        match error {
            RepositoryError::NotFound => Self::new(ErrorCode::NotFound, "It is not there any more."),
            RepositoryError::AlreadyExists => Self::new(ErrorCode::AlreadyExists, "There is one already."),
            RepositoryError::Conflict => {
                Self::conflict("Somebody else changed this at the same moment. Read it again, then repeat.")
            }
            RepositoryError::Stale => Self::new(
                ErrorCode::PreconditionFailed,
                "It was changed since you read it. Read it again, then repeat with the `etag` that it has now.",
            ),
            RepositoryError::InvalidCursor => Self::cursor_refused(),
            RepositoryError::Unavailable => Self::upstream_unavailable(
                "The document store does not answer at the moment. Try again in a few seconds.",
                internal,
            ),
            RepositoryError::Internal(_) => Self::internal_error(internal),
        }
    }
}

impl From<Unreachable> for ApiError {
    fn from(Unreachable(internal): Unreachable) -> Self {
        let message =
            "The wallet does not answer at the moment. Nothing was charged; try again in a few seconds.";
        Self::upstream_unavailable(message, internal)
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        let refusal = Self::new(error.code, error.message);
        match error.shortage {
            Some(shortage) => refusal.with_shortage(&shortage),
            None => refusal,
        }
    }
}

impl From<SweepError> for ApiError {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Store(error) => error.into(),
            SweepError::Call(error) => error.into(),
            SweepError::TooMany => Self::conflict(
                "Very many conversations are open. Many of them were ended now; repeat to go on.",
            ),
        }
    }
}

impl From<TextModelError> for ApiError {
    fn from(error: TextModelError) -> Self {
        let internal = error.to_string();
        match error {
            TextModelError::NoKey => Self::not_configured("GEMINI_API_KEY"),
            TextModelError::NoRequest(_) | TextModelError::NoAnswer(NoAnswer::Refused(..)) => Self::new(
                ErrorCode::UpstreamUnavailable,
                "The model does not take our questions. The operator of this server has to look into it.",
            )
            .with_internal(internal),
            TextModelError::NoAnswer(NoAnswer::Quota(_)) => {
                let mut error = Self::new(
                    ErrorCode::UpstreamQuota,
                    "The model has been asked too much at the moment. Try again in a minute.",
                );
                error.retry_after_seconds = Some(QUOTA_RETRY_AFTER_SECONDS);
                error.with_internal(internal)
            }
            TextModelError::NoAnswer(NoAnswer::Withheld(reason)) => Self::conflict(
                "The model would not answer this: its safety rules forbid it. Put it in other words.",
            )
            .with_detail("reason", reason),
            TextModelError::NoAnswer(NoAnswer::Empty(_)) => {
                Self::upstream_unavailable("The model gave no answer. Try again.", internal)
            }
            TextModelError::Unreachable(_)
            | TextModelError::NoAnswer(NoAnswer::Failed(..) | NoAnswer::Unreadable(_)) => {
                Self::upstream_unavailable(
                    "The model does not answer at the moment. Try again in a few seconds.",
                    internal,
                )
            }
        }
    }
}

impl From<StripeError> for ApiError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::KeyReused(_) => Self::key_of_another_request().with_internal(error),
            StripeError::Unavailable(_) | StripeError::Malformed(_) => Self::upstream_unavailable(
                "The payment provider does not answer at the moment. Nothing was paid; try again in a few seconds.",
                error,
            ),
            StripeError::Configuration(_) | StripeError::Request(_) | StripeError::Refused { .. } => Self::new(
                ErrorCode::UpstreamUnavailable,
                "The payment provider does not take our requests. Nothing was paid; the operator of this server has to look into it.",
            )
            .with_internal(error),
        }
    }
}

impl From<worker::Error> for ApiError {
    fn from(error: worker::Error) -> Self {
        Self::internal_error(error)
    }
}
