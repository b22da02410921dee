//! Messages from the model. One message may say several things at once; they are listed in the order they must be
//! acted upon: content first, then what ends it.

use serde::Deserialize;

use crate::setup::OUTPUT_SAMPLE_RATE;
use crate::usage::{Usage, UsageMetadata};

/// One thing the model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerEvent {
    /// The setup was accepted.
    SetupComplete,
    /// More of what the student said, to be appended without a blank.
    HeardStudent(String),
    /// More of what the tutor says, to be appended without a blank.
    Spoke(String),
    /// A chunk of speech: base64 of PCM16LE mono, and its rate in Hz.
    Audio {
        /// Base64.
        data: String,
        /// Hz.
        sample_rate: u32,
    },
    /// The answer was cut short. May come late, twice, or with no answer open.
    Interrupted,
    /// All of the answer was sent.
    GenerationComplete,
    /// The answer is over, as far as the model thinks it was played. Models that tell when they are idle may complete
    /// several turns of theirs before: of those, only the last is told.
    TurnComplete,
    /// The model is at work, though nothing can be heard of it: it thinks, or is to say more.
    Working,
    /// Tokens so far in this turn.
    Usage(Usage),
    /// A handle to resume the session by; `None` while it cannot be resumed.
    Resumable(Option<String>),
    /// The socket will be closed in so many milliseconds.
    GoAway {
        /// Milliseconds left.
        time_left_ms: i64,
    },
    /// The model wants a tool; we offer none.
    ToolCall,
}

/// A message that is no JSON object of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a message from the model could not be read: {0}")]
pub struct Unreadable(String);

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Message {
    setup_complete: Option<Ignored>,
    server_content: Option<Content>,
    usage_metadata: Option<UsageMetadata>,
    session_resumption_update: Option<Resumption>,
    go_away: Option<GoAway>,
    tool_call: Option<Ignored>,
}

