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
    /// Images and video of the context.
    pub input_image: u64,
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
        let input_audio = claimed(&m.prompt_tokens_details, &["AUDIO"]);
        let input_image = claimed(&m.prompt_tokens_details, &["IMAGE", "VIDEO"]);
        let output_audio = claimed(&m.response_tokens_details, &["AUDIO"]);
        let input = m.prompt_token_count.saturating_add(m.tool_use_prompt_token_count);
        Self {
            input_text: input.saturating_sub(input_audio).saturating_sub(input_image),
            input_audio,
            input_image,
            input_cached: m.cached_content_token_count,
            output_text: m.response_token_count.saturating_sub(output_audio),
            output_audio,
            thoughts: m.thoughts_token_count,
        }
    }
}

/// The tokens that these modalities claim.
fn claimed(details: &[ModalityCount], modalities: &[&str]) -> u64 {
    let theirs = details.iter().filter(|count| modalities.contains(&count.modality.as_str()));
    theirs.fold(0, |sum, count| sum.saturating_add(count.token_count))
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

    #[test]
    fn images_and_video_are_counted_together_and_not_as_text() {
        let metadata: UsageMetadata = serde_json::from_value(serde_json::json!({
            "promptTokenCount": 1714,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 1000}, {"modality": "AUDIO", "tokenCount": 150},
                {"modality": "IMAGE", "tokenCount": 256}, {"modality": "VIDEO", "tokenCount": 64},
                {"modality": "DOCUMENT", "tokenCount": 200},
            ],
        }))
        .unwrap();
        let usage = Usage::from(metadata);
        // 1,714 - 150 - 320: the document and what nobody claims are text.
        assert_eq!((usage.input_text, usage.input_audio, usage.input_image), (1244, 150, 320));
    }
}
