//! Why a connection ends: the close codes and reason texts seen from Google.

use serde_json::{Value, json};

/// RFC 6455 leaves 123 bytes for the reason beside the code; Google cuts longer texts there.
pub const REASON_LIMIT: usize = 123;

/// A close frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// WebSocket close code.
    pub code: u16,
    /// At most [`REASON_LIMIT`] bytes.
    pub reason: String,
}

impl Close {
    /// A close with its reason cut to what a close frame can carry, never inside a character.
    pub fn new(code: u16, reason: &str) -> Self {
        let mut end = reason.len().min(REASON_LIMIT);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        Self { code, reason: reason[..end].to_owned() }
    }

    /// A request that no model would accept. Google says no more than this for most wrong configurations.
    pub fn invalid_argument() -> Self {
        Self::new(1007, "Request contains an invalid argument.")
    }

    /// The key has run out; this arrives after a successful upgrade.
    pub fn key_expired() -> Self {
        Self::new(1007, "API key expired. Please renew the API key.")
    }

    /// The project has used up its quota.
    pub fn quota_exceeded() -> Self {
        Self::new(1011, "You exceeded your current quota, please check your plan and billing details.")
    }

    /// The model does not exist or does not speak Live.
    pub fn model_not_found(model: &str, version: &str) -> Self {
        let text = format!(
            "models/{model} is not found for API version {version}, or is not supported for \
             bidiGenerateContent. Call ListModels to see the list of available models and their supported methods."
        );
        Self::new(1008, &text)
    }

    /// The resumption handle is unknown or too old.
    pub fn session_not_found() -> Self {
        Self::new(1008, "BidiGenerateContent session not found")
    }

    /// The session is still held by another socket, or something broke.
    pub fn internal() -> Self {
        Self::new(1011, "Internal error occurred.")
    }

    /// The connection has lived its life (announced by `goAway`).
    pub fn deadline_expired() -> Self {
        Self::new(1011, "Deadline expired before operation could complete.")
    }

    /// Audio while the model waits for the answer of a blocking function call.
    pub fn audio_during_tool_call() -> Self {
        Self::new(
            1007,
            "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model configuration",
        )
    }

    /// The sim itself is stopping.
    pub fn going_away() -> Self {
        Self::new(1001, "The server is shutting down.")
    }

    /// As it stands in the journal.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code, "reason": self.reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_at_a_character_within_123_bytes() {
        let close = Close::new(1007, &"問".repeat(60));
        assert_eq!(close.reason, "問".repeat(41));
        assert!(Close::model_not_found(&"x".repeat(90), "v1beta").reason.len() <= REASON_LIMIT);
    }
}
