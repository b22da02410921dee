//! `assignments/{assignmentId}`: the question, and the rules of the dialogue about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dialogue::Strategy;
use crate::ids::{CourseId, TopicId, UserId};
use crate::limits;
use crate::prompts::edits::offences_of_locks;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// An assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// The course it belongs to.
    pub course_id: CourseId,
    /// The topic it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<TopicId>,
    /// 1 to 300 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::AssignmentTitle, inline))]
    pub title: String,
    /// What is argued; up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Question>, inline))]
    pub question: Option<String>,
    /// Background for the tutor; up to 50,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Prompt, inline))]
    pub prompt: String,
    /// Whether the tutor answers at once.
    #[serde(default)]
    pub mode: AssignmentMode,
    /// When it opens, ms.
    pub start_at: Millis,
    /// When it is due, ms; after it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Millis>,
    /// Whether it may be worked on after it was due.
    #[serde(default)]
    pub allow_late: bool,
    /// Whether a student may begin again.
    #[serde(default)]
    pub allow_resubmit: bool,
    /// What there is to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// When students are reminded of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// Who made it.
    pub created_by: UserId,
    /// The rules of the dialogue.
    #[serde(default)]
    pub ai_config: AiConfig,
    /// When it was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Assignment {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("title", self.title.as_str(), limits::AssignmentTitle::RANGE)
            .chars("question", self.question.as_deref(), limits::Question::RANGE)
            .chars("prompt", self.prompt.as_str(), limits::Prompt::RANGE)
            .unless(is_due_after_start(self.start_at, self.due_at), "dueAt", || DUE_BEFORE_START)
            .each("references", &self.references)
            .each("reminders", &self.reminders)
            .within("aiConfig", &self.ai_config)
    }
}

/// What is wrong with an assignment that ends before it begins.
pub const DUE_BEFORE_START: &str = "is not after startAt";

/// Whether there is a time in which it may be worked on.
#[must_use]
pub fn is_due_after_start(start_at: Millis, due_at: Option<Millis>) -> bool {
    due_at.is_none_or(|due| due > start_at)
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

/// Something to read before arguing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// What kind of thing it is, as `article` or `video`; 1 to 50 characters.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::ReferenceKind, inline))]
    pub kind: String,
    /// 1 to 300 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::ReferenceTitle, inline))]
    pub title: String,
    /// Where it is; 1 to 2,048 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Url, inline))]
    pub url: String,
}

impl Ruled for Reference {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("type", self.kind.as_str(), limits::ReferenceKind::RANGE)
            .chars("title", self.title.as_str(), limits::ReferenceTitle::RANGE)
            .chars("url", self.url.as_str(), limits::Url::RANGE)
    }
}

/// When students who have not begun are reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reminder {
    /// Days before it is due, 0 to 365.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::ReminderDays, inline))]
    pub days_before_due: u32,
}

impl Ruled for Reminder {
    fn offences(&self) -> Offences {
        Offences::default().number("daysBeforeDue", self.days_before_due, limits::ReminderDays::RANGE)
    }
}

/// Whether the tutor answers at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssignmentMode {
    /// At once.
    #[default]
    Instant,
    /// After `aiConfig.responseDelayHours`.
    Delayed,
}

/// The rules of a dialogue. Every field has a default, so an assignment without one is a plain Socratic dialogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AiConfig {
    /// The id of a built-in persona or one of the course.
    pub persona: String,
    /// Staff's own instructions, up to 20,000 characters; students never see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::CustomSystemPrompt>, inline))]
    pub custom_system_prompt: Option<String>,
    /// Which moves, how heavy, in which words.
    pub dialectical_config: DialecticalConfig,
    /// Turns of the student after which the conversation ends, 1 to 200.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::MaxTurns, inline))]
    pub max_turns: u32,
    /// Whether it may end by its content.
    pub auto_terminate: bool,
    /// Hours until the tutor answers, 0 to 720; 0 is at once.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::ResponseDelayHours, inline))]
    pub response_delay_hours: f64,
    /// Whether students may write sections of the prompt themselves when they begin: `persona`, `speech`,
    /// `thinking`.
    pub allow_student_prompt_edit: bool,
    /// Sections of the prompt that students may not write even so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::prompts::edits::schema::SectionName>, inline))]
    pub locked_prompt_sections: Vec<String>,
    /// The tutor's voice; the persona's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// BCP 47 language of the dialogue, 2 to 35 characters; the student's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::LanguageTag>, inline))]
    pub language: Option<String>,
    /// What reads the student's turns.
    pub analyser: Analyser,
    /// Minutes after the student's first turn after which the conversation ends, 1 to 1,440.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::TimeLimitMinutes>, inline))]
    pub time_limit_minutes: Option<u32>,
}

