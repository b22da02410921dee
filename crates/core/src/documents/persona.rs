//! `personas/{personaId}`: a way to be a tutor, made by staff. The built-in ones are in [`crate::prompts`].

use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, UserId};
use crate::limits;
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
