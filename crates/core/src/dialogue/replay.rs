//! The decisions of a conversation, made again from what is stored of it.
//!
//! A turn that was measured by the word lists is measured again. One that a text model has measured is decided again from
//! what the model measured, which is stored with the turn: the model itself might say something else today.

use super::{Alternative, Analyse as _, Decision, Features, Lexical, Reading, Utterance, next_move_on};
use crate::documents::{AiConfig, Analyser, Analysis, Conversation, Speaker, Stance, Turn};

/// What the same number may differ by: powers are not rounded alike on every machine.
const ROUNDING: f64 = 1e-9;

/// A student's turn, decided again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed<'a> {
    /// The turn.
    pub turn: &'a Turn,
    /// How it came out.
    pub outcome: Outcome,
}

/// How deciding again came out.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// As it was.
    Same(Decision),
    /// Otherwise than it was.
    Different {
        /// The decision now.
        now: Decision,
        /// What is not as it was: `strategy`, `reason`, `stance`, `features`, `alternatives`.
        fields: Vec<&'static str>,
    },
    /// Nothing is stored to compare with, or to decide from.
    Unknown,
}

impl Replayed<'_> {
    /// The decision that is stored with the turn.
    #[must_use]
    pub fn stored(&self) -> Option<&Analysis> {
        self.turn.analysis.as_ref()
    }

    /// Whether the word lists or the rule have changed since; then it need not come out as it was.
    #[must_use]
    pub fn is_of_another_version(&self) -> bool {
        self.stored().and_then(|stored| stored.analyser_version).is_none_or(|it| it != Lexical::VERSION)
    }
}

/// Decides every turn of the student again, under these rules.
#[must_use]
pub fn replay<'a>(config: &AiConfig, conversation: &'a Conversation) -> Vec<Replayed<'a>> {
    let mut history: Vec<Utterance<'_>> = Vec::new();
    let mut student_turns = 0_u32;
    let mut replayed = Vec::new();
    for turn in &conversation.turns {
        if turn.speaker == Speaker::Student {
            student_turns = student_turns.saturating_add(1);
            replayed.push(Replayed { turn, outcome: again(config, &history, turn, student_turns) });
        }
        if !turn.text.is_empty() {
            history.push(Utterance { speaker: turn.speaker, text: &turn.text });
        }
    }
    replayed
}

fn again(config: &AiConfig, history: &[Utterance<'_>], turn: &Turn, student_turns: u32) -> Outcome {
    let Some(stored) = &turn.analysis else {
        return Outcome::Unknown;
    };
    let reading = match (stored.analyser.unwrap_or_default(), stored.features) {
        (Analyser::Lexical, _) => Lexical.read(history, &turn.text),
        (analyser @ Analyser::Gemini, Some(features)) => {
            Reading { features, stance: stored.stance.unwrap_or(Stance::Undetermined), analyser }
        }
        (Analyser::Gemini, None) => return Outcome::Unknown,
    };
    let (now, _) = next_move_on(config, history, &turn.text, student_turns, &reading);
    let fields = differences(stored, &now);
    if fields.is_empty() { Outcome::Same(now) } else { Outcome::Different { now, fields } }
}

/// What was stored and is not so now. What an older version did not store is no difference.
fn differences(stored: &Analysis, now: &Decision) -> Vec<&'static str> {
    let alternatives = stored.analyser_version.is_some() && !alike(&stored.alternatives, &now.alternatives);
    [
        ("strategy", stored.strategy.is_some_and(|it| it != now.strategy)),
        ("reason", stored.reason.as_ref().is_some_and(|it| *it != now.reason)),
        ("stance", stored.stance.is_some_and(|it| it != now.stance)),
        ("features", stored.features.is_some_and(|it| !is_near(&it, &now.features))),
        ("alternatives", alternatives),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

fn alike(one: &[Alternative], other: &[Alternative]) -> bool {
    let same = |(a, b): (&Alternative, &Alternative)| {
        a.strategy == b.strategy && (a.score - b.score).abs() <= ROUNDING
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

fn is_near(one: &Features, other: &Features) -> bool {
    one.values().iter().zip(other.values()).all(|((_, a), (_, b))| (a - b).abs() <= ROUNDING)
}