impl Default for AiConfig {
    fn default() -> Self {
        Self {
            persona: "socratic-default".into(),
            custom_system_prompt: None,
            dialectical_config: DialecticalConfig::default(),
            max_turns: 20,
            auto_terminate: true,
            response_delay_hours: 0.0,
            allow_student_prompt_edit: false,
            locked_prompt_sections: Vec::new(),
            voice: None,
            language: None,
            analyser: Analyser::default(),
            time_limit_minutes: None,
        }
    }
}

impl Ruled for AiConfig {
    fn offences(&self) -> Offences {
        let offences = Offences::default()
            .number("maxTurns", self.max_turns, limits::MaxTurns::RANGE)
            .number("responseDelayHours", self.response_delay_hours, limits::ResponseDelayHours::RANGE)
            .chars("language", self.language.as_deref(), limits::LanguageTag::RANGE)
            .number("timeLimitMinutes", self.time_limit_minutes, limits::TimeLimitMinutes::RANGE)
            .chars(
                "customSystemPrompt",
                self.custom_system_prompt.as_deref(),
                limits::CustomSystemPrompt::RANGE,
            )
            .within("dialecticalConfig", &self.dialectical_config);
        offences_of_locks(offences, "lockedPromptSections", &self.locked_prompt_sections)
    }
}

/// What reads the student's turns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Analyser {
    /// Word lists and counts, in this crate.
    #[default]
    Lexical,
    /// Gemini with structured output, within a deadline.
    Gemini,
}

/// Which moves the tutor may make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct DialecticalConfig {
    /// The moves that may be chosen; continue and conclude always may.
    pub enabled_strategies: Vec<Strategy>,
    /// Factor on a move's score; 1 when absent.
    pub strategy_weights: BTreeMap<Strategy, f64>,
    /// Guidance that replaces the built-in one of a move; each of 2,000 characters at most.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<Strategy, limits::MovePrompt>))]
    pub custom_prompts: BTreeMap<Strategy, String>,
}

impl Ruled for DialecticalConfig {
    fn offences(&self) -> Offences {
        offences_of_prompts(&self.custom_prompts)
    }
}

/// Checks the length of guidance that replaces the built-in one.
#[must_use]
pub fn offences_of_prompts(prompts: &BTreeMap<Strategy, String>) -> Offences {
    prompts.iter().fold(Offences::default(), |offences, (strategy, text)| {
        let path = format!("customPrompts.{}", strategy.name());
        offences.chars(&path, text.as_str(), limits::MovePrompt::RANGE)
    })
}

impl Default for DialecticalConfig {
    fn default() -> Self {
        Self {
            enabled_strategies: vec![Strategy::Clarify, Strategy::Challenge, Strategy::DevilsAdvocate],
            strategy_weights: BTreeMap::new(),
            custom_prompts: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn an_assignment(start_at: i64, due_at: Option<i64>, allow_late: bool) -> Assignment {
        let made = serde_json::json!({
            "courseId": "c", "title": "Is lying ever right?", "startAt": start_at, "dueAt": due_at,
            "allowLate": allow_late, "createdBy": "teacher", "createdAt": 0, "updatedAt": 0,
        });
        serde_json::from_value(made).unwrap()
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
    fn an_assignment_that_is_due_before_it_begins_is_unsound() {
        assert!(an_assignment(10, Some(11), false).offences().is_empty());
        let offences = an_assignment(10, Some(10), false).offences();
        assert_eq!(offences.into_iter().map(|offence| offence.path).collect::<Vec<_>>(), ["dueAt"]);
    }

    #[test]
    fn prompts_are_of_bounded_length_and_locks_name_sections() {
        let mut config = AiConfig {
            custom_system_prompt: Some("a".repeat(20_001)),
            locked_prompt_sections: vec!["persona".into(), "mood".into()],
            ..AiConfig::default()
        };
        config.dialectical_config.custom_prompts.insert(Strategy::Clarify, "字".repeat(2_001));
        let paths: Vec<_> = config.offences().into_iter().map(|offence| offence.path).collect();
        let clarify = "dialecticalConfig.customPrompts.clarify";
        assert_eq!(paths, ["customSystemPrompt", clarify, "lockedPromptSections[1]"]);
    }

    #[test]
    fn an_assignment_of_few_words_has_the_rules_of_a_plain_dialogue() {
        assert_eq!(an_assignment(0, None, false).ai_config, AiConfig::default());
    }
}
