//! `POST /api/courses/{id}/topics`

use mentora_core::documents::Topic;
use mentora_core::ids::{CourseId, TopicId};
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Topics;
use mentora_wire::rest::{CreateTopic, TopicBody};

use crate::access;
use crate::answer::Created;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};
use crate::routes::topics::topic_body;

/// Makes a topic of a course. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/{id}/topics", operation_id = "createTopic", tag = "topics",
    params(("id" = String, Path, description = "The course.")),
    request_body = CreateTopic,
    responses(
        (status = 201, description = "The topic.", body = TopicBody, headers(("location" = String))),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Json(body): Json<CreateTopic>,
) -> Result<Created<TopicBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    access::course(&documents, &caller, &course, CourseAction::EditTopics).await?;
    let id: TopicId = context.fresh_id()?;
    let topic = Topic {
        course_id: course,
        title: body.title.trim().to_owned(),
        description: body.description.filter(|description| !description.is_empty()),
        order: body.order,
        created_by: caller.actor.user,
        created_at: now,
        updated_at: now,
    };
    let made = Topics(&documents).create(&id, topic).await?;
    let location = format!("/api/topics/{id}");
    Ok(Created { location, body: topic_body(id, made) })
}
