//! `GET /api/conversations/{id}/transcript`

use axum::response::Response;
use mentora_core::ids::ConversationId;
use mentora_core::policy::ConversationAction;
use mentora_core::transcript::Transcript;
use mentora_durable::conversation::calls::{Calls, Snapshot};
use mentora_durable::repositories::Assignments;
use mentora_wire::rest::{TranscriptFormat, TranscriptQuery};

use crate::access;
use crate::answer::Download;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};

/// What was said, as it was heard: for programs, to read, or as captions. For its student and the staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/conversations/{id}/transcript", operation_id = "getTranscript", tag = "conversations",
    params(("id" = String, Path, description = "The conversation."), TranscriptQuery),
    responses((
        status = 200, description = "The transcript.", headers(("content-disposition" = String)),
        content((Transcript = "application/json"), (String = "text/plain"), (String = "text/vtt")),
    )),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<ConversationId>,
    Query(query): Query<TranscriptQuery>,
) -> Result<Response, ApiError> {
    let documents = context.documents();
    access::conversation(&documents, &caller, &id, ConversationAction::Read).await?;
    let Snapshot { conversation, .. } = Calls::new(context.env()).snapshot(&id).await?;
    // A conversation outlives its assignment; then it has no title.
    let assignment = Assignments(&documents).get(&conversation.assignment_id).await?;
    let about =
        assignment.as_ref().map(|assignment| (assignment.title.as_str(), assignment.question.as_deref()));
    let transcript = Transcript::of(&id, &conversation, about);
    let (suffix, content_type, body) = match query.format {
        TranscriptFormat::Json => {
            let body = serde_json::to_string(&transcript).map_err(ApiError::internal_error)?;
            ("json", "application/json", body)
        }
        TranscriptFormat::Txt => ("txt", "text/plain; charset=utf-8", transcript.to_text()),
        TranscriptFormat::Vtt => ("vtt", "text/vtt; charset=utf-8", transcript.to_captions()),
    };
    Ok(Download { name: format!("transcript-{id}.{suffix}"), content_type, body }.into())
}
