//! `PATCH /api/submissions/{id}`

use mentora_core::ids::SubmissionId;
use mentora_core::policy::SubmissionAction;
use mentora_durable::repositories::{RepositoryError, SubmissionChange, Submissions};
use mentora_wire::rest::{SubmissionBody, UpdateSubmission};

use super::submission_body;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Json};

/// Grades a submission: score, notes, and whether the student may see them. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/submissions/{id}", operation_id = "updateSubmission", tag = "submissions",
    params(("id" = String, Path, description = "The submission.")),
    request_body = UpdateSubmission,
    responses(
        (status = 200, description = "The submission as it stands now.", body = SubmissionBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Id(id): Id<SubmissionId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<UpdateSubmission>,
) -> Result<Current<SubmissionBody>, ApiError> {
    let documents = context.documents();
    let found = access::submission(&documents, &caller, &id, SubmissionAction::Grade).await?;
    if body.state.is_some_and(|state| !found.submission.state.may_be_graded(state)) {
        return Err(ApiError::conflict(
            "Only what was handed in can be graded, and only to `graded_complete` and back to `submitted`. A student hands in by ending the conversation; to let the student go on, open the conversation again.",
        ));
    }
    // What is decided by the state holds for the version that it was read from.
    let version = seen.or(body.state.map(|_| found.submission.version));
    let change = SubmissionChange {
        state: body.state,
        score_completion: body.score_completion,
        notes: body.notes.map(|notes| notes.filter(|notes| !notes.is_empty())),
        ..SubmissionChange::default()
    };
    let changed = Submissions(&documents).update(&id, &change, version, context.now()).await;
    let submission = changed.map_err(|error| match error {
        RepositoryError::NotFound => ApiError::submission_not_found(),
        RepositoryError::Stale if seen.is_none() => RepositoryError::Conflict.into(),
        error => error.into(),
    })?;
    Ok(Current(submission_body(found.standing, id, submission)))
}
