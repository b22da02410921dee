//! From features to a [`Decision`].
//!
//! Each move has a score from 0 to 1, and going on has a fixed one: what beats it has a reason. The moves are thought of
//! in the order clarify, challenge, devil's advocate, and the order is in the scores: each is damped by what the one
//! before found, for what is unclear cannot be challenged and what has no ground needs no other side. So a teacher's
//! weights can turn the order round without a second rule.

use serde::{Deserialize, Serialize};

use super::{Analyse as _, Features, Lexical, Reading, Strategy, Utterance};
use crate::documents::{Analyser, DialecticalConfig, Speaker, Stance};

/// The score of going on, which any other move has to beat.
const GOING_ON: f64 = 0.5;
/// From here on a turn says what an earlier one said.
pub(super) const ALIKE: f64 = 0.55;
/// The most a teacher's weight counts.
const MAX_WEIGHT: f64 = 10.0;

/// The move that answers a turn, and how it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The move.
    pub strategy: Strategy,
    /// Why, in one short sentence.
    pub reason: String,
    /// What was measured.
    pub features: Features,
    /// Where the student stands in this turn.
    pub stance: Stance,
    /// The other moves that were allowed, best first.
    pub alternatives: Vec<Alternative>,
    /// What has measured it.
    pub analyser: Analyser,
}

/// A move that was not made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Alternative {
    /// The move.
    pub strategy: Strategy,
    /// How well it would have fitted; 1 is wholly.
    pub score: f64,
}

/// Decides the move that answers `text`. `history` holds what was said before it, oldest first.
///
/// The same arguments give the same decision, on any machine, for ever: it can be replayed.
#[must_use]
pub fn decide(config: &DialecticalConfig, history: &[Utterance<'_>], text: &str) -> Decision {
    decide_on(config, history, text, &Lexical.read(history, text))
}

/// Decides the move that answers `text`, in which `reading` was read.
#[must_use]
pub fn decide_on(
    config: &DialecticalConfig,
    history: &[Utterance<'_>],
    text: &str,
    reading: &Reading,
) -> Decision {
    let Reading { features, stance, analyser } = *reading;
    let mut ranked: Vec<(Strategy, f64)> = Strategy::ALL
        .into_iter()
        .filter(|strategy| !strategy.is_optional() || config.enabled_strategies.contains(strategy))
        .map(|strategy| (strategy, score(strategy, &features, history) * weight(config, strategy)))
        .collect();
    // Stable: of equal scores the earlier move stays in front.
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    // A teacher may weigh every move down to nothing; then the dialogue just goes on.
    let strategy =
        ranked.iter().find(|(_, score)| *score > 0.0).map_or(Strategy::Continue, |(strategy, _)| *strategy);
    let others = ranked.into_iter().filter(|(other, _)| *other != strategy);
    let alternatives =
        others.map(|(strategy, score)| Alternative { strategy, score: score.clamp(0.0, 1.0) }).collect();
    Decision {
        strategy,
        reason: reason(strategy, &features, text).to_owned(),
        features,
        stance,
        alternatives,
        analyser,
    }
}

/// A weight that is no number, or below nothing, is none.
fn weight(config: &DialecticalConfig, strategy: Strategy) -> f64 {
    let weight = config.strategy_weights.get(&strategy).copied().unwrap_or(1.0);
    if weight.is_finite() && weight >= 0.0 { weight.min(MAX_WEIGHT) } else { 1.0 }
}

fn score(strategy: Strategy, features: &Features, history: &[Utterance<'_>]) -> f64 {
    let Features { vagueness, evidence, overreach, concession, question, .. } = *features;
    let conclude = conclude(features, history);
    // Who gives a point, asks, or is about to close is not sent back into the argument; who is upset, not at all.
    let open = (1.0 - 0.5 * concession)
        * (1.0 - 0.6 * question)
        * (1.0 - 0.6 * conclude)
        * (1.0 - features.distress);
    let clear = 1.0 - 0.7 * vagueness;
    let ground = evidence * (1.0 - 0.4 * overreach);
    let score = match strategy {
        // Asked twice what is meant, a student who still cannot say it needs another way in.
        Strategy::Clarify => {
            vagueness * (1.0 - 0.5 * features.stuck) * (1.0 - 0.6 * conclude) * (1.0 - features.distress)
        }
        Strategy::Challenge => {
            let weak = (features.claim * (1.0 - ground)).max(0.75 * features.hearsay) + 0.1 * overreach;
            // Who already brings up the other side is thinking; let that go on.
            let weighed = 1.0 - 0.9 * features.balance;
            weak * weighed * open * clear
        }
        Strategy::DevilsAdvocate => {
            let grounded = ((ground - 0.3) / 0.2).clamp(0.0, 1.0);
            let repeats = if features.similarity >= ALIKE { 0.9 * features.claim } else { 0.0 };
            (0.8 * features.one_sidedness * grounded).max(repeats) * open * clear
        }
        Strategy::Continue => GOING_ON,
        Strategy::Conclude => conclude,
    };
    score.clamp(0.0, 1.0)
}

/// A word of closing, borne out by a point given to the other side, by the plain wish to stop, or by how much was argued
/// before. Nobody concludes before anything was.
fn conclude(features: &Features, history: &[Utterance<'_>]) -> f64 {
    let said_before = match history.iter().filter(|turn| turn.speaker == Speaker::Student).count() {
        0 => return 0.0,
        1 => 0.8,
        _ => 1.0,
    };
    let borne_out = (said_before * features.closure + 0.4 * features.concession).min(1.0);
    borne_out * (2.5 * features.closure).min(1.0) * (1.0 - 0.5 * features.question.min(0.5))
}

fn reason(strategy: Strategy, features: &Features, text: &str) -> &'static str {
    match strategy {
        Strategy::Clarify if text.trim().is_empty() => "Nothing was said.",
        Strategy::Clarify => "It is not clear what is meant.",
        Strategy::Challenge if features.hearsay > 0.0 => {
            "The ground is hearsay, or only says the claim again."
        }
        Strategy::Challenge if features.overreach > 0.0 => {
            "The claim leaves no exception and has too little ground."
        }
        Strategy::Challenge if features.evidence < 0.1 => "No reason or evidence was given for the claim.",
        Strategy::Challenge => "The reason given is too weak for the claim.",
        Strategy::DevilsAdvocate if features.similarity >= ALIKE => {
            "This repeats an earlier turn; another side may open it up."
        }
        Strategy::DevilsAdvocate => "Reasons were given for one side only.",
        Strategy::Continue if features.confidence <= 0.0 => "The words could not be read in this language.",
        Strategy::Continue if features.distress > 0.0 => {
            "The student may be upset, which comes before the argument."
        }
        Strategy::Continue if features.question >= 0.5 => "The student asked something.",
        Strategy::Continue if features.concession >= 0.5 => "The student took up the other side's point.",
        Strategy::Continue if features.stuck >= 1.0 => {
            "The student is stuck; asking again what is meant would not help."
        }
        Strategy::Continue => "The thought is clear and has its ground; it can go on.",
        Strategy::Conclude if features.concession >= 0.5 => {
            "The student came to a conclusion and took up the other side's point."
        }
        Strategy::Conclude => "The student wants to bring the dialogue to a close.",
    }
}
