//! `GET /api/assignments`

use axum::Json;
use mentora_core::documents::{Assignment, AssignmentStatus};
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{Assignments, Stored};
use mentora_wire::rest::{AssignmentBody, ListAssignments, Page};

use super::seen_by;
use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Query;
use crate::page;

/// The assignments of a course, or of one of its topics. Only staff see the prompts.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/assignments", operation_id = "listAssignments", tag = "assignments",
    params(ListAssignments),
    responses(
        (status = 200, description = "A page of assignments.", body = Page<AssignmentBody>),
        crate::openapi::Forbidden, crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Query(query): Query<ListAssignments>,
) -> Result<Json<Page<AssignmentBody>>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    let wanted = page::wanted(query.limit, query.cursor.as_deref())?;
    let read = CourseAction::ReadAssignments;
    let found = access::course(&documents, &caller, &query.course_id, read).await?;
    let fetch =
        async |ask| Assignments(&documents).list(&query.course_id, query.topic_id.as_ref(), &ask).await;
    let keep = |(_, assignment): &(AssignmentId, Stored<Assignment>)| {
        query.status.is_none_or(|status| status == AssignmentStatus::of(assignment, now))
    };
    let items = page::filtered(wanted, fetch, keep).await?;
    Ok(Json(page::page(items, |(id, assignment)| seen_by(found.standing, id, assignment))))
}
