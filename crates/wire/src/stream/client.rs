//! Frames from a client: JSON text, one object a frame. A binary frame is one chunk of PCM and never comes here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "openapi")]
use mentora_core::limits;
use mentora_core::limits::{
    MAX_AUDIO_CHUNK_BYTES, MAX_CLIENT_MESSAGE_ID_CHARS, MAX_FRAME_BYTES, MAX_TURN_CHARS, SampleRate,
};
use serde::{Deserialize, Serialize};

use super::Seq;

/// A frame from a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Asks for what came after `cursor`, as the query of the upgrade does.
    Hello {
        /// Last `seq` seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>, maximum = 18446744073709551615u64))]
        cursor: Option<Seq>,
    },
    /// The student writes.
    #[serde(rename_all = "camelCase")]
    TextInput {
        /// 1 to 20,000 characters.
        #[cfg_attr(feature = "openapi", schema(value_type = limits::Message, inline))]
        text: String,
        /// Sent twice, it is one turn.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "m-1"))]
        client_message_id: String,
    },
    /// The student begins to speak, or, with `turnTaking: automatic`, opens the microphone for as many turns as will be.
    #[serde(rename_all = "camelCase")]
    AudioStart {
        /// What follows.
        config: AudioConfig,
        /// Sent twice, it is one turn. The later turns of an open microphone are `{id}.2`, `{id}.3` and so on.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "m-1"))]
        client_message_id: String,
    },
    /// The student speaks.
    #[serde(rename_all = "camelCase")]
    AudioChunk {
        /// Base64 of PCM16LE, at most 64 KiB of it.
        data: String,
        /// The client's own count; not looked at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 18446744073709551615u64))]
        sequence_number: Option<u64>,
    },
    /// The student has finished: the tutor may speak. With `turnTaking: automatic`, the microphone is off.
    #[serde(alias = "end_turn")]
    AudioEnd {},
    /// Stop the tutor now.
    #[serde(rename_all = "camelCase")]
    Interrupt {
        /// How much of the answer was played, ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 4294967295u64))]
        heard_ms: Option<u32>,
    },
    /// How much of an answer was played.
    #[serde(rename_all = "camelCase")]
    Playback {
        /// The tutor's turn.
        turn_id: String,
        /// How much, ms.
        #[cfg_attr(feature = "openapi", schema(maximum = 4294967295u64))]
        heard_ms: u32,
    },
    /// End the conversation.
    Stop {
        /// In the student's own words; kept in the log only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Answered by `pong`. The platform does it without waking the object, unless it says more.
    Ping {
        /// Bytes of frames that have come since this connection was opened, without `pong`: a client that says so now
        /// and then is known to read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 18446744073709551615u64))]
        received: Option<u64>,
    },
}

/// What audio follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AudioConfig {
    /// 8,000 to 48,000 Hz.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::SampleRate, inline))]
    pub sample_rate: u32,
    /// `pcm`.
    #[cfg_attr(feature = "openapi", schema(pattern = "^pcm$", example = "pcm"))]
    pub encoding: String,
    /// 1.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Channels, inline))]
    pub channels: u8,
    /// Who says when the student has finished: beyond the contract, and `manual` when absent.
    #[serde(default, skip_serializing_if = "TurnTaking::is_manual")]
    pub turn_taking: TurnTaking,
}

/// Who says when the student has finished speaking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TurnTaking {
    /// The student, by `audio_end`. `audio_start` breaks into an answer.
    #[default]
    Manual,
    /// The model, by listening: hands-free. The microphone stays open over several turns, until `audio_end`, and the
    /// student breaks into an answer by speaking.
    Automatic,
}

impl TurnTaking {
    fn is_manual(&self) -> bool {
        *self == Self::Manual
    }
}

