//! `DELETE /api/personas/{id}`

use axum::response::NoContent;
use mentora_core::ids::PersonaId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Personas;
use mentora_durable::repositories::personas::Removal;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch};

/// Removes a persona of a course that no assignment names. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/personas/{id}", operation_id = "deletePersona", tag = "personas",
    params(("id" = String, Path, description = "The persona; a built-in one cannot be removed.")),
    responses(
        (status = 204, description = "It is gone."),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Id(id): Id<PersonaId>,
    IfMatch(seen): IfMatch,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    let edit = CourseAction::EditPersonas;
    let (_, course, _) = access::persona(&documents, &caller, &id, edit).await?;
    let removal = Personas(&documents).delete(&id, &course, seen).await;
    match removal.map_err(ApiError::missing(ApiError::persona_not_found))? {
        Removal::Done => Ok(NoContent),
        Removal::InUse(count) => Err(ApiError::persona_in_use(count)),
    }
}
