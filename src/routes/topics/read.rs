//! `GET /api/topics/{id}`

use mentora_core::ids::TopicId;
use mentora_core::policy::CourseAction;
use mentora_wire::rest::TopicBody;

use super::topic_body;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// A topic, for members of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/topics/{id}", operation_id = "getTopic", tag = "topics",
    params(("id" = String, Path, description = "The topic.")),
    responses((status = 200, description = "The topic.", body = TopicBody), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<TopicId>,
) -> Result<Current<TopicBody>, ApiError> {
    let topic = access::topic(&context.documents(), &caller, &id, CourseAction::ReadTopics).await?;
    Ok(Current(topic_body(id, topic)))
}
