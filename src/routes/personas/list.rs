//! `GET /api/personas`

use axum::Json;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Personas;
use mentora_durable::repositories::personas::Listed;
use mentora_wire::rest::{ListPersonas, Page, PersonaBody};

use super::{built_in_body, persona_body};
use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Query;
use crate::page;

/// The built-in personas, and those of a course if one is named. Only its staff see the templates.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/personas", operation_id = "listPersonas", tag = "personas",
    params(ListPersonas),
    responses(
        (
            status = 200,
            description = "A page of personas: the built-in ones, then those of the course, the latest made first.",
            body = Page<PersonaBody>,
        ),
        crate::openapi::Forbidden, crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Query(query): Query<ListPersonas>,
) -> Result<Json<Page<PersonaBody>>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(query.limit, query.cursor.as_deref())?;
    let is_staff = match &query.course_id {
        Some(course) => {
            let read = CourseAction::ReadPersonas;
            access::course(&documents, &caller, course, read).await?.standing.is_staff()
        }
        None => false,
    };
    let (found, next) = Personas(&documents).list(query.course_id.as_ref(), &wanted).await?;
    let body = |listed| match listed {
        Listed::BuiltIn(persona) => built_in_body(persona),
        Listed::Own(id, persona) => Ok(persona_body(id, persona)),
    };
    let bodies = found.into_iter().map(body).collect::<Result<Vec<_>, _>>()?;
    let seen = |body: PersonaBody| if is_staff { body } else { body.for_learner() };
    Ok(Json(page::page((bodies, next), seen)))
}
