//! `/api/assignments`

use mentora_core::documents::{
    AiConfig, Assignment, AssignmentMode, AssignmentStatus, DUE_BEFORE_START, is_due_after_start,
};
use mentora_core::ids::{AssignmentId, CourseId, TopicId};
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::rest::Limit;

/// `POST /api/assignments`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateAssignment {
    /// The course it belongs to.
    pub course_id: CourseId,
    /// The topic it stands under.
    #[serde(default)]
    pub topic_id: Option<TopicId>,
    /// 1 to 300 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::AssignmentTitle, inline))]
    pub title: String,
    /// What is argued; up to 2,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Question>, inline))]
    pub question: Option<String>,
    /// Background for the tutor; up to 50,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Prompt, inline))]
    pub prompt: String,
    /// Whether the tutor answers at once.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = "instant"))]
    pub mode: AssignmentMode,
    /// When it opens, ms; now when absent.
    #[serde(default)]
    pub start_at: Option<Millis>,
    /// When it is due, ms.
    #[serde(default)]
    pub due_at: Option<Millis>,
    /// Whether it may be worked on after it was due.
    #[serde(default)]
    pub allow_late: bool,
    /// Whether a student may begin again.
    #[serde(default)]
    pub allow_resubmit: bool,
    /// The rules of the dialogue.
    #[serde(default)]
    pub ai_config: AiConfig,
}

impl Ruled for CreateAssignment {
    fn offences(&self) -> Offences {
        // Without a start it begins when it is made, which is not known here.
        let due_after_start = self.start_at.is_none_or(|start| is_due_after_start(start, self.due_at));
        Offences::default()
            .chars("title", self.title.trim(), limits::AssignmentTitle::RANGE)
            .chars("question", self.question.as_deref(), limits::Question::RANGE)
            .chars("prompt", self.prompt.as_str(), limits::Prompt::RANGE)
            .unless(due_after_start, "dueAt", || DUE_BEFORE_START)
            .within("aiConfig", &self.ai_config)
    }
}

/// An assignment. Only staff see its prompts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AssignmentBody {
    /// Its id.
    pub id: AssignmentId,
    /// Its version.
    pub etag: Etag,
    /// The assignment.
    #[serde(flatten)]
    pub assignment: Assignment,
}

impl Resource for AssignmentBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
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

/// Query of `GET /api/assignments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAssignments {
    /// The course.
    #[cfg_attr(feature = "openapi", param(value_type = String))]
    pub course_id: CourseId,
    /// Only those that stand under this topic.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub topic_id: Option<TopicId>,
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
            references: Vec::new(),
            reminders: Vec::new(),
            created_by: UserId::new("teacher").unwrap(),
            ai_config: AiConfig { custom_system_prompt: Some("Be Kant.".into()), ..AiConfig::default() },
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    #[test]
    fn a_learner_does_not_see_what_steers_the_tutor() {
        let id = AssignmentId::new("a").unwrap();
        let body =
            AssignmentBody { id, etag: Etag(String::new()), assignment: an_assignment(0, None, false) };
        let seen = serde_json::to_string(&body.for_learner()).unwrap();
        assert!(!seen.contains("Kant"), "{seen}");
    }
}