/// An object whose content does not matter.
#[derive(Debug, Default, Deserialize)]
struct Ignored {}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Content {
    model_turn: Option<ModelTurn>,
    input_transcription: Option<Transcription>,
    output_transcription: Option<Transcription>,
    interrupted: bool,
    generation_complete: bool,
    turn_complete: bool,
    interaction_status: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ModelTurn {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Part {
    inline_data: Option<Blob>,
    thought: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Blob {
    mime_type: String,
    data: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Transcription {
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Resumption {
    new_handle: Option<String>,
    resumable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GoAway {
    time_left: Option<String>,
}

/// Reads one message.
///
/// # Errors
/// [`Unreadable`] when it is not JSON or a known field has a wrong type. Unknown fields are passed over: the
/// protocol grows.
pub fn parse(text: &str) -> Result<Vec<ServerEvent>, Unreadable> {
    let message: Message = serde_json::from_str(text).map_err(|e| Unreadable(e.to_string()))?;
    let mut events = Vec::new();
    if message.setup_complete.is_some() {
        events.push(ServerEvent::SetupComplete);
    }
    if let Some(update) = message.session_resumption_update {
        let handle = update.new_handle.filter(|handle| update.resumable && !handle.is_empty());
        events.push(ServerEvent::Resumable(handle));
    }
    let mut ending = Vec::new();
    if let Some(content) = message.server_content {
        read_content(content, &mut events, &mut ending);
    }
    // Usage rides on the message that completes the turn: it must be known before the turn is closed.
    events.extend(message.usage_metadata.map(|usage| ServerEvent::Usage(usage.into())));
    events.append(&mut ending);
    if message.tool_call.is_some() {
        events.push(ServerEvent::ToolCall);
    }
    if let Some(away) = message.go_away {
        let time_left_ms = away.time_left.as_deref().and_then(duration_ms).unwrap_or(0);
        events.push(ServerEvent::GoAway { time_left_ms });
    }
    Ok(events)
}

fn read_content(content: Content, events: &mut Vec<ServerEvent>, ending: &mut Vec<ServerEvent>) {
    let said = |t: Option<Transcription>| t.map(|t| t.text).filter(|text| !text.is_empty());
    events.extend(said(content.input_transcription).map(ServerEvent::HeardStudent));
    events.extend(said(content.output_transcription).map(ServerEvent::Spoke));
    // Text parts are thought summaries (or the model's inner plan): never shown, never spoken.
    let parts = content.model_turn.map(|turn| turn.parts).unwrap_or_default();
    let thinks = parts.iter().any(|part| part.thought);
    for blob in parts.into_iter().filter_map(|part| part.inline_data) {
        if !blob.data.is_empty() && blob.mime_type.starts_with("audio/pcm") {
            events.push(ServerEvent::Audio { sample_rate: sample_rate(&blob.mime_type), data: blob.data });
        }
    }
    if content.generation_complete {
        ending.push(ServerEvent::GenerationComplete);
    }
    if content.interrupted {
        ending.push(ServerEvent::Interrupted);
    }
    // Where `interactionStatus` is given, it says when the answer is over, and the completed turn does not.
    match content.interaction_status.as_deref() {
        Some("IDLE") => ending.push(ServerEvent::TurnComplete),
        Some("IN_PROGRESS") => ending.push(ServerEvent::Working),
        _ if content.turn_complete => ending.push(ServerEvent::TurnComplete),
        _ if thinks => ending.push(ServerEvent::Working),
        _ => {}
    }
}

fn sample_rate(mime_type: &str) -> u32 {
    mime_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("rate=")?.parse().ok())
        .unwrap_or(OUTPUT_SAMPLE_RATE)
}

/// Reads a protobuf duration as `50s` or `1.5s`.
fn duration_ms(text: &str) -> Option<i64> {
    let seconds = text.strip_suffix('s')?;
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(millis.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn content_comes_before_what_ends_it() {
        let text = r#"{
  "serverContent": {
    "turnComplete": true,
    "interrupted": true,
    "outputTranscription": {"text": " foggy"},
    "modelTurn": {"parts": [{"text": "plan", "thought": true},
                            {"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "AAAA"}}]}
  },
  "usageMetadata": {"promptTokenCount": 3}
}
"#;
        let events = parse(text).unwrap();
        assert_eq!(
            events,
            [
                ServerEvent::Spoke(" foggy".into()),
                ServerEvent::Audio { data: "AAAA".into(), sample_rate: 24_000 },
                ServerEvent::Usage(Usage { input_text: 3, ..Usage::default() }),
                ServerEvent::Interrupted,
                ServerEvent::TurnComplete,
            ]
        );
    }

    #[test]
    fn messages_of_every_kind_are_understood() {
        for (text, expected) in [
            (r#"{"setupComplete":{}}"#, vec![ServerEvent::SetupComplete]),
            (r#"{"setupComplete":{"sessionId":"x"}}"#, vec![ServerEvent::SetupComplete]),
            (r#"{"serverContent":{}}"#, vec![]),
            (r#"{"serverContent":{"outputTranscription":{}}}"#, vec![]),
            (
                r#"{"serverContent":{"inputTranscription":{"text":" Hi","finished":true,"languageCode":"en"}}}"#,
                vec![ServerEvent::HeardStudent(" Hi".into())],
            ),
            (r#"{"sessionResumptionUpdate":{}}"#, vec![ServerEvent::Resumable(None)]),
            (
                r#"{"sessionResumptionUpdate":{"newHandle":"h","resumable":true}}"#,
                vec![ServerEvent::Resumable(Some("h".into()))],
            ),
            (r#"{"goAway":{"timeLeft":"50s"}}"#, vec![ServerEvent::GoAway { time_left_ms: 50_000 }]),
            (r#"{"goAway":{"timeLeft":"1.5s"}}"#, vec![ServerEvent::GoAway { time_left_ms: 1_500 }]),
            (r#"{"goAway":{}}"#, vec![ServerEvent::GoAway { time_left_ms: 0 }]),
            (r#"{"toolCall":{"functionCalls":[]}}"#, vec![ServerEvent::ToolCall]),
            (r#"{"voiceActivity":{"type":"ACTIVITY_START"}}"#, vec![]),
            (
                r#"{"serverContent":{"turnComplete":true,"interactionStatus":"IN_PROGRESS"}}"#,
                vec![ServerEvent::Working],
            ),
            (r#"{"serverContent":{"interactionStatus":"IN_PROGRESS"}}"#, vec![ServerEvent::Working]),
            (
                r#"{"serverContent":{"turnComplete":true,"interactionStatus":"IDLE"}}"#,
                vec![ServerEvent::TurnComplete],
            ),
            (r#"{"serverContent":{"interactionStatus":"IDLE"}}"#, vec![ServerEvent::TurnComplete]),
            (
                r#"{"serverContent":{"turnComplete":true,"turnCompleteReason":"NEED_MORE_INPUT"}}"#,
                vec![ServerEvent::TurnComplete],
            ),
            (
                r#"{"serverContent":{"modelTurn":{"parts":[{"text":"**Plan**","thought":true}]}}}"#,
                vec![ServerEvent::Working],
            ),
            (r#"{"toolCallCancellation":{"ids":["x"]}}"#, vec![]),
            (r#"{"serverContent":{"interimInputTranscription":{"text":"hel"}}}"#, vec![]),
        ] {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_rate_is_read_from_the_mime_type() {
        assert_eq!(sample_rate("audio/pcm;rate=16000"), 16_000);
        assert_eq!(sample_rate("audio/pcm"), 24_000);
        assert_eq!(sample_rate("audio/pcm;rate=no"), 24_000);
    }

    proptest! {
        #[test]
        fn no_message_can_panic(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_duration_can_panic(text in "[0-9.s-]{0,40}") {
            let _ = duration_ms(&text);
        }
    }
}
