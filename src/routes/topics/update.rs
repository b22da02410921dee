//! `PATCH /api/topics/{id}`

use mentora_core::ids::TopicId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{TopicChange, Topics};
use mentora_wire::rest::{TopicBody, UpdateTopic};

use super::topic_body;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Json};

/// Changes a topic. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/topics/{id}", operation_id = "updateTopic", tag = "topics",
    params(("id" = String, Path, description = "The topic.")),
    request_body = UpdateTopic,
    responses(
        (status = 200, description = "The topic as it stands now.", body = TopicBody),
        crate::openapi::Forbidden, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Id(id): Id<TopicId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<UpdateTopic>,
) -> Result<Current<TopicBody>, ApiError> {
    let documents = context.documents();
    access::topic(&documents, &caller, &id, CourseAction::EditTopics).await?;
    let change = TopicChange {
        title: body.title.map(|title| title.trim().to_owned()),
        description: body.description.map(|text| text.filter(|text| !text.is_empty())),
        order: body.order,
    };
    let changed = Topics(&documents).update(&id, &change, seen, context.now()).await;
    let topic = changed.map_err(ApiError::missing(ApiError::topic_not_found))?;
    Ok(Current(topic_body(id, topic)))
}
