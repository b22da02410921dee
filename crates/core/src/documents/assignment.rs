//! `assignments/{assignmentId}`: the question, and the rules of the dialogue about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dialogue::Strategy;
use crate::ids::{CourseId, TopicId, UserId};
use crate::time::Millis;

/// An assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// The course it belongs to.
    pub course_id: CourseId,
    /// The topic it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<TopicId>,
    /// Up to 300 characters.
    pub title: String,
    /// What is argued; up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Background for the tutor; up to 50,000 characters.
    #[serde(default)]
    pub prompt: String,
    /// Whether the tutor answers at once.
    #[serde(default)]
    pub mode: AssignmentMode,
    /// When it opens.
    pub start_at: Millis,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Millis>,
    /// Whether it may be worked on after it was due.
    #[serde(default)]
    pub allow_late: bool,
    /// Whether a student may begin again.
    #[serde(default)]
    pub allow_resubmit: bool,
    /// Who made it.
    pub created_by: UserId,
    /// The rules of the dialogue.
    #[serde(default)]
    pub ai_config: AiConfig,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// Whether the tutor answers at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(rename_all = "camelCase", default)]
pub struct AiConfig {
    /// The id of a built-in persona or one of the course.
    pub persona: String,
    /// Staff's own instructions; students never see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_system_prompt: Option<String>,
    /// Which moves, how heavy, in which words.
    pub dialectical_config: DialecticalConfig,
    /// Turns of the student after which the conversation ends.
    pub max_turns: u32,
    /// Whether it may end by its content.
    pub auto_terminate: bool,
    /// Hours until the tutor answers; 0 is at once.
    pub response_delay_hours: f64,
    /// Whether the student may edit the prompt.
    pub allow_student_prompt_edit: bool,
    /// Sections of the prompt that the student may not edit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locked_prompt_sections: Vec<String>,
    /// The tutor's voice; the persona's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// BCP 47 language of the dialogue; the student's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What reads the student's turns.
    pub analyser: Analyser,
    /// Minutes after which the conversation ends.
    #[serde(skip_serializing_if = "Option::is_none")]
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

/// What reads the student's turns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(rename_all = "camelCase", default)]
pub struct DialecticalConfig {
    /// The moves that may be chosen; continue and conclude always may.
    pub enabled_strategies: Vec<Strategy>,
    /// Factor on a move's score; 1 when absent.
    pub strategy_weights: BTreeMap<Strategy, f64>,
    /// Guidance that replaces the built-in one of a move.
    pub custom_prompts: BTreeMap<Strategy, String>,
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
