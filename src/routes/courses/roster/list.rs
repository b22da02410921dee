//! `GET /api/courses/{id}/roster`

use axum::Json;
use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Roster;
use mentora_wire::rest::{ListRoster, MemberBody, Page};

use super::bodies;
use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::page;

/// Who is in a course, was, or is invited to it. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/courses/{id}/roster", operation_id = "listRoster", tag = "roster",
    params(("id" = String, Path, description = "The course."), ListRoster),
    responses(
        (status = 200, description = "A page of entries, the latest first.", body = Page<MemberBody>),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Query(query): Query<ListRoster>,
) -> Result<Json<Page<MemberBody>>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(query.limit, query.cursor.as_deref())?;
    access::course(&documents, &caller, &course, CourseAction::ReadRoster).await?;
    let (entries, next) = Roster(&documents).list(&course, query.status, query.role, &wanted).await?;
    Ok(Json(page::page((bodies(&documents, entries).await?, next), |item| item)))
}
