//! `streamingSessions/{sessionId}`: one opening of the model's Live API for a conversation.

use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, UserId};
use crate::limits;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// An opening of the Live API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamingSession {
    /// The conversation it is for.
    pub conversation_id: ConversationId,
    /// The student.
    pub user_id: UserId,
    /// What it is doing.
    pub state: SessionState,
    /// The model's handle to resume it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gemini_session_id: Option<String>,
    /// What the student's audio is like; absent while only text was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_config: Option<SessionAudio>,
    /// What it used so far.
    #[serde(default)]
    pub token_usage: SessionUsage,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// When it was opened, ms.
    pub started_at: Millis,
    /// When something last went through it, ms.
    pub last_activity_at: Millis,
    /// When it was closed, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for StreamingSession {
    fn offences(&self) -> Offences {
        Offences::default().within("audioConfig", self.audio_config.as_ref())
    }
}

/// What a session is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Reaching for the model.
    Connecting,
    /// Waiting for the student.
    Active,
    /// The student speaks.
    UserSpeaking,
    /// The tutor thinks or speaks.
    AiResponding,
    /// Nothing is open; the next turn opens it.
    #[default]
    Paused,
    /// The model cannot be reached.
    Error,
    /// The conversation has ended.
    Closed,
}

/// What the student's audio is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionAudio {
    /// 8,000 to 48,000 Hz.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::SampleRate, inline))]
    pub sample_rate: u32,
    /// How samples are written.
    pub encoding: AudioEncoding,
    /// 1.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Channels, inline))]
    pub channels: u8,
}

impl Ruled for SessionAudio {
    fn offences(&self) -> Offences {
        Offences::default().number("sampleRate", self.sample_rate, limits::SampleRate::RANGE).number(
            "channels",
            self.channels,
            limits::Channels::RANGE,
        )
    }
}

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AudioEncoding {
    /// 16 bits, little endian.
    Pcm,
}

/// What a session used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SessionUsage {
    /// Tokens that went in, of all modalities.
    pub input: u64,
    /// Tokens that came out, of all modalities, thoughts included.
    pub output: u64,
    /// What they cost by the price table, micro-credits. The ledger says what was charged.
    pub estimated_cost: Micros,
}
