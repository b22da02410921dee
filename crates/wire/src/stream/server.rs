//! Frames to a client.

use mentora_core::dialogue::{Alternative, Features, Strategy};
use mentora_core::documents::{ConversationState, EndReason, SessionState, Speaker, TokenCounts, Turn};
use mentora_core::ids::{ConversationId, TurnId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::{Seq, StreamRole};
use crate::error::ErrorCode;

/// An event of a conversation: seen by all its clients, numbered, replayed after a cursor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// What the session is doing.
    SessionState {
        /// Now.
        session: SessionState,
    },
    /// The student's turn is durable; nothing after this can lose it.
    TurnStored {
        /// The turn.
        turn: Turn,
    },
    /// The move chosen for a student's turn.
    Decision {
        /// The student's turn.
        turn_id: TurnId,
        /// The move.
        strategy: Strategy,
        /// Why.
        reason: String,
        /// What was measured; staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        features: Option<Features>,
        /// What else could have been done; staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alternatives: Option<Vec<Alternative>>,
    },
    /// Speech as text.
    Transcription {
        /// The turn it belongs to, or will belong to.
        turn_id: TurnId,
        /// Who speaks.
        speaker: Speaker,
        /// All of it so far.
        text: String,
        /// Whether it will change no more.
        is_final: bool,
    },
    /// The tutor begins to answer.
    AiResponseStart {
        /// The tutor's turn.
        turn_id: TurnId,
        /// Its index, by which binary audio names it.
        turn_index: u32,
        /// The move it makes.
        strategy: Strategy,
    },
    /// More of the answer.
    AiTextChunk {
        /// The tutor's turn.
        turn_id: TurnId,
        /// To be appended as it is.
        text: String,
    },
    /// The student broke in: playback queues are flushed at once.
    Interrupted {
        /// The tutor's turn.
        turn_id: TurnId,
        /// How much was heard, ms.
        heard_ms: i64,
    },
    /// The answer is complete and stored.
    AiResponseEnd {
        /// The turn.
        turn: Turn,
    },
    /// What an answer was metered at.
    TokenUsage {
        /// The tutor's turn.
        turn_id: TurnId,
        /// The whole context.
        input: TokenCounts,
        /// The answer.
        output: TokenCounts,
        /// What it cost.
        cost_micros: Micros,
        /// What the conversation cost so far.
        total_cost_micros: Micros,
        /// What the next turn may cost at most.
        next_turn_estimate_micros: Micros,
    },
    /// What is left after an answer was paid for.
    Credits {
        /// The wallet that pays.
        wallet_id: WalletId,
        /// What is in it.
        balance_micros: Micros,
        /// Whether that is little.
        low: bool,
    },
    /// Where the dialogue stands.
    StateChange {
        /// Now.
        state: ConversationState,
        /// Why, when it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<EndReason>,
        /// When the time of the conversation is over, ms; told once, when little of it is left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_at: Option<Millis>,
    },
    /// The student's turn is stored, and the tutor answers later.
    PendingResponse {
        /// When, ms.
        due_at: Millis,
    },
    /// The conversation has ended.
    ConversationEnded {
        /// Why.
        reason: EndReason,
        /// What came of it.
        summary: String,
    },
    /// Something went wrong that all should know.
    Error(ErrorFrame),
}

impl Event {
    /// Its `type`, by which server-sent events name it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SessionState { .. } => "session_state",
            Self::TurnStored { .. } => "turn_stored",
            Self::Decision { .. } => "decision",
            Self::Transcription { .. } => "transcription",
            Self::AiResponseStart { .. } => "ai_response_start",
            Self::AiTextChunk { .. } => "ai_text_chunk",
            Self::Interrupted { .. } => "interrupted",
            Self::AiResponseEnd { .. } => "ai_response_end",
            Self::TokenUsage { .. } => "token_usage",
            Self::Credits { .. } => "credits",
            Self::StateChange { .. } => "state_change",
            Self::PendingResponse { .. } => "pending_response",
            Self::ConversationEnded { .. } => "conversation_ended",
            Self::Error(_) => "error",
        }
    }
}

/// Something went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorFrame {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Whether the conversation can go on.
    pub recoverable: bool,
    /// When we shall try again, ms from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_in_ms: Option<i64>,
    /// The message that it is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// What is lacking, when it is credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Shortage>,
}

/// A wallet cannot pay the next answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shortage {
    /// What the answer may cost at most.
    pub required_micros: Micros,
    /// What is in the wallet and not held for other answers.
    pub available_micros: Micros,
    /// The wallet.
    pub wallet_id: WalletId,
}

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sequenced {
    /// Its place.
    pub seq: Seq,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// A frame to one connection, without a place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum PrivateFrame {
    /// The first frame of a connection, and again when its role changes.
    Connected {
        /// The conversation.
        conversation_id: ConversationId,
        /// This connection.
        session_id: String,
        /// What it is to the conversation.
        role: StreamRole,
        /// Where the dialogue stands.
        state: ConversationState,
        /// What the session is doing.
        session: SessionState,
        /// The newest event.
        cursor: Seq,
        /// Events from here on follow.
        replay_from: Seq,
        /// What the audio is like.
        audio: AudioFormat,
        /// Our clock.
        now: Millis,
    },
    /// One chunk of the tutor's audio.
    AiAudioChunk {
        /// The tutor's turn.
        turn_id: TurnId,
        /// Base64 of PCM16LE, 24 kHz, mono.
        data: String,
    },
    /// A frame of this connection was not understood or not possible.
    Error(ErrorFrame),
    /// Answer to `ping`.
    Pong {},
}

impl PrivateFrame {
    /// Its `type`, by which server-sent events name it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "connected",
            Self::AiAudioChunk { .. } => "ai_audio_chunk",
            Self::Error(_) => "error",
            Self::Pong {} => "pong",
        }
    }
}

/// What the audio is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioFormat {
    /// What the model listens at, Hz; other rates are resampled by it.
    pub input_sample_rate: u32,
    /// What the tutor speaks at, Hz.
    pub output_sample_rate: u32,
    /// `pcm`.
    pub encoding: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_bears_its_type_and_its_place() {
        let event = Event::SessionState { session: SessionState::UserSpeaking };
        let json = serde_json::to_value(Sequenced { seq: Seq(9), event }).unwrap();
        assert_eq!(json, serde_json::json!({"seq": 9, "type": "session_state", "session": "user_speaking"}));
    }

    #[test]
    fn an_event_comes_back_from_the_log_as_it_went() {
        let error = ErrorFrame {
            code: ErrorCode::UpstreamUnavailable,
            message: "x".into(),
            recoverable: true,
            retry_in_ms: Some(5),
            client_message_id: None,
            details: None,
        };
        let sequenced = Sequenced { seq: Seq(1), event: Event::Error(error) };
        let text = serde_json::to_string(&sequenced).unwrap();
        assert_eq!(serde_json::from_str::<Sequenced>(&text).unwrap(), sequenced);
    }
}
