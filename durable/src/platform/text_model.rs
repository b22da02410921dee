//! Asks the text model.

use mentora_core::dialogue::{Inquiry, verdict};
use mentora_core::documents::Speaker;
use mentora_firestore::{Transport as _, TransportError};
use mentora_gemini::generate::{self, Answer, Content, NoAnswer, Question, Role};
use mentora_gemini::setup::ThinkingLevel;
use mentora_session::SAFETY;

use super::config::GeminiConfig;
use super::fetch::Fetch;

/// How long an answer may take, ms: somebody waits for it in front of a screen.
const DEADLINE_MS: u32 = 20_000;

/// The [kind](TextModelError::kind) of a failure that is no failure of the question: there were too many.
pub const QUOTA: &str = "quota";

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

impl TextModelError {
    /// Which kind it is, without anybody's words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::NoRequest(_) => "no_request",
            Self::Unreachable(_) => "unreachable",
            Self::NoAnswer(NoAnswer::Quota(_)) => QUOTA,
            Self::NoAnswer(NoAnswer::Refused(..)) => "refused",
            Self::NoAnswer(NoAnswer::Failed(..)) => "failed",
            Self::NoAnswer(NoAnswer::Withheld(_)) => "withheld",
            Self::NoAnswer(NoAnswer::Empty(_)) => "empty",
            Self::NoAnswer(NoAnswer::Unreadable(_)) => "unreadable",
        }
    }
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
    ask_within(DEADLINE_MS, config, question).await
}

/// Has the model measure a turn, once, within `deadline_ms`; its reply, to be read as a [`verdict`].
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
        response_schema: Some(inquiry.schema),
        thinking_level: Some(ThinkingLevel::Low),
    };
    Ok(ask_within(deadline_ms, config, &question).await?.text)
}

async fn ask_within(
    deadline_ms: u32,
    config: &GeminiConfig,
    question: &Question,
) -> Result<Answer, TextModelError> {
    let key = config.api_key.as_ref().map(|key| key.expose()).unwrap_or_default();
    if key.is_empty() && !config.offline {
        return Err(TextModelError::NoKey);
    }
    // A stand-in takes any key, but wants one, as Google does.
    let key = if key.is_empty() { "offline" } else { key };
    let request = question.request(&config.base_url, key);
    let request = request.map_err(|error| TextModelError::NoRequest(error.to_string()))?;
    Ok(generate::read(&Fetch.send(request, deadline_ms).await?)?)
}
