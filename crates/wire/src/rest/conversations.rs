//! `/api/conversations`

use std::collections::BTreeMap;

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{Conversation, ConversationState, EndReason, Stance, Turn};
use mentora_core::ids::{AssignmentId, ConversationId, UserId};
use mentora_core::limits::{self, MAX_CLIENT_MESSAGE_ID_CHARS};
use mentora_core::prompts::PromptEdits;
use mentora_core::prompts::edits::offences_of_edits;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::etag::Resource;
use crate::rest::Limit;
use crate::stream::{AudioMode, Seq, StreamRole};

/// `POST /api/conversations`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateConversation {
    /// What is to be argued.
    pub assignment_id: AssignmentId,
    /// Sections of the prompt in the student's own words, each of 2,000 characters at most, where the assignment allows it
    /// (`allowStudentPromptEdit`) and has not locked them: `persona`, `speech`, `thinking`. A conversation
    /// that is open already keeps what it began with.
    #[serde(default, skip_serializing_if = "PromptEdits::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = mentora_core::prompts::edits::schema::Edits, inline, required = false))]
    pub prompt_edits: PromptEdits,
}

impl Ruled for CreateConversation {
    fn offences(&self) -> Offences {
        Offences::default().with("promptEdits", offences_of_edits(&self.prompt_edits))
    }
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationBody {
    /// Its id.
    pub id: ConversationId,
    /// The conversation; without its turns in a list.
    #[serde(flatten)]
    pub conversation: Conversation,
    /// The answer that is to come, where the tutor answers later; not told in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingBody>,
}

impl Resource for ConversationBody {}

/// Answer to `POST /api/conversations`: the open one, or a fresh one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreatedConversation {
    /// Whether it was made by this request.
    pub created: bool,
    /// The conversation.
    #[serde(flatten)]
    pub conversation: ConversationBody,
}

impl Resource for CreatedConversation {}

/// `POST /api/conversations/{id}/turns`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PostTurn {
    /// 1 to 20,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Message, inline))]
    pub text: String,
    /// The caller's own id of the message: sent twice, it is one turn.
    pub client_message_id: String,
}

impl Ruled for PostTurn {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("text", self.text.as_str(), limits::Message::RANGE)
            .unless(self.text.is_empty() || !self.text.trim().is_empty(), "text", || "says nothing")
            .chars("clientMessageId", self.client_message_id.as_str(), 1..=MAX_CLIENT_MESSAGE_ID_CHARS)
    }
}

/// The move chosen for a student's turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DecisionBody {
    /// The move.
    #[cfg_attr(feature = "openapi", schema(example = "challenge"))]
    pub strategy: Strategy,
    /// Why.
    pub reason: String,
}

/// Answer to `POST /api/conversations/{id}/turns`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TurnAnswer {
    /// The student's turn, stored.
    pub user_turn: Turn,
    /// The tutor's turn; absent when it is still being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai_turn: Option<Turn>,
    /// The move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionBody>,
    /// Where the dialogue stands.
    #[cfg_attr(feature = "openapi", schema(example = "awaiting_followup"))]
    pub state: ConversationState,
    /// The tutor answers later: when. The status is `202` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingBody>,
}

impl Resource for TurnAnswer {}

/// An answer that is to come later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PendingBody {
    /// When it is due, ms.
    pub due_at: Millis,
}

/// `POST /api/conversations/{id}/end`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EndConversation {
    /// Why, in the caller's own words; up to 500 characters. Kept in the log only.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::StopReason>, inline))]
    pub reason: Option<String>,
}

impl Ruled for EndConversation {
    fn offences(&self) -> Offences {
        Offences::default().chars("reason", self.reason.as_deref(), limits::StopReason::RANGE)
    }
}

/// Answer to `GET /api/conversations/{id}/summary`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SummaryBody {
    /// What came of it: where it began, what changed, what stays open, in the student's language. In the first seconds, and
    /// where the text model fails, the student's first and last words.
    pub summary: String,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// When it ended, ms.
    pub closed_at: Millis,
    /// Where the student stood at first.
    pub initial_stance: Stance,
    /// Where the student stood at last.
    pub final_stance: Stance,
    /// Turns of both.
    pub turns: u32,
    /// Time from its first to its last turn, ms.
    #[cfg_attr(feature = "openapi", schema(value_type = u64, format = Int64))]
    pub duration_ms: u64,
    /// How often the tutor made each move.
    pub strategy_counts: BTreeMap<Strategy, u32>,
}

impl Resource for SummaryBody {}

/// Query of `GET /api/conversations/{id}/transcript`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TranscriptQuery {
    /// `json` (unless told), `txt` to read, or `vtt`: captions with times.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<TranscriptFormat>, inline))]
    pub format: TranscriptFormat,
}

/// How a transcript comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TranscriptFormat {
    /// For programs.
    #[default]
    Json,
    /// To read.
    Txt,
    /// WebVTT: captions with times.
    Vtt,
}

/// Answer to `POST /api/conversations/{id}/stream/tickets`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TicketBody {
    /// Opens one stream, once.
    pub ticket: String,
    /// When it runs out, ms: 60 s from now.
    pub expires_at: Millis,
}

impl Resource for TicketBody {}

/// Query of `GET /api/conversations`: the caller's own; staff may ask for everybody's of an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListConversations {
    /// Only those about this assignment. Staff of its course get everybody's, all others their own.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub assignment_id: Option<AssignmentId>,
    /// Only those of this student; another than the caller only with `assignmentId`, and only for staff.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub user_id: Option<UserId>,
    /// Only those that stand so.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub state: Option<ConversationState>,
    /// 1 to 100; 20 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 100))]
    pub limit: Limit,
    /// `nextCursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Query of `GET /api/conversations/{id}/stream`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StreamQuery {
    /// The last `seq` seen: what came after it is sent again.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u64>))]
    pub cursor: Option<Seq>,
    /// `speaker` or `listener`; the most that the ticket allows unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub role: Option<StreamRole>,
    /// How the tutor's audio comes: `none` (unless told), `base64` or `binary`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub audio: AudioMode,
    /// A ticket, for clients that can set neither subprotocols nor headers.
    #[serde(default)]
    pub ticket: Option<String>,
}
