//! `GET /api/courses/{id}/topics`

use axum::Json;
use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Topics;
use mentora_wire::rest::{ListPart, Page, TopicBody};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::page;
use crate::routes::topics::topic_body;

/// The topics of a course, for its members.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/courses/{id}/topics", operation_id = "listTopics", tag = "topics",
    params(("id" = String, Path, description = "The course."), ListPart),
    responses(
        (
            status = 200,
            description = "A page of topics by their `order`; of two with one place, the older comes first.",
            body = Page<TopicBody>,
        ),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Query(part): Query<ListPart>,
) -> Result<Json<Page<TopicBody>>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(part.limit, part.cursor.as_deref())?;
    access::course(&documents, &caller, &course, CourseAction::ReadTopics).await?;
    let items = Topics(&documents).list(&course, &wanted).await?;
    Ok(Json(page::page(items, |(id, topic)| topic_body(id, topic))))
}
