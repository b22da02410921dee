//! Tokens by modality, as `usageMetadata` reports them.
//!
//! `promptTokenCount` is the whole context, billed again each turn; `responseTokenCount` is this turn's answer.
//! Reports repeat cumulatively within a turn: keep the last. `totalTokenCount` omits thoughts and is not read.

use serde::Deserialize;

/// Tokens of one turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Text of the context; what no modality claims counts as text.
    pub input_text: u64,
    /// Audio of the context.
    pub input_audio: u64,
    /// Of the context, what came from cache.
    pub input_cached: u64,
    /// Text of the answer.
    pub output_text: u64,
    /// Audio of the answer.
    pub output_audio: u64,
    /// Thoughts, billed as text of the answer.
    pub thoughts: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct UsageMetadata {
    prompt_token_count: u64,
    // Vertex calls the answer's tokens `candidates…`.
    #[serde(alias = "candidatesTokenCount")]
    response_token_count: u64,
    thoughts_token_count: u64,
    tool_use_prompt_token_count: u64,
    cached_content_token_count: u64,
    prompt_tokens_details: Vec<ModalityCount>,
    #[serde(alias = "candidatesTokensDetails")]
    response_tokens_details: Vec<ModalityCount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ModalityCount {
    modality: String,
    token_count: u64,
}

impl From<UsageMetadata> for Usage {
    fn from(m: UsageMetadata) -> Self {
        let audio = |details: &[ModalityCount]| -> u64 {
            details.iter().filter(|d| d.modality == "AUDIO").map(|d| d.token_count).sum()
        };
        let input_audio = audio(&m.prompt_tokens_details);
        let output_audio = audio(&m.response_tokens_details);
        let input = m.prompt_token_count.saturating_add(m.tool_use_prompt_token_count);
        Self {
            input_text: input.saturating_sub(input_audio),
            input_audio,
            input_cached: m.cached_content_token_count,
            output_text: m.response_token_count.saturating_sub(output_audio),
            output_audio,
            thoughts: m.thoughts_token_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_no_modality_claims_are_text() {
        let metadata: UsageMetadata = serde_json::from_value(serde_json::json!({
            "promptTokenCount": 1197, "responseTokenCount": 40, "thoughtsTokenCount": 28, "totalTokenCount": 1237,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1000}, {"modality": "AUDIO", "tokenCount": 150}],
            "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 37}],
        }))
        .unwrap();
        let usage = Usage::from(metadata);
        assert_eq!((usage.input_text, usage.input_audio), (1047, 150));
        assert_eq!((usage.output_text, usage.output_audio, usage.thoughts), (3, 37, 28));
    }
}
