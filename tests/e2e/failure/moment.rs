//! When a conversation is struck: at moments chosen for the harm it could do.

use serde_json::{Value, json};

use crate::stream::Stream;

/// Longer than any test.
const HOLD_MS: u32 = 600_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The message is on its way: nobody knows whether it arrived.
    MessageSent,
    TurnStored,
    AnswerBegun,
    MidAnswer,
    AnswerEnded,
    /// The student is speaking.
    MidSpeech,
    /// The student has finished speaking; the transcript is not complete.
    SpeechEnded,
    Idle,
}

pub const MOMENTS: [Moment; 8] = [
    Moment::MessageSent,
    Moment::MidAnswer,
    Moment::MidSpeech,
    Moment::TurnStored,
    Moment::AnswerEnded,
    Moment::SpeechEnded,
    Moment::AnswerBegun,
    Moment::Idle,
];

impl Moment {
    /// Lets the model stand still at this moment of its answer to `text`, whenever it is asked, until the plan is another.
    pub fn hold(self, text: &str) -> Option<Value> {
        let after = match self {
            Self::TurnStored => "turn",
            Self::AnswerBegun => "firstText",
            Self::MidAnswer => "chunks:6",
            _ => return None,
        };
        Some(json!({ "when": { "text": text, "after": after }, "do": { "delayMs": HOLD_MS }, "times": 9 }))
    }

    /// Whether the answer that was asked for cannot be there yet.
    pub fn is_before_the_end(self) -> bool {
        matches!(self, Self::TurnStored | Self::AnswerBegun | Self::MidAnswer)
    }

    /// Reads on until it has come, for what was written.
    pub async fn reached(self, stream: &mut Stream) {
        match self {
            Self::TurnStored => drop(stream.until("turn_stored").await),
            Self::AnswerBegun => drop(stream.until("ai_response_start").await),
            Self::MidAnswer => {
                for _ in 0..2 {
                    stream.until("ai_text_chunk").await;
                }
            }
            Self::AnswerEnded => drop(stream.answer().await),
            Self::MessageSent | Self::MidSpeech | Self::SpeechEnded | Self::Idle => {}
        }
    }
}
