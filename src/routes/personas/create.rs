//! `POST /api/personas`

use mentora_core::documents::Persona;
use mentora_core::ids::PersonaId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Personas;
use mentora_wire::rest::{CreatePersona, PersonaBody};

use super::persona_body;
use crate::access;
use crate::answer::Created;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;

/// Makes a persona of a course. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/personas", operation_id = "createPersona", tag = "personas",
    request_body = CreatePersona,
    responses(
        (status = 201, description = "The persona.", body = PersonaBody, headers(("location" = String))),
        crate::openapi::Forbidden, crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Json(body): Json<CreatePersona>,
) -> Result<Created<PersonaBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    access::course(&documents, &caller, &body.course_id, CourseAction::EditPersonas).await?;
    let id: PersonaId = context.fresh_id()?;
    let persona = Persona {
        name: body.name.trim().to_owned(),
        description: body.description,
        voice: body.voice,
        style: body.style,
        system_prompt_template: body.system_prompt_template.trim().to_owned(),
        course_id: Some(body.course_id),
        created_by: caller.actor.user,
        created_at: now,
        updated_at: now,
    };
    let made = Personas(&documents).create(&id, persona).await?;
    let location = format!("/api/personas/{id}");
    Ok(Created { location, body: persona_body(id, made) })
}
