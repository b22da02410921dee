//! `DELETE /api/courses/{id}/announcements/{announcementId}`

use axum::response::NoContent;
use mentora_core::ids::{AnnouncementId, CourseId};
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Announcements;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Ids, IfMatch};

/// Takes an announcement back. For staff of the course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/courses/{id}/announcements/{announcementId}", operation_id = "deleteAnnouncement",
    tag = "announcements",
    params(
        ("id" = String, Path, description = "The course."),
        ("announcementId" = String, Path, description = "The announcement."),
    ),
    responses((status = 204, description = "It is gone."), crate::openapi::Forbidden, crate::openapi::Changed),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Ids(course, id): Ids<CourseId, AnnouncementId>,
    IfMatch(seen): IfMatch,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    access::course(&documents, &caller, &course, CourseAction::Announce).await?;
    let deleted = Announcements(&documents).delete(&course, &id, seen).await;
    deleted.map_err(ApiError::missing(ApiError::announcement_not_found))?;
    Ok(NoContent)
}
