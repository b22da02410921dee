//! `GET /api/personas/{id}`

use mentora_core::ids::PersonaId;
use mentora_core::policy::CourseAction;
use mentora_core::prompts;
use mentora_wire::rest::PersonaBody;

use super::{built_in_body, persona_body};
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// A persona: a built-in one, or one of a course, for its members. Only staff see the template.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/personas/{id}", operation_id = "getPersona", tag = "personas",
    params(("id" = String, Path, description = "The persona.")),
    responses((status = 200, description = "The persona.", body = PersonaBody), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<PersonaId>,
) -> Result<Current<PersonaBody>, ApiError> {
    if let Some(persona) = prompts::built_in(id.as_str()) {
        return Ok(Current(built_in_body(persona)?.for_learner()));
    }
    let read = CourseAction::ReadPersonas;
    let (persona, _, found) = access::persona(&context.documents(), &caller, &id, read).await?;
    let body = persona_body(id, persona);
    Ok(Current(if found.standing.is_staff() { body } else { body.for_learner() }))
}
