//! `submissions/{assignmentId}_{userId}`: what a student hands in for an assignment.

use serde::{Deserialize, Serialize};

use crate::ids::{AssignmentId, ConversationId, UserId};
use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A submission: one a student and assignment, however often the student begins again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    /// What it is handed in for.
    pub assignment_id: AssignmentId,
    /// The student.
    pub user_id: UserId,
    /// The conversation that counts: the latest one.
    pub conversation_id: ConversationId,
    /// How far it is.
    pub state: SubmissionState,
    /// When the student first began, ms.
    pub started_at: Millis,
    /// When it was handed in, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Millis>,
    /// Whether it was handed in after it was due.
    #[serde(default)]
    pub late: bool,
    /// How much of the assignment was done, 0 to 100 percent, as staff judge it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Completion>, inline))]
    pub score_completion: Option<f64>,
    /// What staff say to it; up to 5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Notes>, inline))]
    pub notes: Option<String>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Submission {
    fn offences(&self) -> Offences {
        Offences::default().number("scoreCompletion", self.score_completion, limits::Completion::RANGE).chars(
            "notes",
            self.notes.as_deref(),
            limits::Notes::RANGE,
        )
    }
}

/// How far a submission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubmissionState {
    /// The student argues.
    InProgress,
    /// It was handed in.
    Submitted,
    /// Staff have judged it.
    GradedComplete,
}
