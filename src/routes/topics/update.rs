//! `PATCH /api/topics/{id}`

use axum::Json as Answer;
use mentora_core::ids::TopicId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{RepositoryError, TopicChange, Topics};
use mentora_wire::rest::{TopicBody, UpdateTopic};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};

/// Changes a topic. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/topics/{id}", operation_id = "updateTopic", tag = "topics",
    params(("id" = String, Path, description = "The topic.")),
    request_body = UpdateTopic,
    responses(
        (status = 200, description = "The topic as it stands now.", body = TopicBody),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Id(id): Id<TopicId>,
    Json(body): Json<UpdateTopic>,
) -> Result<Answer<TopicBody>, ApiError> {
    let documents = context.documents();
    access::topic(&documents, &caller, &id, CourseAction::EditTopics).await?;
    let change = TopicChange {
        title: body.title.map(|title| title.trim().to_owned()),
        description: body.description,
        order: body.order,
    };
    let changed = Topics(&documents).update(&id, &change, context.now()).await;
    let topic = changed.map_err(|error| match error {
        RepositoryError::NotFound => ApiError::topic_not_found(),
        other => other.into(),
    })?;
    Ok(Answer(TopicBody { id, topic }))
}
