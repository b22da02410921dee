//! `/api/personas`

use mentora_core::documents::{Persona, Style, Voice};
use mentora_core::ids::{CourseId, PersonaId, UserId};
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;
use crate::rest::Limit;

/// `POST /api/personas`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreatePersona {
    /// The course whose assignments may name it.
    pub course_id: CourseId,
    /// What teachers and students call it; 1 to 100 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PersonaName, inline))]
    pub name: String,
    /// What is special about it; up to 5,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Description, inline))]
    pub description: String,
    /// What it sounds like.
    #[cfg_attr(feature = "openapi", schema(example = "Kore"))]
    pub voice: Voice,
    /// What it is like.
    #[cfg_attr(feature = "openapi", schema(example = "critical"))]
    pub style: Style,
    /// How it is told to behave; 1 to 50,000 characters. `{{question}}`, `{{title}}` and `{{language}}` stand for those of
    /// the assignment. Only staff see it.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PersonaTemplate, inline))]
    pub system_prompt_template: String,
}

impl Ruled for CreatePersona {
    fn offences(&self) -> Offences {
        let template = self.system_prompt_template.trim();
        Offences::default()
            .trimmed("name", self.name.as_str(), limits::PersonaName::RANGE)
            .chars("description", self.description.as_str(), limits::Description::RANGE)
            .chars("systemPromptTemplate", template, limits::PersonaTemplate::RANGE)
            .template("systemPromptTemplate", template)
    }
}

/// `PATCH /api/personas/{id}`: what is absent stays as it is. Conversations that are under way keep the one they began with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdatePersona {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PersonaName, inline))]
    pub name: Option<String>,
    /// Up to 5,000 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Description, inline))]
    pub description: Option<String>,
    /// What it sounds like.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Voice))]
    pub voice: Option<Voice>,
    /// What it is like.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Style))]
    pub style: Option<Style>,
    /// How it is told to behave; 1 to 50,000 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PersonaTemplate, inline))]
    pub system_prompt_template: Option<String>,
}

impl Ruled for UpdatePersona {
    fn offences(&self) -> Offences {
        let template = self.system_prompt_template.as_deref().map(str::trim);
        Offences::default()
            .trimmed("name", self.name.as_deref(), limits::PersonaName::RANGE)
            .chars("description", self.description.as_deref(), limits::Description::RANGE)
            .chars("systemPromptTemplate", template, limits::PersonaTemplate::RANGE)
            .template("systemPromptTemplate", template)
    }
}

/// A persona, built in or made by staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonaBody {
    /// What `aiConfig.persona` names it by.
    pub id: PersonaId,
    /// Its version; absent when it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<Etag>,
    /// Whether it is one of ours, which nobody changes.
    pub built_in: bool,
    /// What teachers and students call it.
    pub name: String,
    /// What is special about it.
    pub description: String,
    /// What it sounds like.
    pub voice: Voice,
    /// What it is like.
    pub style: Style,
    /// How it is told to behave; for staff of the course only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt_template: Option<String>,
    /// The course whose assignments may name it; absent when it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course_id: Option<CourseId>,
    /// Who made it; absent when it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    /// When it was made, ms; absent when it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Millis>,
    /// When it was last changed, ms; absent when it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
}

impl PersonaBody {
    /// One that staff made.
    #[must_use]
    pub fn own(id: PersonaId, etag: Etag, persona: Persona) -> Self {
        Self {
            id,
            etag: Some(etag),
            built_in: false,
            name: persona.name,
            description: persona.description,
            voice: persona.voice,
            style: persona.style,
            system_prompt_template: Some(persona.system_prompt_template),
            course_id: persona.course_id,
            created_by: Some(persona.created_by),
            created_at: Some(persona.created_at),
            updated_at: Some(persona.updated_at),
        }
    }

    /// The persona as a student may see it: without what steers the tutor.
    #[must_use]
    pub fn for_learner(self) -> Self {
        Self { system_prompt_template: None, ..self }
    }
}

impl Resource for PersonaBody {
    fn etag(&self) -> Option<&Etag> {
        self.etag.as_ref()
    }
}

/// Query of `GET /api/personas`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPersonas {
    /// The course whose own personas stand behind the built-in ones.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub course_id: Option<CourseId>,
    /// 1 to 100; 20 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 100))]
    pub limit: Limit,
    /// `nextCursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::offence_paths as paths;

    #[test]
    fn a_persona_has_a_name_a_voice_a_style_and_a_template_that_can_be_read() {
        let with = |template: &str| {
            format!(
                r#"{{"courseId":"c","name":"Kant","voice":"Kore","style":"critical","systemPromptTemplate":"{template}"}}"#
            )
        };
        assert_eq!(paths::<CreatePersona>(&with("Be strict about {{question}}.")), Vec::<String>::new());
        for wrong in ["", " ", "{{mood}}", "{{question"] {
            assert_eq!(paths::<CreatePersona>(&with(wrong)), ["systemPromptTemplate"], "{wrong}");
        }
        assert_eq!(
            paths::<CreatePersona>(
                r#"{"courseId":"c","name":" ","voice":"Elvis","style":"rude","systemPromptTemplate":"x"}"#
            ),
            ["style", "voice", "name"]
        );
    }

    #[test]
    fn a_change_may_name_any_field_but_take_none_away() {
        assert_eq!(paths::<UpdatePersona>(r#"{"description":"","voice":"Puck"}"#), Vec::<String>::new());
        for field in ["name", "description", "voice", "style", "systemPromptTemplate"] {
            assert_eq!(paths::<UpdatePersona>(&format!(r#"{{"{field}":null}}"#)), [field]);
        }
        assert_eq!(
            paths::<UpdatePersona>(r#"{"systemPromptTemplate":"{{mood}}","courseId":"c"}"#),
            ["courseId", "systemPromptTemplate"]
        );
    }
}
