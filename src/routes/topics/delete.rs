//! `DELETE /api/topics/{id}`

use axum::response::NoContent;
use mentora_core::ids::TopicId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Topics;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch};

/// Removes a topic under which no assignment stands. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/topics/{id}", operation_id = "deleteTopic", tag = "topics",
    params(("id" = String, Path, description = "The topic.")),
    responses(
        (status = 204, description = "It is gone."),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Id(id): Id<TopicId>,
    IfMatch(seen): IfMatch,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    let topic = access::topic(&documents, &caller, &id, CourseAction::EditTopics).await?;
    let removed = Topics(&documents).delete(&id, &topic.course_id, seen).await;
    if removed.map_err(ApiError::missing(ApiError::topic_not_found))? {
        Ok(NoContent)
    } else {
        Err(ApiError::conflict(
            "Assignments stand under this topic. Put them under another one first, or delete them.",
        ))
    }
}
