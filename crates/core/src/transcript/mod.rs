//! A conversation to read, and as captions.
//!
//! What is shown is what was heard: of an answer that was broken into, the part that the student heard or read, marked as
//! cut short. Nothing tells who the student is.
//!
//! # Layout
//! - `text`: to read
//! - `captions`: WebVTT

mod captions;
mod text;

use serde::Serialize;

use crate::documents::{Conversation, EndReason, Modality, Speaker, Turn};
use crate::ids::ConversationId;
use crate::time::Millis;

/// What was said in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Transcript {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Title of the assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What was argued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// When it began, ms.
    pub started_at: Millis,
    /// When it ended, ms; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Millis>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// What was said, in order.
    pub lines: Vec<Line>,
}

/// A turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Place in the conversation, from 0.
    pub index: u32,
    /// Who speaks.
    pub speaker: Speaker,
    /// Written or spoken.
    pub modality: Modality,
    /// When, ms from the first turn.
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub at_ms: i64,
    /// What was said, as far as it was heard.
    pub text: String,
    /// Whether it was cut short.
    pub truncated: bool,
}

impl Transcript {
    /// The transcript of a conversation; `about` are title and question of its assignment, as long as that is there.
    #[must_use]
    pub fn of(id: &ConversationId, conversation: &Conversation, about: Option<(&str, Option<&str>)>) -> Self {
        let begun = conversation.turns.first().map_or(Millis(0), |turn| turn.created_at);
        Self {
            conversation_id: id.clone(),
            title: about.map(|(title, _)| title.to_owned()),
            question: about.and_then(|(_, question)| question).map(str::to_owned),
            started_at: conversation.started_at,
            closed_at: conversation.closed_at,
            end_reason: conversation.end_reason,
            lines: conversation.turns.iter().map(|turn| Line::of(turn, begun)).collect(),
        }
    }

    /// To read: who said what, and when.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// As WebVTT: a cue a turn, from when it was said until the next, or as long as it takes to read.
    #[must_use]
    pub fn to_captions(&self) -> String {
        captions::render(self)
    }
}

impl Line {
    fn of(turn: &Turn, begun: Millis) -> Self {
        Self {
            index: turn.index,
            speaker: turn.speaker,
            modality: turn.modality,
            at_ms: turn.created_at.since(begun).max(0),
            text: turn.text.clone(),
            truncated: turn.truncated,
        }
    }
}

/// How a speaker is called.
const fn name(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Student => "Student",
        Speaker::Tutor => "Tutor",
    }
}

/// `01:02:03`, of milliseconds.
fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
