//! `PATCH /api/assignments/{id}`

use mentora_core::documents::{Assignment, DUE_BEFORE_START, is_due_after_start};
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{Assignments, RepositoryError, Stored};
use mentora_wire::rest::{AssignmentBody, UpdateAssignment};

use super::{references, seen_by};
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Json};

/// Changes an assignment. For staff of its course. Conversations that are under way go on as they began.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/assignments/{id}", operation_id = "updateAssignment", tag = "assignments",
    params(("id" = String, Path, description = "The assignment.")),
    request_body = UpdateAssignment,
    responses(
        (status = 200, description = "The assignment as it stands now.", body = AssignmentBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
    IfMatch(seen): IfMatch,
    Json(change): Json<UpdateAssignment>,
) -> Result<Current<AssignmentBody>, ApiError> {
    let documents = context.documents();
    let assignments = Assignments(&documents);
    let edit = CourseAction::EditAssignments;
    let (before, found) = access::assignment(&documents, &caller, &id, edit).await?;
    if seen.is_some_and(|seen| seen != before.version) {
        return Err(RepositoryError::Stale.into());
    }
    let after = changed(&documents, &before, change.clone()).await?;
    let mut result = assignments.change(&id, &before, &after, context.now()).await;
    // Who has named no version wants the change made to whatever stands there.
    if seen.is_none() && result == Err(RepositoryError::Stale) {
        let before = assignments.get(&id).await?.ok_or_else(ApiError::assignment_not_found)?;
        let after = changed(&documents, &before, change).await?;
        result = assignments.change(&id, &before, &after, context.now()).await;
        result = result.map_err(|error| match error {
            RepositoryError::Stale => RepositoryError::Conflict,
            error => error,
        });
    }
    Ok(Current(seen_by(found.standing, id, result?)))
}

/// What becomes of an assignment, if it may.
async fn changed(
    documents: &Documents,
    before: &Stored<Assignment>,
    change: UpdateAssignment,
) -> Result<Assignment, ApiError> {
    let after = change.applied_to(before.document.clone());
    if !is_due_after_start(after.start_at, after.due_at) {
        return Err(ApiError::invalid_field("dueAt", DUE_BEFORE_START));
    }
    let (topic, persona) = (&after.topic_id, &after.ai_config.persona);
    if *topic != before.topic_id || *persona != before.ai_config.persona {
        references::check(documents, &after).await?;
    }
    Ok(after)
}
