//! `/api/assignments/{id}/preview`

use mentora_core::dialogue::{Alternative, Decision, Features, Strategy};
use mentora_core::documents::{EndReason, Speaker, Stance, Usage};
use mentora_core::limits;
use mentora_core::money::Micros;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::Resource;

/// `POST /api/assignments/{id}/preview`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewAssignment {
    /// What a student might say; 1 to 20,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Message, inline))]
    pub test_message: String,
    /// What was said before, the oldest first; up to 20 turns.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub history: Vec<PreviewTurn>,
}

impl Ruled for PreviewAssignment {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("testMessage", self.test_message.as_str(), limits::Message::RANGE)
            .unless(says_something(&self.test_message), "testMessage", || "says nothing")
            .each("history", &self.history)
            .count("history", self.history.len(), limits::MAX_PREVIEW_TURNS)
    }
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewTurn {
    /// By whom.
    #[cfg_attr(feature = "openapi", schema(example = "student"))]
    pub speaker: Speaker,
    /// What; 1 to 20,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Message, inline))]
    pub text: String,
}

impl Ruled for PreviewTurn {
    fn offences(&self) -> Offences {
        Offences::default().chars("text", self.text.as_str(), limits::Message::RANGE).unless(
            says_something(&self.text),
            "text",
            || "says nothing",
        )
    }
}

/// An empty text is told of by its length.
fn says_something(text: &str) -> bool {
    text.is_empty() || !text.trim().is_empty()
}

/// What the tutor of an assignment would answer. Kept nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewBody {
    /// The answer.
    pub response: String,
    /// The move that it makes, and how it was found.
    pub decision: PreviewDecision,
    /// Tokens that it took.
    pub usage: Usage,
    /// What it cost, in micro-credits.
    pub cost_micros: Micros,
}

impl Resource for PreviewBody {}

/// The move chosen for a student's turn, as it would be in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewDecision {
    /// The move.
    #[cfg_attr(feature = "openapi", schema(example = "challenge"))]
    pub strategy: Strategy,
    /// Why.
    pub reason: String,
    /// Where the student stands.
    pub stance: Stance,
    /// What was measured in the turn.
    pub features: Features,
    /// The other moves that were allowed, best first.
    pub alternatives: Vec<Alternative>,
    /// Why the conversation would end with this answer; absent when it would go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndReason>,
}

impl PreviewDecision {
    /// What was decided.
    #[must_use]
    pub fn of(decision: Decision, ending: Option<EndReason>) -> Self {
        let Decision { strategy, reason, features, stance, alternatives, .. } = decision;
        Self { strategy, reason, stance, features, alternatives, ending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    fn paths(json: &str) -> Vec<String> {
        let offences = body::parse::<PreviewAssignment>(json.as_bytes()).err().unwrap_or_default();
        offences.into_iter().map(|offence| offence.path).collect()
    }

    #[test]
    fn a_preview_is_of_a_message_and_at_most_twenty_turns_before_it() {
        let turns = |count| vec![r#"{"speaker":"tutor","text":"Why?"}"#; count].join(",");
        let with = |count| format!(r#"{{"testMessage":"So.","history":[{}]}}"#, turns(count));
        assert_eq!(paths(&with(20)), Vec::<String>::new());
        assert_eq!(paths(&with(21)), ["history"]);
        assert_eq!(
            paths(r#"{"testMessage":" ","history":[{"speaker":"student","text":""}]}"#),
            ["testMessage", "history[0].text"]
        );
        assert_eq!(
            paths(r#"{"testMessage":"So.","history":[{"speaker":"parrot","text":"So."}]}"#),
            ["history[0].speaker"]
        );
    }
}