/// Why a frame was not understood; the text is for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// Longer than any good frame.
    #[error("The frame has {0} bytes; at most 262144 are allowed. Send audio in chunks of 100 ms.")]
    TooLarge(usize),
    /// Sound in a binary frame, where sound goes as base64.
    #[error(
        "Binary frames are sound, on a connection that was opened with `audio=binary`. Send `audio_chunk` here."
    )]
    Binary,
    /// Not JSON, or not a frame we know.
    #[error("The frame is not one of the contract: {0}")]
    Malformed(String),
    /// A value is out of range.
    #[error("`{field}` {problem}")]
    OutOfRange {
        /// Where.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl ClientFrame {
    /// Parses and checks a text frame.
    ///
    /// # Errors
    /// [`BadFrame`], with a text that says what to send instead.
    pub fn parse(text: &str) -> Result<Self, BadFrame> {
        if text.len() > MAX_FRAME_BYTES {
            return Err(BadFrame::TooLarge(text.len()));
        }
        let frame: Self = serde_json::from_str(text).map_err(|e| BadFrame::Malformed(e.to_string()))?;
        frame.check()?;
        Ok(frame)
    }

    fn check(&self) -> Result<(), BadFrame> {
        let bad = |field, problem: String| Err(BadFrame::OutOfRange { field, problem });
        let check_id = |id: &str| match id.chars().count() {
            1..=MAX_CLIENT_MESSAGE_ID_CHARS => Ok(()),
            n => bad("clientMessageId", format!("has {n} characters; 1 to 128 are allowed.")),
        };
        match self {
            Self::TextInput { text, client_message_id } => {
                check_id(client_message_id)?;
                match text.chars().count() {
                    n if n > MAX_TURN_CHARS => {
                        bad("text", format!("has {n} characters; at most 20000 are allowed."))
                    }
                    _ if text.trim().is_empty() => bad("text", "says nothing.".into()),
                    _ => Ok(()),
                }
            }
            Self::AudioStart { config, client_message_id } => {
                check_id(client_message_id)?;
                match config {
                    AudioConfig { sample_rate, .. } if !SampleRate::RANGE.contains(sample_rate) => {
                        bad("config.sampleRate", format!("is {sample_rate}; 8000 to 48000 Hz are allowed."))
                    }
                    AudioConfig { encoding, .. } if encoding != super::audio::ENCODING => {
                        bad("config.encoding", "is not `pcm`.".into())
                    }
                    AudioConfig { channels, .. } if *channels != 1 => {
                        bad("config.channels", "is not 1.".into())
                    }
                    AudioConfig { .. } => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

/// Decodes the PCM of an `audio_chunk`.
///
/// # Errors
/// [`BadFrame`] when it is not base64, holds half a sample, or is too long.
pub fn decode_audio(data: &str) -> Result<Vec<u8>, BadFrame> {
    let bad = |problem: &str| BadFrame::OutOfRange { field: "data", problem: problem.into() };
    let pcm = STANDARD.decode(data).map_err(|_| bad("is not base64."))?;
    check_pcm(pcm.len())?;
    Ok(pcm)
}

/// Checks the length of a chunk of PCM, whichever way it came.
///
/// # Errors
/// [`BadFrame`] when it is empty, holds half a sample, or is too long.
pub fn check_pcm(bytes: usize) -> Result<(), BadFrame> {
    let bad = |problem: String| BadFrame::OutOfRange { field: "data", problem };
    match bytes {
        0 => Err(bad("is empty.".into())),
        n if n > MAX_AUDIO_CHUNK_BYTES => {
            Err(bad(format!("has {n} bytes of PCM; at most 65536 are allowed.")))
        }
        n if n % 2 == 1 => Err(bad("ends in half a 16-bit sample.".into())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_of_the_contract_is_understood() {
        for text in [
            r#"{"type":"hello","cursor":7}"#,
            r#"{"type":"text_input","text":"Hi","clientMessageId":"m1"}"#,
            r#"{"type":"audio_start","config":{"sampleRate":16000,"encoding":"pcm","channels":1},"clientMessageId":"m"}"#,
            r#"{"type":"audio_start","config":{"sampleRate":16000,"encoding":"pcm","channels":1,"turnTaking":"automatic"},"clientMessageId":"m"}"#,
            r#"{"type":"audio_chunk","data":"AAA=","sequenceNumber":3}"#,
            r#"{"type":"audio_end"}"#,
            r#"{"type":"end_turn"}"#,
            r#"{"type":"interrupt","heardMs":1200}"#,
            r#"{"type":"playback","turnId":"t","heardMs":1}"#,
            r#"{"type":"stop"}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"ping","received":262144}"#,
        ] {
            assert!(ClientFrame::parse(text).is_ok(), "{text}: {:?}", ClientFrame::parse(text));
        }
    }

    #[test]
    fn a_bad_frame_is_named() {
        let long =
            format!(r#"{{"type":"text_input","text":"{}","clientMessageId":"m"}}"#, "x".repeat(20_001));
        for (text, part) in [
            ("", "not one of the contract"),
            ("[]", "not one of the contract"),
            (r#"{"type":"text_input"}"#, "missing field"),
            (r#"{"type":"text_input","text":" ","clientMessageId":"m"}"#, "says nothing"),
            (r#"{"type":"text_input","text":"x","clientMessageId":""}"#, "clientMessageId"),
            (
                r#"{"type":"text_input","text":"x","clientMessageId":"m","admin":true}"#,
                "unknown field `admin`",
            ),
            (r#"{"type":"sudo"}"#, "unknown variant"),
            (long.as_str(), "20001 characters"),
        ] {
            let message = ClientFrame::parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{message} lacks {part}");
        }
        assert_eq!(ClientFrame::parse(&"x".repeat(300_000)), Err(BadFrame::TooLarge(300_000)));
    }

    #[test]
    fn audio_is_whole_samples_of_bounded_length() {
        assert!(decode_audio("AAAA AAA=").is_err());
        assert_eq!(decode_audio("AAA=").map(|pcm| pcm.len()), Ok(2));
        assert!(decode_audio("AA==").is_err(), "half a sample");
        assert!(check_pcm(64 * 1024 + 2).is_err());
    }
}
