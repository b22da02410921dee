//! `statistics/{assignmentId}`: what came of an assignment, for its teachers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::conversation::EndReason;
use super::turn::{Stance, Usage};
use crate::dialogue::Strategy;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// The figures of an assignment. They are made anew from the conversations, never counted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// Active students of the course.
    pub total_students: u32,
    /// Those whose conversation has ended.
    pub completed: u32,
    /// Those who argue.
    pub in_progress: u32,
    /// Those who have yet to begin.
    pub not_started: u32,
    /// Where students stood.
    #[serde(default)]
    pub stance_distribution: StanceDistribution,
    /// How stances moved; only the moves that happened.
    #[serde(default)]
    pub stance_shifts: Vec<StanceShift>,
    /// The words that were said most.
    #[serde(default)]
    pub word_cloud: WordCloud,
    /// How often the tutor made each move.
    #[serde(default)]
    pub strategy_counts: BTreeMap<Strategy, u32>,
    /// How conversations ended.
    #[serde(default)]
    pub end_reasons: BTreeMap<EndReason, u32>,
    /// Turns of a conversation that has ended, on average.
    pub average_turns: f64,
    /// Time from its first to its last turn, on average, ms.
    pub average_duration_ms: f64,
    /// Tokens over all conversations.
    #[serde(default)]
    pub tokens: Usage,
    /// Cost over all conversations, micro-credits.
    #[serde(default)]
    pub cost_micros: Micros,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Statistics {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// How many students stood where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct StanceDistribution {
    /// In their first turn.
    pub initial: BTreeMap<Stance, u32>,
    /// In their last turn.
    #[serde(rename = "final")]
    pub last: BTreeMap<Stance, u32>,
}

/// Students who moved from one stance to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StanceShift {
    /// Where they stood in their first turn.
    pub from: Stance,
    /// Where they stood in their last turn.
    pub to: Stance,
    /// How many.
    pub count: u32,
}

/// The words that were said most, by the stance of the turn; the most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct WordCloud {
    /// Of turns for it.
    pub pro: Vec<WordCount>,
    /// Of turns against it.
    pub con: Vec<WordCount>,
    /// Of the others.
    pub neutral: Vec<WordCount>,
}

/// How often a word was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WordCount {
    /// The word, in lower case.
    pub word: String,
    /// How often.
    pub count: u32,
}
