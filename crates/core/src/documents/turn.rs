//! One contribution to a conversation, as it is stored with it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::assignment::Analyser;
use crate::dialogue::{Alternative, Decision, Features, Lexical, Strategy};
use crate::ids::TurnId;
use crate::limits;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A turn. What was said never changes once stored; what it cost may be learnt a moment later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    /// Deterministic: conversation and index.
    pub id: TurnId,
    /// Place in the conversation, from 0.
    pub index: u32,
    /// Who speaks.
    pub speaker: Speaker,
    /// What it is to the dialogue.
    #[serde(rename = "type")]
    pub kind: TurnType,
    /// Written or spoken.
    pub modality: Modality,
    /// What was said; of a tutor who was interrupted, what was heard. Up to 20,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::TurnText, inline))]
    pub text: String,
    /// All that the tutor had generated, when that is more than was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated_text: Option<String>,
    /// Whether the tutor was cut short, by the student or by a failure.
    #[serde(default)]
    pub truncated: bool,
    /// How much of the answer was played, in milliseconds, when it was cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::DurationMs>, inline))]
    pub heard_ms: Option<i64>,
    /// What the student's turn was taken for; on a tutor's turn, the move it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Analysis>,
    /// What was metered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What it cost, micro-credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<Micros>,
    /// How long the student waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// The client's own id of the message, by which a repeated one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// Version of the prompts that made it; of a tutor's turn only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_version: Option<String>,
    /// The model that made it; of a tutor's turn only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// When it was stored, ms.
    pub created_at: Millis,
    /// `hash` of the turn before; empty for the first.
    pub prev_hash: String,
    /// SHA-256 over what was said, chained; see [`Turn::seal`].
    pub hash: String,
}

impl Ruled for Turn {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("text", self.text.as_str(), limits::TurnText::RANGE)
            .number("heardMs", self.heard_ms, limits::DurationMs::RANGE)
            .within("latency", self.latency.as_ref())
    }
}

impl Turn {
    /// Chains the turn to the one before it. The hash covers who said what and when, and deliberately not what it
    /// cost: usage is learnt after the turn was acknowledged.
    #[must_use]
    pub fn seal(mut self, prev_hash: &str) -> Self {
        self.prev_hash = prev_hash.to_owned();
        self.hash = self.digest();
        self
    }

    /// Whether the turn says what it said when it was sealed.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.hash == self.digest()
    }

    fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        let said = (&self.prev_hash, &self.id, self.index, self.speaker, self.kind, self.modality);
        let heard = (&self.text, &self.generated_text, self.truncated, self.heard_ms, self.created_at);
        // A tuple of plain values serialises; were it ever not to, the digest is that of nothing and says so.
        hasher.update(serde_json::to_vec(&(said, heard)).unwrap_or_default());
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The owner of the conversation.
    Student,
    /// The AI tutor.
    Tutor,
}

/// What a turn is to the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TurnType {
    /// The question itself.
    Topic,
    /// The student's first position.
    Idea,
    /// The tutor's question against it.
    Counterpoint,
    /// The student's answer to that.
    Followup,
    /// A closing word.
    Summary,
}

/// Written or spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// Written.
    Text,
    /// Spoken; the text is a transcript.
    Voice,
}

/// What a turn was taken for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// Where the student stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance: Option<Stance>,
    /// The move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Why that move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// The other moves that were allowed, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// What has measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analyser: Option<Analyser>,
    /// Version of the word lists and of the rule by which the move follows from what was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analyser_version: Option<u32>,
}

impl From<&Decision> for Analysis {
    fn from(decision: &Decision) -> Self {
        Self {
            stance: Some(decision.stance),
            strategy: Some(decision.strategy),
            reason: Some(decision.reason.clone()),
            features: Some(decision.features),
            alternatives: decision.alternatives.clone(),
            analyser: Some(decision.analyser),
            analyser_version: Some(Lexical::VERSION),
        }
    }
}

/// Where a student stands on the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// For it, without reserve.
    ProStrong,
    /// For it, with reserve.
    ProWeak,
    /// Weighs both.
    Neutral,
    /// Against it, with reserve.
    ConWeak,
    /// Against it, without reserve.
    ConStrong,
    /// Cannot be told.
    Undetermined,
}

/// Tokens by modality of one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct TokenCounts {
    /// Text tokens.
    pub text: u64,
    /// Audio tokens: 25 a second.
    pub audio: u64,
    /// Of the input, those of images and video; 0 for output.
    pub image: u64,
    /// Of the input, those served from cache; 0 for output.
    pub cached: u64,
    /// Of the output, those the model thought with; 0 for input.
    pub thoughts: u64,
}

/// What one turn was metered at: the last report of the turn, never a sum of its reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// The whole context, which is billed again each turn.
    pub input: TokenCounts,
    /// This turn's answer.
    pub output: TokenCounts,
}

impl Usage {
    /// Sums usage over turns.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let sum = |a: TokenCounts, b: TokenCounts| TokenCounts {
            text: a.text.saturating_add(b.text),
            audio: a.audio.saturating_add(b.audio),
            image: a.image.saturating_add(b.image),
            cached: a.cached.saturating_add(b.cached),
            thoughts: a.thoughts.saturating_add(b.thoughts),
        };
        Self { input: sum(self.input, other.input), output: sum(self.output, other.output) }
    }
}

/// How long the student waited, from the end of the student's turn, in milliseconds.
// Our own share is `askedMs` without `openingMs`. From the model's word to the student's screen it takes a single event of
// the server, in which the platform's clock stands still: what that takes cannot be measured from within, and is not
// claimed here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// Until the model was first asked; without `openingMs`, our own share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::DurationMs>, inline))]
    pub asked_ms: Option<i64>,
    /// How much of that the opening of the model's session took, tries in vain included; absent when it was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::DurationMs>, inline))]
    pub opening_ms: Option<i64>,
    /// Until the first text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::DurationMs>, inline))]
    pub first_text_ms: Option<i64>,
    /// Until the first audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::DurationMs>, inline))]
    pub first_audio_ms: Option<i64>,
    /// Until the answer was complete.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::DurationMs, inline))]
    pub total_ms: i64,
}

impl Ruled for Latency {
    fn offences(&self) -> Offences {
        Offences::default()
            .number("askedMs", self.asked_ms, limits::DurationMs::RANGE)
            .number("openingMs", self.opening_ms, limits::DurationMs::RANGE)
            .number("firstTextMs", self.first_text_ms, limits::DurationMs::RANGE)
            .number("firstAudioMs", self.first_audio_ms, limits::DurationMs::RANGE)
            .number("totalMs", self.total_ms, limits::DurationMs::RANGE)
    }
}
