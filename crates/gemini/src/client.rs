//! Messages to the model after the setup. Each is one JSON object in one text frame.

use serde::Serialize;
use serde_json::{Value, json};

/// A message to the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// What the student wrote, in parts; the model is to answer. It interrupts a running answer.
    Said {
        /// Guidance first, then the student's text.
        parts: Vec<String>,
    },
    /// How to answer the turn that comes next, for models of which [`crate::steering::is_possible`] says so. It asks for no
    /// answer, but interrupts a running one.
    Steer {
        /// Guidance.
        text: String,
    },
    /// The student begins to speak. It interrupts a running answer.
    ActivityStart,
    /// The student has finished speaking; the model is to answer.
    ActivityEnd,
    /// The microphone is off: what was being said ends here. Only where the model itself listens for the end.
    AudioStreamEnd,
}

impl ClientMessage {
    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> String {
        let message: Value = match self {
            Self::Said { parts } => {
                let parts: Vec<_> = parts.iter().map(|text| json!({"text": text})).collect();
                json!({"clientContent": {"turns": [{"role": "user", "parts": parts}], "turnComplete": true}})
            }
            Self::Steer { text } => {
                let turn = json!({"role": "user", "parts": [{"text": text}]});
                json!({"clientContent": {"turns": [turn], "turnComplete": false}})
            }
            Self::ActivityStart => json!({"realtimeInput": {"activityStart": {}}}),
            Self::ActivityEnd => json!({"realtimeInput": {"activityEnd": {}}}),
            Self::AudioStreamEnd => json!({"realtimeInput": {"audioStreamEnd": true}}),
        };
        message.to_string()
    }
}

/// One chunk of the student's speech: `data` is base64 of PCM16LE mono. Apart from [`ClientMessage`] because it is
/// relayed, not decided about.
#[must_use]
pub fn audio(data: &str, sample_rate: u32) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Realtime<'a> {
        realtime_input: Input<'a>,
    }
    #[derive(Serialize)]
    struct Input<'a> {
        audio: Blob<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Blob<'a> {
        data: &'a str,
        mime_type: String,
    }
    let audio = Blob { data, mime_type: format!("audio/pcm;rate={sample_rate}") };
    // Three strings cannot fail to serialise; an empty frame would be refused by the model, not lost silently.
    serde_json::to_string(&Realtime { realtime_input: Input { audio } }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_asks_for_an_answer() {
        let json = ClientMessage::Said { parts: vec!["⟦move⟧".into(), "I think \"so\"".into()] }.to_json();
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["clientContent"]["turnComplete"], true);
        assert_eq!(value["clientContent"]["turns"][0]["parts"][1]["text"], "I think \"so\"");
    }

    #[test]
    fn guidance_for_the_next_turn_asks_for_no_answer() {
        let json = ClientMessage::Steer { text: "⟦move: challenge⟧".into() }.to_json();
        let value: Value = serde_json::from_str(&json).unwrap();
        let turn = json!({"role": "user", "parts": [{"text": "⟦move: challenge⟧"}]});
        assert_eq!(value, json!({"clientContent": {"turns": [turn], "turnComplete": false}}));
    }

    #[test]
    fn speech_bears_its_true_rate() {
        let value: Value = serde_json::from_str(&audio("AAA=", 48_000)).unwrap();
        assert_eq!(value["realtimeInput"]["audio"]["mimeType"], "audio/pcm;rate=48000");
        assert_eq!(value["realtimeInput"]["audio"]["data"], "AAA=");
    }
}
