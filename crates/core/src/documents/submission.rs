//! `submissions/{assignmentId}_{userId}`: what a student hands in for an assignment.

use serde::{Deserialize, Serialize};

use super::Conversation;
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

impl Submission {
    /// Of a student whose first conversation about the assignment begins now.
    #[must_use]
    pub fn begun(assignment: AssignmentId, user: UserId, conversation: ConversationId, now: Millis) -> Self {
        Self {
            assignment_id: assignment,
            user_id: user,
            conversation_id: conversation,
            state: SubmissionState::InProgress,
            started_at: now,
            submitted_at: None,
            late: false,
            score_completion: None,
            notes: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether a conversation of its student is one that the student had for the assignment, and not one of before, when
    /// the student was on the staff and tried it.
    #[must_use]
    pub fn counts(&self, conversation: &Conversation) -> bool {
        self.user_id == conversation.user_id
            && self.assignment_id == conversation.assignment_id
            && conversation.started_at >= self.started_at
    }

    /// Whether what ended at `closed_at` is late. Who began in time may finish, so this does not ask whether late ones are
    /// taken: that decides on whether one may begin.
    #[must_use]
    pub fn is_late(closed_at: Millis, due_at: Option<Millis>) -> bool {
        due_at.is_some_and(|due_at| closed_at > due_at)
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

impl SubmissionState {
    /// Whether staff may move a submission so. What is in progress is handed in by its student; what was handed in goes on
    /// only with its conversation, when that is opened again.
    #[must_use]
    pub fn may_be_graded(self, to: Self) -> bool {
        let judged = |state| matches!(state, Self::Submitted | Self::GradedComplete);
        self == to || (judged(self) && judged(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubmissionState::{GradedComplete, InProgress, Submitted};

    #[test]
    fn staff_grade_what_was_handed_in_and_nothing_else() {
        for (from, to, may) in [
            (InProgress, InProgress, true),
            (InProgress, Submitted, false),
            (InProgress, GradedComplete, false),
            (Submitted, InProgress, false),
            (Submitted, GradedComplete, true),
            (GradedComplete, Submitted, true),
            (GradedComplete, InProgress, false),
        ] {
            assert_eq!(from.may_be_graded(to), may, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn what_ends_after_it_was_due_is_late_and_without_a_day_nothing_is() {
        assert!(!Submission::is_late(Millis(10), None));
        assert!(!Submission::is_late(Millis(10), Some(Millis(10))));
        assert!(Submission::is_late(Millis(11), Some(Millis(10))));
    }
}
