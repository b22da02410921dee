//! `generateContent`: one answer in text, over plain HTTP.

use http::{Request, Response, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::connect::API_VERSION;
use crate::setup::{SafetySetting, ThinkingLevel};
use crate::usage::{Usage, UsageMetadata};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// As `gemini-3.8-flash`, without the prefix `models/`.
    pub model: String,
    /// Who the model is to be.
    pub system_instruction: String,
    /// What was said, the oldest first; not empty.
    pub contents: Vec<Content>,
    /// Most tokens of the answer, thoughts included.
    pub max_output_tokens: u64,
    /// What the model is to refuse.
    pub safety: Vec<SafetySetting>,
    /// The schema of an answer in JSON, in the API's subset of OpenAPI; plain text when absent.
    pub response_schema: Option<Value>,
    /// How much the model is to think before it answers; as it likes when absent.
    pub thinking_level: Option<ThinkingLevel>,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// By whom.
    pub role: Role,
    /// What, in parts.
    pub parts: Vec<String>,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The student.
    User,
    /// The model.
    Model,
}

/// What the model answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its text, without thoughts; not blank.
    pub text: String,
    /// What it took.
    pub usage: Usage,
}

/// Why there is no answer. What Google says of it is for our log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Too much was asked, for the key's tier or its money.
    #[error("the quota is used up: {0}")]
    Quota(String),
    /// The key, the model or the request is not good: asking again does not help.
    #[error("the request was refused with {0}: {1}")]
    Refused(u16, String),
    /// Google's fault, or its load.
    #[error("the model failed with {0}: {1}")]
    Failed(u16, String),
    /// The model would not answer this; by Google's word for the reason, as `SAFETY`.
    #[error("the answer was withheld: {0}")]
    Withheld(String),
    /// The model ended without a word; by Google's word for the reason, as `MAX_TOKENS`.
    #[error("the answer was empty: {0}")]
    Empty(String),
    /// Nothing that we understand.
    #[error("the reply cannot be read: {0}")]
    Unreadable(String),
}

impl Question {
    /// The request. The key travels in a header, never in the URL, so that no log can hold it.
    ///
    /// `base_url` is `https://generativelanguage.googleapis.com` or a stand-in, with or without a trailing slash.
    ///
    /// # Errors
    /// When the base URL, the model or the key cannot stand in a request.
    pub fn request(&self, base_url: &str, api_key: &str) -> Result<Request<Vec<u8>>, http::Error> {
        let base = base_url.trim_end_matches('/');
        let content = |content: &Content| {
            let parts: Vec<_> = content.parts.iter().map(|text| json!({ "text": text })).collect();
            json!({ "role": content.role.name(), "parts": parts })
        };
        let safety =
            |setting: &SafetySetting| json!({ "category": setting.category, "threshold": setting.threshold });
        let body = json!({
            "systemInstruction": { "parts": [{ "text": self.system_instruction }] },
            "contents": self.contents.iter().map(content).collect::<Vec<_>>(),
            "generationConfig": self.generation_config(),
            "safetySettings": self.safety.iter().map(safety).collect::<Vec<_>>(),
        });
        Request::post(format!("{base}/{API_VERSION}/models/{}:generateContent", self.model))
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-goog-api-key", api_key)
            .body(body.to_string().into_bytes())
    }
}

impl Question {
    fn generation_config(&self) -> Value {
        let mut config = Map::new();
        config.insert("maxOutputTokens".into(), json!(self.max_output_tokens));
        if let Some(schema) = &self.response_schema {
            config.insert("responseMimeType".into(), json!("application/json"));
            config.insert("responseSchema".into(), schema.clone());
        }
        if let Some(level) = self.thinking_level {
            config.insert("thinkingConfig".into(), json!({ "thinkingLevel": level.name() }));
        }
        Value::Object(config)
    }
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Model => "model",
        }
    }
}

