//! `personas/{personaId}`: a way to be a tutor, made by staff. The built-in ones are in [`crate::prompts`].

use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, UserId};
use crate::limits;
use crate::prompts::parse::Fault;
use crate::prompts::tutor::check_template;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Persona {
    /// What teachers and students call it; 1 to 100 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PersonaName, inline))]
    pub name: String,
    /// What is special about it; up to 5,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Description, inline))]
    pub description: String,
    /// What it sounds like.
    pub voice: Voice,
    /// What it is like.
    pub style: Style,
    /// How it is told to behave; 1 to 50,000 characters. Only staff see it.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PersonaTemplate, inline))]
    pub system_prompt_template: String,
    /// The course whose assignments may name it; its maker's own ones when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course_id: Option<CourseId>,
    /// Who made it.
    pub created_by: UserId,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Persona {
    fn offences(&self) -> Offences {
        let template = self.system_prompt_template.as_str();
        Offences::default()
            .chars("name", self.name.as_str(), limits::PersonaName::RANGE)
            .chars("description", self.description.as_str(), limits::Description::RANGE)
            .chars("systemPromptTemplate", template, limits::PersonaTemplate::RANGE)
            .template("systemPromptTemplate", template)
    }
}

impl Offences {
    /// Checks the template of a persona, if there is one.
    #[must_use]
    pub fn template<'a>(self, path: &str, text: impl Into<Option<&'a str>>) -> Self {
        let fault = text.into().and_then(|text| check_template(text).err());
        let told = |fault: &Fault| {
            format!("cannot be read in line {}: {}", fault.line.saturating_add(1), fault.what)
        };
        self.unless(fault.is_none(), path, || fault.as_ref().map(told).unwrap_or_default())
    }
}

/// A voice of the Live models, by Google's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Voice {
    /// Upbeat.
    Puck,
    /// Informative.
    Charon,
    /// Firm.
    Kore,
    /// Excitable.
    Fenrir,
    /// Breezy.
    Aoede,
}

impl Voice {
    /// Google's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Puck => "Puck",
            Self::Charon => "Charon",
            Self::Kore => "Kore",
            Self::Fenrir => "Fenrir",
            Self::Aoede => "Aoede",
        }
    }
}

/// What a tutor is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Encourages.
    Gentle,
    /// Finds the weak point.
    Critical,
    /// Takes things apart.
    Analytical,
    /// Makes a game of it.
    Playful,
}

impl Style {
    /// As it is written in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Critical => "critical",
            Self::Analytical => "analytical",
            Self::Playful => "playful",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_and_styles_are_written_by_their_names() {
        for voice in [Voice::Puck, Voice::Charon, Voice::Kore, Voice::Fenrir, Voice::Aoede] {
            assert_eq!(serde_json::to_value(voice).unwrap(), voice.name());
        }
        for style in [Style::Gentle, Style::Critical, Style::Analytical, Style::Playful] {
            assert_eq!(serde_json::to_value(style).unwrap(), style.name());
        }
    }
}
