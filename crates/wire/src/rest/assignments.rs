//! `/api/assignments`

use mentora_core::documents::{AiConfig, Assignment, AssignmentMode};
use mentora_core::ids::{AssignmentId, CourseId, TopicId};
use mentora_core::limits::{MAX_ASSIGNMENT_TITLE_CHARS, MAX_PROMPT_CHARS, MAX_QUESTION_CHARS};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::body::{Body, Offences};
use crate::error::FieldError;
use crate::rest::Limit;

/// `POST /api/assignments`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateAssignment {
    /// The course it belongs to.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub course_id: CourseId,
    /// The topic it stands under.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub topic_id: Option<TopicId>,
    /// 1 to 300 characters.
    pub title: String,
    /// What is argued; up to 2,000 characters.
    #[serde(default)]
    pub question: Option<String>,
    /// Background for the tutor; up to 50,000 characters.
    #[serde(default)]
    pub prompt: String,
    /// Whether the tutor answers at once.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "instant"))]
    pub mode: AssignmentMode,
    /// When it opens, ms; now when absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub start_at: Option<Millis>,
    /// When it is due, ms.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub due_at: Option<Millis>,
    /// Whether it may be worked on after it was due.
    #[serde(default)]
    pub allow_late: bool,
    /// Whether a student may begin again.
    #[serde(default)]
    pub allow_resubmit: bool,
    /// The rules of the dialogue.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub ai_config: AiConfig,
}

impl Body for CreateAssignment {
    fn offences(&self) -> Vec<FieldError> {
        let due_after_start = match (self.start_at, self.due_at) {
            (Some(start), Some(due)) => due > start,
            _ => true,
        };
        let ai = &self.ai_config;
        Offences::default()
            .chars("title", self.title.trim(), 1..=MAX_ASSIGNMENT_TITLE_CHARS)
            .chars("question", self.question.as_deref().unwrap_or(""), 0..=MAX_QUESTION_CHARS)
            .chars("prompt", &self.prompt, 0..=MAX_PROMPT_CHARS)
            .unless(due_after_start, "dueAt", "is not after startAt")
            .unless((1..=200).contains(&ai.max_turns), "aiConfig.maxTurns", "1 to 200 are allowed")
            .unless(
                ai.response_delay_hours.is_finite() && (0.0..=720.0).contains(&ai.response_delay_hours),
                "aiConfig.responseDelayHours",
                "0 to 720 hours are allowed",
            )
            .unless(
                ai.time_limit_minutes.is_none_or(|m| (1..=1440).contains(&m)),
                "aiConfig.timeLimitMinutes",
                "1 to 1440 minutes are allowed",
            )
            .list()
    }
}

/// An assignment. Only staff see its prompts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AssignmentBody {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: AssignmentId,
    /// The assignment.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub assignment: Assignment,
}

impl AssignmentBody {
    /// The assignment as a student may see it: without what steers the tutor.
    #[must_use]
    pub fn for_learner(mut self) -> Self {
        self.assignment.prompt.clear();
        self.assignment.ai_config.custom_system_prompt = None;
        self.assignment.ai_config.dialectical_config.custom_prompts.clear();
        self
    }
}

/// Where an assignment stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssignmentStatus {
    /// It has not begun.
    Scheduled,
    /// It may be worked on.
    Active,
    /// It was due, and is not taken late.
    Closed,
}

impl AssignmentStatus {
    /// Where `assignment` stands at `now`.
    #[must_use]
    pub fn of(assignment: &Assignment, now: Millis) -> Self {
        let due = assignment.due_at.is_some_and(|due| due <= now);
        if now < assignment.start_at {
            Self::Scheduled
        } else if due && !assignment.allow_late {
            Self::Closed
        } else {
            Self::Active
        }
    }
}

/// Query of `GET /api/assignments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAssignments {
    /// The course.
    #[cfg_attr(feature = "openapi", param(value_type = String))]
    pub course_id: CourseId,
    /// Only those that stand so.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub status: Option<AssignmentStatus>,
    /// 1 to 100; 20 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 100))]
    pub limit: Limit,
    /// `nextCursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use mentora_core::ids::UserId;

    fn an_assignment(start_at: i64, due_at: Option<i64>, allow_late: bool) -> Assignment {
        Assignment {
            course_id: CourseId::new("c").unwrap(),
            topic_id: None,
            title: "Is lying ever right?".into(),
            question: None,
            prompt: "Know Kant.".into(),
            mode: AssignmentMode::Instant,
            start_at: Millis(start_at),
            due_at: due_at.map(Millis),
            allow_late,
            allow_resubmit: false,
            created_by: UserId::new("teacher").unwrap(),
            ai_config: AiConfig { custom_system_prompt: Some("Be Kant.".into()), ..AiConfig::default() },
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    #[test]
    fn an_assignment_is_scheduled_then_active_then_closed() {
        use AssignmentStatus::{Active, Closed, Scheduled};
        for (start, due, late, status) in [
            (11, None, false, Scheduled),
            (10, None, false, Active),
            (0, Some(11), false, Active),
            (0, Some(10), false, Closed),
            (0, Some(10), true, Active),
        ] {
            assert_eq!(AssignmentStatus::of(&an_assignment(start, due, late), Millis(10)), status);
        }
    }

    #[test]
    fn a_learner_does_not_see_what_steers_the_tutor() {
        let id = AssignmentId::new("a").unwrap();
        let body = AssignmentBody { id, assignment: an_assignment(0, None, false) };
        let seen = serde_json::to_string(&body.for_learner()).unwrap();
        assert!(!seen.contains("Kant"), "{seen}");
    }
}
