//! `DELETE /api/courses/{id}`

use axum::response::NoContent;
use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{Conversations, Courses, Page, Version};
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::DeleteCourse;

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Query};
use crate::{access, sweep, thumbnails};

/// Conversations that are counted before a course is not deleted: pages of a hundred.
const MAX_COUNTED_PAGES: u32 = 10;

/// Deletes a course with its topics, assignments, statistics, personas and announcements, its roster and its code. For
/// its owner. While conversations are open it is not deleted, unless `force` is `true`: then they are ended. What the
/// students said stays theirs to read. After a `503` the request is repeated to go on where it stopped.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/courses/{id}", operation_id = "deleteCourse", tag = "courses",
    params(("id" = String, Path, description = "The course."), DeleteCourse),
    responses(
        (status = 204, description = "It is gone."),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Id(id): Id<CourseId>,
    IfMatch(seen): IfMatch,
    Query(DeleteCourse { force }): Query<DeleteCourse>,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    match access::course(&documents, &caller, &id, CourseAction::Delete).await {
        Ok(found) => {
            remove(&documents, &id, seen, force).await?;
            thumbnails::remove(&context, &id, found.course.thumbnail.as_ref(), None).await;
        }
        // A call before this one may have removed the course and not the rest.
        Err(refusal) if refusal.code() == ErrorCode::NotFound => {
            access::deleted_course(&documents, &caller, &id).await?;
        }
        Err(refusal) => return Err(refusal),
    }
    sweep::course(context.env(), &documents, &id).await?;
    Ok(NoContent)
}

async fn remove(
    documents: &Documents,
    id: &CourseId,
    seen: Option<Version>,
    force: bool,
) -> Result<(), ApiError> {
    let open = if force { 0 } else { count_open(documents, id).await? };
    if open > 0 {
        return Err(ApiError::conversations_open(open));
    }
    let removed = Courses(documents).delete(id, seen).await;
    removed.map_err(ApiError::missing(ApiError::course_not_found))
}

async fn count_open(documents: &Documents, id: &CourseId) -> Result<usize, ApiError> {
    let mut page = Page { limit: 100, cursor: None };
    let mut count = 0;
    for _ in 0..MAX_COUNTED_PAGES {
        let (open, next) = Conversations(documents).open_in(id, &page).await?;
        count += open.len();
        if next.is_none() {
            break;
        }
        page.cursor = next;
    }
    Ok(count)
}