/// Reads the reply.
///
/// # Errors
/// [`NoAnswer`]
pub fn read(reply: &Response<Vec<u8>>) -> Result<Answer, NoAnswer> {
    let status = reply.status();
    if !status.is_success() {
        let told: ErrorReply = serde_json::from_slice(reply.body()).unwrap_or_default();
        let told = told.error.message;
        return Err(match status.as_u16() {
            429 => NoAnswer::Quota(told),
            // 408 and 499 are given up on their way, not refused.
            code @ (408 | 499 | 500..) => NoAnswer::Failed(code, told),
            code => NoAnswer::Refused(code, told),
        });
    }
    let reply: Reply =
        serde_json::from_slice(reply.body()).map_err(|error| NoAnswer::Unreadable(error.to_string()))?;
    if let Some(reason) = reply.prompt_feedback.block_reason {
        return Err(NoAnswer::Withheld(reason));
    }
    let candidate = reply.candidates.into_iter().next().unwrap_or_default();
    let said = candidate.content.parts.into_iter().filter(|part| !part.thought).map(|part| part.text);
    let text = said.collect::<String>().trim().to_owned();
    match (candidate.finish_reason.as_deref(), text.is_empty()) {
        (Some("STOP" | "MAX_TOKENS" | "FINISH_REASON_UNSPECIFIED") | None, false) => {
            Ok(Answer { text, usage: reply.usage_metadata.into() })
        }
        (Some(reason @ ("STOP" | "MAX_TOKENS" | "OTHER" | "MALFORMED_RESPONSE")), _) => {
            Err(NoAnswer::Empty(reason.to_owned()))
        }
        (Some(reason), _) => Err(NoAnswer::Withheld(reason.to_owned())),
        (None, true) => Err(NoAnswer::Empty("nothing".to_owned())),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reply {
    candidates: Vec<Candidate>,
    prompt_feedback: PromptFeedback,
    usage_metadata: UsageMetadata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Candidate {
    content: Said,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    text: String,
    thought: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorReply {
    error: ErrorDetail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        let said = |role, text: &str| Content { role, parts: vec![text.into()] };
        Question {
            model: "gemini-3.8-flash".into(),
            system_instruction: "Ask.".into(),
            contents: vec![said(Role::User, "Yes."), said(Role::Model, "Why?"), said(Role::User, "So.")],
            max_output_tokens: 4_000,
            safety: vec![SafetySetting { category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
            response_schema: None,
            thinking_level: None,
        }
    }

    fn answer(status: u16, body: &Value) -> Result<Answer, NoAnswer> {
        read(&Response::builder().status(status).body(body.to_string().into_bytes()).unwrap())
    }

    fn said(parts: &Value, finish: &str) -> Value {
        json!({ "candidates": [{ "content": { "role": "model", "parts": parts }, "finishReason": finish }] })
    }

    #[test]
    fn a_question_is_put_in_googles_shape_with_the_key_in_a_header() {
        let request = question().request("https://example.test/", "s3cret").unwrap();
        assert_eq!(request.uri(), "https://example.test/v1/models/gemini-3.8-flash:generateContent");
        assert_eq!(request.headers()["x-goog-api-key"], "s3cret");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["contents"][1], json!({ "role": "model", "parts": [{ "text": "Why?" }] }));
        assert_eq!(body["systemInstruction"]["parts"][0]["text"], "Ask.");
        assert_eq!(body["generationConfig"]["maxOutputTokens"], 4_000);
        assert_eq!(body["safetySettings"][0]["threshold"], "BLOCK_NONE");
        assert!(question().request("https://example.test", "two\nlines").is_err());
    }

    #[test]
    fn who_waits_asks_for_little_thought() {
        let hurried = Question { thinking_level: Some(ThinkingLevel::Low), ..question() };
        let request = hurried.request("https://example.test", "s3cret").unwrap();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["generationConfig"]["thinkingConfig"]["thinkingLevel"], "LOW");
    }

    #[test]
    fn an_answer_is_its_text_without_thoughts_and_its_usage() {
        let mut body = said(
            &json!([{ "text": "Hm.", "thought": true }, { "text": " Why " }, { "text": "so? " }]),
            "STOP",
        );
        body["usageMetadata"] =
            json!({ "promptTokenCount": 7, "candidatesTokenCount": 9, "thoughtsTokenCount": 2 });
        let usage = Usage { input_text: 7, output_text: 9, thoughts: 2, ..Usage::default() };
        assert_eq!(answer(200, &body), Ok(Answer { text: "Why so?".into(), usage }));
        let cut = answer(200, &said(&json!([{ "text": "Why" }]), "MAX_TOKENS"));
        assert_eq!(cut.unwrap().text, "Why", "what was cut short is still an answer");
    }

    #[test]
    fn what_is_withheld_or_empty_is_no_answer() {
        let blocked = json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } });
        assert_eq!(answer(200, &blocked), Err(NoAnswer::Withheld("PROHIBITED_CONTENT".into())));
        for (parts, finish, expected) in [
            (json!([]), "SAFETY", NoAnswer::Withheld("SAFETY".into())),
            (json!([{ "text": "Why" }]), "SAFETY", NoAnswer::Withheld("SAFETY".into())),
            (json!([{ "text": " " }]), "STOP", NoAnswer::Empty("STOP".into())),
            (json!([]), "MAX_TOKENS", NoAnswer::Empty("MAX_TOKENS".into())),
        ] {
            assert_eq!(answer(200, &said(&parts, finish)), Err(expected));
        }
        assert_eq!(answer(200, &json!({})), Err(NoAnswer::Empty("nothing".into())));
        assert!(matches!(answer(200, &json!("x")), Err(NoAnswer::Unreadable(_))));
    }

    #[test]
    fn a_refusal_tells_whose_fault_it_is() {
        let body = json!({ "error": { "code": 0, "message": "told", "status": "X" } });
        assert_eq!(answer(429, &body), Err(NoAnswer::Quota("told".into())));
        for code in [400, 401, 403, 404] {
            assert_eq!(answer(code, &body), Err(NoAnswer::Refused(code, "told".into())));
        }
        for code in [500, 503, 504] {
            assert_eq!(answer(code, &body), Err(NoAnswer::Failed(code, "told".into())));
        }
        assert_eq!(answer(502, &json!("<html>")), Err(NoAnswer::Failed(502, String::new())));
    }
}
