//! `statistics/{assignmentId}/contributions/{conversationId}`: what one closed conversation adds to the statistics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::conversation::EndReason;
use super::turn::{Stance, Usage};
use crate::dialogue::Strategy;
use crate::ids::{AssignmentId, ConversationId, CourseId, UserId};
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// What one closed conversation adds to the statistics of its assignment. A document a conversation makes "counted once"
/// a precondition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Contribution {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What was argued.
    pub assignment_id: AssignmentId,
    /// The course of the assignment.
    pub course_id: CourseId,
    /// The student.
    pub user_id: UserId,
    /// Where the student stood at first.
    pub initial_stance: Stance,
    /// Where the student stood at last.
    pub final_stance: Stance,
    /// How often the tutor made each move.
    #[serde(default)]
    pub strategy_counts: BTreeMap<Strategy, u32>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// Turns of both.
    pub turns: u32,
    /// Time from its first to its last turn, ms.
    pub duration_ms: u64,
    /// Tokens over all turns.
    #[serde(default)]
    pub tokens: Usage,
    /// Cost over all turns, micro-credits.
    #[serde(default)]
    pub cost_micros: Micros,
    /// What the student said.
    #[serde(default)]
    pub words: Words,
    /// When it ended, ms.
    pub closed_at: Millis,
    /// When the conversation was removed, because its course keeps none for longer, ms. What it adds stays counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Millis>,
    /// When the document was made, ms; with the end of the conversation.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Contribution {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// How often each word was said, by the stance of the turn; the commonest 100 of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Words {
    /// In turns for it.
    pub pro: BTreeMap<String, u32>,
    /// In turns against it.
    pub con: BTreeMap<String, u32>,
    /// In the others.
    pub neutral: BTreeMap<String, u32>,
}
