//! Asks the text model.

use http::Request;
use mentora_core::dialogue::{Inquiry, verdict};
use mentora_core::documents::Speaker;
use mentora_firestore::{Transport as _, TransportError};
use mentora_gemini::generate::{self, Answer, Content, NoAnswer, Question, Role, Structured};
use mentora_session::SAFETY;

use super::config::GeminiConfig;
use super::fetch::Fetch;

/// How long an answer may take, ms: somebody waits for it in front of a screen.
const DEADLINE_MS: u32 = 20_000;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextModelError {
    /// `GEMINI_API_KEY` is not set.
    #[error("`GEMINI_API_KEY` is not set")]
    NoKey,
    /// The settings make no request.
    #[error("the request cannot be made: {0}")]
    NoRequest(String),
    /// The model was not reached, or took too long.
    #[error("the model was not reached: {0}")]
    Unreachable(String),
    /// The model said why.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
}

impl From<TransportError> for TextModelError {
    fn from(error: TransportError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// Puts a question to the model, once.
///
/// # Errors
/// [`TextModelError`]
pub async fn ask(config: &GeminiConfig, question: &Question) -> Result<Answer, TextModelError> {
    ask_with(config, DEADLINE_MS, |base_url, key| question.request(base_url, key)).await
}

/// Has the model measure a turn, once, within `deadline_ms`; its reply, to be read by [`verdict`].
///
/// # Errors
/// [`TextModelError`]
pub async fn measure(
    config: &GeminiConfig,
    inquiry: Inquiry,
    deadline_ms: u32,
) -> Result<String, TextModelError> {
    let said = |(speaker, text)| {
        let role = match speaker {
            Speaker::Student => Role::User,
            Speaker::Tutor => Role::Model,
        };
        Content { role, parts: vec![text] }
    };
    let question = Question {
        model: config.text_model.clone(),
        system_instruction: inquiry.instruction,
        contents: inquiry.said.into_iter().map(said).collect(),
        max_output_tokens: verdict::MAX_TOKENS,
        safety: SAFETY.to_vec(),
    };
    let asked = Structured { question, schema: inquiry.schema };
    Ok(ask_with(config, deadline_ms, |base_url, key| asked.request(base_url, key)).await?.text)
}

async fn ask_with(
    config: &GeminiConfig,
    deadline_ms: u32,
    request: impl FnOnce(&str, &str) -> Result<Request<Vec<u8>>, http::Error>,
) -> Result<Answer, TextModelError> {
    let key = config.api_key.as_ref().map(|key| key.expose()).unwrap_or_default();
    if key.is_empty() && !config.offline {
        return Err(TextModelError::NoKey);
    }
    // A stand-in takes any key, but wants one, as Google does.
    let key = if key.is_empty() { "offline" } else { key };
    let request = request(&config.base_url, key).map_err(|error| TextModelError::NoRequest(error.to_string()))?;
    Ok(generate::read(&Fetch.send(request, deadline_ms).await?)?)
}
