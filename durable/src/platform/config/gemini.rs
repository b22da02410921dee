//! Settings of the model: the key, which models, and where the service is.

use super::{ConfigError, Reader, Secret, Settings, host_of};

const GOOGLE: &str = "https://generativelanguage.googleapis.com";
const LIVE_MODEL: &str = "gemini-3.8-live";
const TEXT_MODEL: &str = "gemini-3.5-flash-lite";

/// The model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeminiConfig {
    /// Without a final slash.
    pub base_url: String,
    /// Google's key; a stand-in wants none.
    pub api_key: Option<Secret>,
    /// The model of conversations, without `models/`.
    pub live_model: String,
    /// The model of everything else.
    pub text_model: String,
    /// `base_url` is not Google's: no model is connected.
    pub offline: bool,
}

impl GeminiConfig {
    pub(super) fn read<S: Settings>(read: &Reader<'_, S>) -> Result<Self, ConfigError> {
        let base_url = read.url("GEMINI_BASE_URL", GOOGLE)?;
        Ok(Self {
            offline: host_of(&base_url) != host_of(GOOGLE),
            base_url,
            api_key: read.value("GEMINI_API_KEY").map(Secret),
            live_model: model(read, "GEMINI_LIVE_MODEL", LIVE_MODEL),
            text_model: model(read, "GEMINI_TEXT_MODEL", TEXT_MODEL),
        })
    }
}

fn model<S: Settings>(read: &Reader<'_, S>, name: &str, default: &str) -> String {
    let model = read.value(name).unwrap_or_else(|| default.to_owned());
    model.strip_prefix("models/").unwrap_or(&model).to_owned()
}
