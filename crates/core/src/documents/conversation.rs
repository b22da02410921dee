//! `conversations/{conversationId}`: one student, one question, all that was said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assignment::{AiConfig, DialecticalConfig};
use super::turn::{Turn, Usage};
use crate::dialogue::Strategy;
use crate::ids::{AssignmentId, CourseId, StreamingSessionId, UserId};
use crate::limits;
use crate::money::Micros;
use crate::prompts::PromptEdits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// What is argued.
    pub assignment_id: AssignmentId,
    /// The course of the assignment.
    pub course_id: CourseId,
    /// The student.
    pub user_id: UserId,
    /// Where the dialogue stands.
    pub state: ConversationState,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// All that was said.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// How many turns there are.
    #[serde(default)]
    pub turn_count: u32,
    /// Tokens over all turns.
    #[serde(default)]
    pub token_usage: Usage,
    /// Cost over all turns, micro-credits.
    #[serde(default)]
    pub cost_micros: Micros,
    /// What came of it, once ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The opening of the model's Live API that it runs on, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streaming_session: Option<StreamingSessionId>,
    /// The rules by which its moves are decided, as they were when it began; absent until something was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<MoveRules>,
    /// Sections of the prompt in the student's own words, by the section's name.
    #[serde(default, skip_serializing_if = "PromptEdits::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, limits::PromptEdit>))]
    pub prompt_edits: PromptEdits,
    /// When it began, ms.
    pub started_at: Millis,
    /// When somebody last did something, ms.
    pub last_action_at: Millis,
    /// When it ended, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Millis>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

/// The rules by which moves are decided: with them and what was said, every decision can be made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MoveRules {
    /// The moves that may be chosen; continue and conclude always may.
    pub enabled_strategies: Vec<Strategy>,
    /// Factor on a move's score; 1 when absent.
    #[serde(default)]
    pub strategy_weights: BTreeMap<Strategy, f64>,
    /// Turns of the student after which the conversation ends.
    pub max_turns: u32,
    /// Whether it may end by its content.
    pub auto_terminate: bool,
}

impl MoveRules {
    /// What of the rules of a dialogue decides its moves.
    #[must_use]
    pub fn of(config: &AiConfig) -> Self {
        Self {
            enabled_strategies: config.dialectical_config.enabled_strategies.clone(),
            strategy_weights: config.dialectical_config.strategy_weights.clone(),
            max_turns: config.max_turns,
            auto_terminate: config.auto_terminate,
        }
    }

    /// Rules of a dialogue that decide its moves as these do.
    #[must_use]
    pub fn to_config(&self) -> AiConfig {
        AiConfig {
            dialectical_config: DialecticalConfig {
                enabled_strategies: self.enabled_strategies.clone(),
                strategy_weights: self.strategy_weights.clone(),
                ..DialecticalConfig::default()
            },
            max_turns: self.max_turns,
            auto_terminate: self.auto_terminate,
            ..AiConfig::default()
        }
    }
}

impl Ruled for Conversation {
    fn offences(&self) -> Offences {
        let offences = Offences::default().each("turns", &self.turns);
        self.prompt_edits.iter().fold(offences, |offences, (name, text)| {
            offences.chars(&format!("promptEdits.{name}"), text.as_str(), limits::PromptEdit::RANGE)
        })
    }
}

/// Where a dialogue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// The student has yet to take a position.
    AwaitingIdea,
    /// The tutor is answering.
    AddingCounterpoint,
    /// The student is to answer the tutor.
    AwaitingFollowup,
    /// The tutor will answer later.
    AwaitingDelayedResponse,
    /// The tutor is closing.
    AddingFinalSummary,
    /// It has ended.
    Closed,
}

/// Why a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// As many turns as the assignment allows.
    MaxTurnsReached,
    /// The student came to a conclusion.
    ConclusionReached,
    /// The argument went in circles.
    CircularArgument,
    /// The student ended it.
    StudentEnded,
    /// Staff ended it.
    InstructorEnded,
    /// The time was up.
    TimeLimit,
    /// The wallet was empty.
    OutOfCredits,
    /// Nobody said anything for long.
    Inactivity,
    /// It could not go on.
    Error,
}
