//! `statistics/{assignmentId}`: what came of an assignment, for its teachers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::conversation::EndReason;
use super::turn::{Stance, Usage};
use crate::dialogue::Strategy;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// The figures of an assignment: the sum of its [contributions](super::Contribution), see [`crate::statistics`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// Active students of the course, and those who left it after they had begun.
    pub total_students: u32,
    /// Those of whom a conversation has ended, whether or not they argue again.
    pub completed: u32,
    /// Those who argue for the first time.
    pub in_progress: u32,
    /// Those who have yet to begin.
    pub not_started: u32,
    /// Those who have begun: who completed and who are in progress.
    #[serde(default)]
    pub begun: u32,
    /// Where students stood; of each, the conversation that ended last counts.
    #[serde(default)]
    pub stance_distribution: StanceDistribution,
    /// How stances moved; only the moves that happened.
    #[serde(default)]
    pub stance_shifts: Vec<StanceShift>,
    /// The words that were said most, when the cloud was last drawn.
    #[serde(default)]
    pub word_cloud: WordCloud,
    /// Whether the cloud is to be drawn anew, because conversations have ended or were opened again since.
    #[serde(default)]
    pub word_cloud_stale: bool,
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
    /// What the averages are made of.
    #[serde(default)]
    pub sums: Sums,
    /// Tokens over all conversations that have ended.
    #[serde(default)]
    pub tokens: Usage,
    /// Cost over all conversations that have ended, micro-credits.
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

/// Whole numbers, so that nothing drifts however often one is added and another taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Sums {
    /// Conversations that have ended.
    pub conversations: u32,
    /// Their turns.
    pub turns: u64,
    /// The time from first to last turn of each, ms.
    pub duration_ms: u64,
}

/// How many students stood where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct StanceDistribution {
    /// At first.
    pub initial: BTreeMap<Stance, u32>,
    /// At last.
    #[serde(rename = "final")]
    pub last: BTreeMap<Stance, u32>,
}

/// Students who moved from one stance to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StanceShift {
    /// Where they stood at first.
    pub from: Stance,
    /// Where they stood at last.
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
