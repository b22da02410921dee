//! `GET /api/submissions/{id}`

use mentora_core::ids::SubmissionId;
use mentora_core::policy::SubmissionAction;
use mentora_wire::rest::SubmissionBody;

use super::submission_body;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// A submission. Its student sees score and notes once it is graded; staff of the course always do.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/submissions/{id}", operation_id = "getSubmission", tag = "submissions",
    params(("id" = String, Path, description = "The submission.")),
    responses((status = 200, description = "The submission.", body = SubmissionBody)),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<SubmissionId>,
) -> Result<Current<SubmissionBody>, ApiError> {
    let found = access::submission(&context.documents(), &caller, &id, SubmissionAction::Read).await?;
    Ok(Current(submission_body(found.standing, id, found.submission)))
}
