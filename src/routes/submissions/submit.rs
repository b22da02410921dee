//! `POST /api/submissions/{id}/submit`

use mentora_core::documents::SubmissionState;
use mentora_core::ids::SubmissionId;
use mentora_core::policy::SubmissionAction;
use mentora_durable::conversation::calls::{Calls, Snapshot};
use mentora_durable::repositories::{RepositoryError, SubmissionChange, Submissions};
use mentora_wire::rest::SubmissionBody;

use super::submission_body;
use crate::access::{self, SubmissionAccess};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// Hands a submission in, once its conversation has ended. That does so by itself a moment later; who does not want to
/// wait may ask. Handing in twice changes nothing. For its student.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/submissions/{id}/submit", operation_id = "submitSubmission", tag = "submissions",
    params(("id" = String, Path, description = "The submission.")),
    responses(
        (status = 200, description = "The submission, handed in.", body = SubmissionBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<SubmissionId>,
) -> Result<Current<SubmissionBody>, ApiError> {
    let documents = context.documents();
    let found = access::submission(&documents, &caller, &id, SubmissionAction::Submit).await?;
    let SubmissionAccess { submission, assignment, standing } = found;
    if submission.state != SubmissionState::InProgress {
        return Ok(Current(submission_body(standing, id, submission)));
    }
    let Snapshot { conversation, .. } =
        Calls::new(context.env()).snapshot(&submission.conversation_id).await?;
    let Some(closed_at) = conversation.closed_at else {
        return Err(ApiError::conflict(
            "The conversation still goes on. End it first, with POST /api/conversations/{id}/end; that hands it in.",
        )
        .with_detail("conversationId", submission.conversation_id.as_str()));
    };
    let change = SubmissionChange::handed_in(closed_at, assignment.and_then(|assignment| assignment.due_at));
    let submissions = Submissions(&documents);
    let submission = match submissions.update(&id, &change, Some(submission.version), context.now()).await {
        // Handed in by the end of the conversation at this moment.
        Err(RepositoryError::Stale) => submissions.get(&id).await?.ok_or(RepositoryError::NotFound)?,
        changed => changed?,
    };
    Ok(Current(submission_body(standing, id, submission)))
}
