//! The `aiConfig` of `PATCH /api/assignments/{id}`

use std::collections::BTreeMap;

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{AiConfig, Analyser, DialecticalConfig, offences_of_prompts};
use mentora_core::limits;
use mentora_core::prompts::edits::offences_of_locks;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::patch::named;

/// A change of the rules of a dialogue: what is absent stays as it is, `null` takes away. A list or a map that is named is
/// replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateAiConfig {
    /// The id of a built-in persona or one of the course.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub persona: Option<String>,
    /// Staff's own instructions, up to 20,000 characters; students never see them.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::CustomSystemPrompt>, inline))]
    pub custom_system_prompt: Option<Option<String>>,
    /// Which moves, how heavy, in which words.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = UpdateDialecticalConfig))]
    pub dialectical_config: Option<UpdateDialecticalConfig>,
    /// Turns of the student after which the conversation ends, 1 to 200.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::MaxTurns, inline))]
    pub max_turns: Option<u32>,
    /// Whether it may end by its content.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub auto_terminate: Option<bool>,
    /// Hours until the tutor answers, 0 to 720; 0 is at once.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::ResponseDelayHours, inline))]
    pub response_delay_hours: Option<f64>,
    /// Whether students may write sections of the prompt themselves when they begin: `persona`, `speech`,
    /// `thinking`.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub allow_student_prompt_edit: Option<bool>,
    /// Sections of the prompt that students may not write even so, all of them.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<mentora_core::prompts::edits::schema::SectionName>, inline, max_items = 12))]
    pub locked_prompt_sections: Option<Vec<String>>,
    /// The tutor's voice; `null` leaves it to the persona.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub voice: Option<Option<String>>,
    /// BCP 47 language of the dialogue, 2 to 35 characters; `null` leaves it to the student.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::LanguageTag>, inline))]
    pub language: Option<Option<String>>,
    /// What reads the student's turns.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Analyser))]
    pub analyser: Option<Analyser>,
    /// Minutes after the student's first turn after which the conversation ends, 1 to 1,440; `null` takes the limit away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::TimeLimitMinutes>, inline))]
    pub time_limit_minutes: Option<Option<u32>>,
}

impl Ruled for UpdateAiConfig {
    fn offences(&self) -> Offences {
        let offences = Offences::default()
            .number("maxTurns", self.max_turns, limits::MaxTurns::RANGE)
            .number("responseDelayHours", self.response_delay_hours, limits::ResponseDelayHours::RANGE)
            .chars("language", self.language.as_ref().and_then(Option::as_deref), limits::LanguageTag::RANGE)
            .number("timeLimitMinutes", self.time_limit_minutes.flatten(), limits::TimeLimitMinutes::RANGE)
            .chars(
                "customSystemPrompt",
                self.custom_system_prompt.as_ref().and_then(Option::as_deref),
                limits::CustomSystemPrompt::RANGE,
            )
            .within("dialecticalConfig", self.dialectical_config.as_ref());
        match &self.locked_prompt_sections {
            Some(locked) => offences_of_locks(offences, "lockedPromptSections", locked),
            None => offences,
        }
    }
}

impl UpdateAiConfig {
    /// The rules with what is named here.
    #[must_use]
    pub fn applied_to(self, before: AiConfig) -> AiConfig {
        AiConfig {
            persona: self.persona.unwrap_or(before.persona),
            custom_system_prompt: self.custom_system_prompt.unwrap_or(before.custom_system_prompt),
            dialectical_config: match self.dialectical_config {
                Some(change) => change.applied_to(before.dialectical_config),
                None => before.dialectical_config,
            },
            max_turns: self.max_turns.unwrap_or(before.max_turns),
            auto_terminate: self.auto_terminate.unwrap_or(before.auto_terminate),
            response_delay_hours: self.response_delay_hours.unwrap_or(before.response_delay_hours),
            allow_student_prompt_edit: self
                .allow_student_prompt_edit
                .unwrap_or(before.allow_student_prompt_edit),
            locked_prompt_sections: self.locked_prompt_sections.unwrap_or(before.locked_prompt_sections),
            voice: self.voice.unwrap_or(before.voice),
            language: self.language.unwrap_or(before.language),
            analyser: self.analyser.unwrap_or(before.analyser),
            time_limit_minutes: self.time_limit_minutes.unwrap_or(before.time_limit_minutes),
        }
    }
}

/// A change of the moves that the tutor may make: what is absent stays as it is, what is named is replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateDialecticalConfig {
    /// The moves that may be chosen; continue and conclude always may.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Strategy>))]
    pub enabled_strategies: Option<Vec<Strategy>>,
    /// Factor on a move's score; 1 when absent.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<Strategy, f64>))]
    pub strategy_weights: Option<BTreeMap<Strategy, f64>>,
    /// Guidance that replaces the built-in one of a move; each of 2,000 characters at most.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<Strategy, limits::MovePrompt>))]
    pub custom_prompts: Option<BTreeMap<Strategy, String>>,
}

impl Ruled for UpdateDialecticalConfig {
    fn offences(&self) -> Offences {
        self.custom_prompts.as_ref().map(offences_of_prompts).unwrap_or_default()
    }
}

impl UpdateDialecticalConfig {
    fn applied_to(self, before: DialecticalConfig) -> DialecticalConfig {
        DialecticalConfig {
            enabled_strategies: self.enabled_strategies.unwrap_or(before.enabled_strategies),
            strategy_weights: self.strategy_weights.unwrap_or(before.strategy_weights),
            custom_prompts: self.custom_prompts.unwrap_or(before.custom_prompts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_are_not_named_stay_and_maps_are_replaced() {
        let mut before = AiConfig { voice: Some("Kore".into()), max_turns: 7, ..AiConfig::default() };
        before.dialectical_config.strategy_weights.insert(Strategy::Clarify, 2.0);
        before.dialectical_config.custom_prompts.insert(Strategy::Clarify, "Ask.".into());
        let change =
            r#"{"voice":null,"persona":"gentle","dialecticalConfig":{"strategyWeights":{"challenge":0.5}}}"#;
        let after = serde_json::from_str::<UpdateAiConfig>(change).unwrap().applied_to(before.clone());
        let dialectical_config = DialecticalConfig {
            strategy_weights: BTreeMap::from([(Strategy::Challenge, 0.5)]),
            ..before.dialectical_config.clone()
        };
        assert_eq!(after, AiConfig { persona: "gentle".into(), voice: None, dialectical_config, ..before });
    }

    #[test]
    fn a_change_is_under_the_rules_of_what_it_changes() {
        let change = serde_json::json!({
            "customSystemPrompt": "a".repeat(20_001),
            "dialecticalConfig": { "customPrompts": { "clarify": "a".repeat(2_001) } },
            "lockedPromptSections": ["mood"],
        });
        let change: UpdateAiConfig = serde_json::from_value(change).unwrap();
        let paths: Vec<_> = change.offences().into_iter().map(|offence| offence.path).collect();
        let clarify = "dialecticalConfig.customPrompts.clarify";
        assert_eq!(paths, ["customSystemPrompt", clarify, "lockedPromptSections[0]"]);
    }

    #[test]
    fn a_change_of_nothing_changes_nothing() {
        let before = AiConfig { time_limit_minutes: Some(9), ..AiConfig::default() };
        assert_eq!(UpdateAiConfig::default().applied_to(before.clone()), before);
    }
}
