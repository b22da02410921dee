//! `GET /api/assignments/{id}`

use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_wire::rest::AssignmentBody;

use super::seen_by;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// An assignment. Only staff see the prompts.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/assignments/{id}", operation_id = "getAssignment", tag = "assignments",
    params(("id" = String, Path, description = "The assignment.")),
    responses((status = 200, description = "The assignment.", body = AssignmentBody), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
) -> Result<Current<AssignmentBody>, ApiError> {
    let read = CourseAction::ReadAssignments;
    let (assignment, found) = access::assignment(&context.documents(), &caller, &id, read).await?;
    Ok(Current(seen_by(found.standing, id, assignment)))
}
