//! `/api/assignments`

use mentora_core::documents::{
    AiConfig, Assignment, AssignmentMode, AssignmentStatus, DUE_BEFORE_START, Reference, Reminder,
    is_due_after_start,
};
use mentora_core::ids::{AssignmentId, CourseId, TopicId};
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;
use crate::rest::{Limit, UpdateAiConfig};

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
    /// What there is to read; up to 50.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub references: Vec<Reference>,
    /// When students are reminded of it; up to 10.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 10))]
    pub reminders: Vec<Reminder>,
    /// The rules of the dialogue.
    #[serde(default)]
    pub ai_config: AiConfig,
}

impl Ruled for CreateAssignment {
    fn offences(&self) -> Offences {
        // Without a start it begins when it is made, which is not known here.
        let due_after_start = self.start_at.is_none_or(|start| is_due_after_start(start, self.due_at));
        Offences::default()
            .trimmed("title", self.title.as_str(), limits::AssignmentTitle::RANGE)
            .chars("question", self.question.as_deref(), limits::Question::RANGE)
            .chars("prompt", self.prompt.as_str(), limits::Prompt::RANGE)
            .unless(due_after_start, "dueAt", || DUE_BEFORE_START)
            .each("references", &self.references)
            .count("references", self.references.len(), limits::MAX_REFERENCES)
            .each("reminders", &self.reminders)
            .count("reminders", self.reminders.len(), limits::MAX_REMINDERS)
            .within("aiConfig", &self.ai_config)
    }
}

/// `PATCH /api/assignments/{id}`: what is absent stays as it is. Conversations that are under way go on as they began.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateAssignment {
    /// The topic it stands under; `null` puts it under none.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<TopicId>))]
    pub topic_id: Option<Option<TopicId>>,
    /// 1 to 300 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::AssignmentTitle, inline))]
    pub title: Option<String>,
    /// What is argued; up to 2,000 characters. `null` takes the question away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Question>, inline))]
    pub question: Option<Option<String>>,
    /// Background for the tutor; up to 50,000 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Prompt, inline))]
    pub prompt: Option<String>,
    /// Whether the tutor answers at once.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = AssignmentMode))]
    pub mode: Option<AssignmentMode>,
    /// When it opens, ms.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Millis))]
    pub start_at: Option<Millis>,
    /// When it is due, ms; after it opens. `null` takes the date away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Millis>))]
    pub due_at: Option<Option<Millis>>,
    /// Whether it may be worked on after it was due.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub allow_late: Option<bool>,
    /// Whether a student may begin again.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub allow_resubmit: Option<bool>,
    /// What there is to read, all of it; up to 50.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Reference>, max_items = 50))]
    pub references: Option<Vec<Reference>>,
    /// When students are reminded of it, all of it; up to 10.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Reminder>, max_items = 10))]
    pub reminders: Option<Vec<Reminder>>,
    /// The rules of the dialogue: those that are named change, the others stay.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = UpdateAiConfig))]
    pub ai_config: Option<UpdateAiConfig>,
}

impl Ruled for UpdateAssignment {
    fn offences(&self) -> Offences {
        let (references, reminders) =
            (self.references.as_deref().unwrap_or_default(), self.reminders.as_deref().unwrap_or_default());
        // Whether it is due after it begins can depend on what is stored.
        Offences::default()
            .trimmed("title", self.title.as_deref(), limits::AssignmentTitle::RANGE)
            .chars("question", self.question.as_ref().and_then(Option::as_deref), limits::Question::RANGE)
            .chars("prompt", self.prompt.as_deref(), limits::Prompt::RANGE)
            .each("references", references)
            .count("references", references.len(), limits::MAX_REFERENCES)
            .each("reminders", reminders)
            .count("reminders", reminders.len(), limits::MAX_REMINDERS)
            .within("aiConfig", self.ai_config.as_ref())
    }
}

impl UpdateAssignment {
    /// The assignment with what is named here.
    #[must_use]
    pub fn applied_to(self, before: Assignment) -> Assignment {
        Assignment {
            topic_id: self.topic_id.unwrap_or(before.topic_id),
            title: self.title.map_or(before.title, |title| title.trim().to_owned()),
            question: self.question.unwrap_or(before.question),
            prompt: self.prompt.unwrap_or(before.prompt),
            mode: self.mode.unwrap_or(before.mode),
            start_at: self.start_at.unwrap_or(before.start_at),
            due_at: self.due_at.unwrap_or(before.due_at),
            allow_late: self.allow_late.unwrap_or(before.allow_late),
            allow_resubmit: self.allow_resubmit.unwrap_or(before.allow_resubmit),
            references: self.references.unwrap_or(before.references),
            reminders: self.reminders.unwrap_or(before.reminders),
            ai_config: match self.ai_config {
                Some(change) => change.applied_to(before.ai_config),
                None => before.ai_config,
            },
            ..before
        }
    }
}

/// Query of `DELETE /api/assignments/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteAssignment {
    /// Delete it though students have argued about it: conversations that are open end, and all stay readable.
    #[serde(default)]
    pub force: bool,
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
    use crate::body::offence_paths as paths;
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

    fn changed(json: &str) -> Assignment {
        let change: UpdateAssignment = crate::body::parse(json.as_bytes()).unwrap();
        change.applied_to(an_assignment(5, Some(9), false))
    }

    #[test]
    fn a_change_names_what_becomes_different_and_null_takes_away() {
        let before = an_assignment(5, Some(9), false);
        assert_eq!(changed("{}"), before);
        assert_eq!(changed(r#"{"title":" Why? "}"#), Assignment { title: "Why?".into(), ..before.clone() });
        assert_eq!(changed(r#"{"dueAt":null}"#), Assignment { due_at: None, ..before.clone() });
        let config = AiConfig { max_turns: 3, ..before.ai_config.clone() };
        assert_eq!(changed(r#"{"aiConfig":{"maxTurns":3}}"#), Assignment { ai_config: config, ..before });
    }

    #[test]
    fn a_change_is_held_to_the_ranges_of_what_it_names() {
        for wrong in
            ["title", "prompt", "mode", "startAt", "allowLate", "references", "reminders", "aiConfig"]
        {
            assert_eq!(paths::<UpdateAssignment>(&format!(r#"{{"{wrong}":null}}"#)), [wrong]);
        }
        let wrong = r#"{"title":" ","references":[{"type":"","title":"t","url":"u"}],"reminders":[{"daysBeforeDue":366}],"aiConfig":{"maxTurns":0}}"#;
        assert_eq!(
            paths::<UpdateAssignment>(wrong),
            ["title", "references[0].type", "reminders[0].daysBeforeDue", "aiConfig.maxTurns"]
        );
        let many = [r#"{"daysBeforeDue":1}"#; 11].join(",");
        assert_eq!(paths::<UpdateAssignment>(&format!(r#"{{"reminders":[{many}]}}"#)), ["reminders"]);
        assert_eq!(
            paths::<UpdateAssignment>(r#"{"courseId":"c","aiConfig":{"mood":1}}"#),
            ["courseId", "aiConfig.mood"]
        );
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
