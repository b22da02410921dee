//! `DELETE /api/assignments/{id}`

use axum::response::NoContent;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::conversation::calls::Calls;
use mentora_durable::conversation::sweep::end_open;
use mentora_durable::repositories::conversations::ConversationFilter;
use mentora_durable::repositories::{Assignments, RepositoryError};
use mentora_wire::rest::DeleteAssignment;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Query};

/// Removes an assignment. For staff of its course. One that students have argued about goes only with `force=true`:
/// conversations that are open end, and what was said stays readable for those who said it and for staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/assignments/{id}", operation_id = "deleteAssignment", tag = "assignments",
    params(("id" = String, Path, description = "The assignment."), DeleteAssignment),
    responses(
        (status = 204, description = "It is gone."),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
    IfMatch(seen): IfMatch,
    Query(query): Query<DeleteAssignment>,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    let assignments = Assignments(&documents);
    let edit = CourseAction::EditAssignments;
    let (assignment, _) = access::assignment(&documents, &caller, &id, edit).await?;
    if query.force {
        // Nobody's conversation ends for a removal that is refused.
        if seen.is_some_and(|seen| seen != assignment.version) {
            return Err(RepositoryError::Stale.into());
        }
        let about_it = ConversationFilter { assignment: Some(id.clone()), ..ConversationFilter::default() };
        let calls = Calls::new(context.env());
        end_open(calls, &documents, &about_it).await?;
        let removed = assignments.delete(&id, seen).await;
        removed.map_err(ApiError::missing(ApiError::assignment_not_found))?;
        // Those that began meanwhile; now none can.
        end_open(calls, &documents, &about_it).await?;
        return Ok(NoContent);
    }
    let removed = assignments.delete_unused(&id, seen).await;
    if removed.map_err(ApiError::missing(ApiError::assignment_not_found))? {
        Ok(NoContent)
    } else {
        Err(ApiError::conflict(
            "Students have argued about this assignment. Repeat with `?force=true` to delete it: open conversations end, and all stay readable.",
        ))
    }
}
