//! `PATCH /api/personas/{id}`

use mentora_core::ids::PersonaId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{PersonaChange, Personas};
use mentora_wire::rest::{PersonaBody, UpdatePersona};

use super::persona_body;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Json};

/// Changes a persona of a course. For its staff. Conversations that are under way keep the one they began with.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/personas/{id}", operation_id = "updatePersona", tag = "personas",
    params(("id" = String, Path, description = "The persona; a built-in one cannot be changed.")),
    request_body = UpdatePersona,
    responses(
        (status = 200, description = "The persona as it stands now.", body = PersonaBody),
        crate::openapi::Forbidden, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Id(id): Id<PersonaId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<UpdatePersona>,
) -> Result<Current<PersonaBody>, ApiError> {
    let documents = context.documents();
    access::persona(&documents, &caller, &id, CourseAction::EditPersonas).await?;
    let change = PersonaChange {
        name: body.name.map(|name| name.trim().to_owned()),
        description: body.description,
        voice: body.voice,
        style: body.style,
        system_prompt_template: body.system_prompt_template.map(|template| template.trim().to_owned()),
    };
    let changed = Personas(&documents).update(&id, &change, seen, context.now()).await;
    let persona = changed.map_err(ApiError::missing(ApiError::persona_not_found))?;
    Ok(Current(persona_body(id, persona)))
}
