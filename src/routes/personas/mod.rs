//! `/api/personas`

pub mod create;
pub mod delete;
pub mod list;
pub mod read;
pub mod update;

use mentora_core::documents::Persona;
use mentora_core::ids::PersonaId;
use mentora_core::prompts;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::PersonaBody;

use crate::answer::etag;
use crate::error::ApiError;

/// A persona that staff made, as staff see it.
fn persona_body(id: PersonaId, persona: Stored<Persona>) -> PersonaBody {
    PersonaBody::own(id, etag(persona.version), persona.document)
}

/// A built-in persona, as staff see it.
///
/// # Errors
/// None that could happen: the build checks our own.
fn built_in_body(persona: &prompts::Persona) -> Result<PersonaBody, ApiError> {
    let word = |word: &str| serde_json::Value::String(word.to_owned());
    Ok(PersonaBody {
        id: PersonaId::new(persona.id).map_err(ApiError::internal_error)?,
        etag: None,
        built_in: true,
        name: persona.name.to_owned(),
        description: persona.description.to_owned(),
        voice: serde_json::from_value(word(persona.voice)).map_err(ApiError::internal_error)?,
        style: serde_json::from_value(word(persona.style)).map_err(ApiError::internal_error)?,
        system_prompt_template: Some(persona.template.source()),
        course_id: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_persona_has_a_body_whose_template_only_staff_see() {
        for persona in prompts::personas() {
            let body = built_in_body(persona).unwrap();
            assert!(body.system_prompt_template.as_ref().is_some_and(|text| text.contains("{{question}}")));
            assert_eq!(body.for_learner().system_prompt_template, None);
        }
    }
}
