//! What the server says, as JSON; and how it is put into WebSocket frames.

use axum::extract::ws::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::context::Tokens;
use crate::speech::OUTPUT_RATE;

/// Google sends JSON in binary frames, indented by two spaces, with a newline at the end.
/// Its SDKs also take text frames.
pub fn encode(frame: &Value, text_frames: bool) -> Message {
    let mut text = serde_json::to_string_pretty(&ByNumber(frame)).unwrap_or_default();
    text.push('\n');
    if text_frames { Message::Text(text.into()) } else { Message::Binary(text.into_bytes().into()) }
}

/// A message whose fields stand in the order of their numbers, as Google prints them. It shows in one place: of a `Blob`
/// the type comes before the data.
struct ByNumber<'a>(&'a Value);

impl Serialize for ByNumber<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let (first, others): (Vec<_>, Vec<_>) =
                    fields.iter().partition(|(name, _)| *name == "mimeType");
                serializer
                    .collect_map(first.into_iter().chain(others).map(|(name, value)| (name, Self(value))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Self)),
            plain => plain.serialize(serializer),
        }
    }
}

/// The answer to `setup`.
pub fn setup_complete() -> Value {
    json!({ "setupComplete": {} })
}

/// An empty message; real ones come now and then and mean nothing.
pub fn heartbeat() -> Value {
    json!({ "serverContent": {} })
}

/// What the student was heard to say.
pub fn input_transcription(text: &str) -> Value {
    json!({ "serverContent": { "inputTranscription": { "text": text } } })
}

/// A piece of what the tutor says.
pub fn output_transcription(text: &str) -> Value {
    json!({ "serverContent": { "outputTranscription": { "text": text } } })
}

/// A piece of the tutor's voice.
pub fn audio(samples: &[i16]) -> Value {
    json!({ "serverContent": { "modelTurn": model_turn(samples) } })
}

/// Voice and transcript in one message.
pub fn bundled(samples: &[i16], text: &str) -> Value {
    json!({ "serverContent": { "modelTurn": model_turn(samples), "outputTranscription": { "text": text } } })
}

fn model_turn(samples: &[i16]) -> Value {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mime_type = format!("audio/pcm;rate={OUTPUT_RATE}");
    json!({ "parts": [{ "inlineData": { "mimeType": mime_type, "data": STANDARD.encode(bytes) } }] })
}

/// The student spoke over the tutor.
pub fn interrupted() -> Value {
    json!({ "serverContent": { "interrupted": true } })
}

/// Everything has been generated; the client may still be playing it.
pub fn generation_complete() -> Value {
    json!({ "serverContent": { "generationComplete": true } })
}

/// The floor is the student's again.
pub fn turn_complete(idle_status: bool) -> Value {
    let mut content = json!({ "turnComplete": true });
    if idle_status {
        content["interactionStatus"] = json!("IDLE");
    }
    json!({ "serverContent": content })
}

/// Tokens of the turn: the whole context as prompt, this answer as response.
pub fn usage(prompt: Tokens, response: Tokens) -> Value {
    json!({
        "promptTokenCount": prompt.total(),
        "responseTokenCount": response.total(),
        "thoughtsTokenCount": 0,
        "totalTokenCount": prompt.total() + response.total(),
        "promptTokensDetails": prompt.details(),
        "responseTokensDetails": response.details(),
    })
}

/// A handle to come back with; `None` while the session cannot be resumed.
pub fn resumption_update(handle: Option<&str>) -> Value {
    match handle {
        Some(handle) => json!({ "sessionResumptionUpdate": { "newHandle": handle, "resumable": true } }),
        None => json!({ "sessionResumptionUpdate": {} }),
    }
}

/// The connection will be closed after this long.
pub fn go_away(time_left: &str) -> Value {
    json!({ "goAway": { "timeLeft": time_left } })
}

/// The model wants a function called.
pub fn tool_call(id: &str, name: &str, args: &Value) -> Value {
    json!({ "toolCall": { "functionCalls": [{ "id": id, "name": name, "args": args }] } })
}

/// Calls that need no answer any more.
pub fn tool_call_cancellation(id: &str) -> Value {
    json!({ "toolCallCancellation": { "ids": [id] } })
}
