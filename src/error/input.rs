//! What is sent and cannot be taken.

use mentora_wire::error::{ErrorCode, FieldError};

use super::ApiError;

impl ApiError {
    /// Offences against the contract.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [only] if only.path.is_empty() => format!("The request is not valid: {}.", only.message),
            [only] => format!("The request is not valid: `{}` {}.", only.path, only.message),
            _ => format!("The request is not valid in {} places; see `details.fields`.", fields.len()),
        };
        let fields = serde_json::to_value(fields).unwrap_or_default();
        Self::new(ErrorCode::ValidationError, message).with_detail("fields", fields)
    }

    /// One offence at `path`.
    #[must_use]
    pub fn invalid_field(path: &str, message: &str) -> Self {
        Self::invalid(vec![FieldError::new(path, message)])
    }

    /// A cursor that no list gave out, or another list did.
    #[must_use]
    pub fn cursor_refused() -> Self {
        Self::invalid_field("cursor", "is not the `nextCursor` of a page of this list")
    }

    /// The body is not JSON.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::new(ErrorCode::UnsupportedMediaType, "Send the body as `Content-Type: application/json`.")
    }

    /// The body is not a file of a spreadsheet.
    #[must_use]
    pub fn not_csv() -> Self {
        Self::new(ErrorCode::UnsupportedMediaType, "Send the file as `Content-Type: text/csv`, in UTF-8.")
    }

    /// What came to a webhook is not known to be from whom it should be. Nobody is told why.
    #[must_use]
    pub fn webhook_refused() -> Self {
        Self::new(ErrorCode::ValidationError, "This is no event that was signed for us, just now.")
    }

    /// The body is longer than so many bytes.
    #[must_use]
    pub fn payload_too_large(most: usize) -> Self {
        Self::new(
            ErrorCode::PayloadTooLarge,
            format!("The body is too long: {} KiB are the most.", most / 1024),
        )
        .with_detail("maxBytes", most)
    }
}
