//! `DELETE /api/courses/{id}/announcements/{announcementId}`

use axum::response::NoContent;
use mentora_core::ids::{AnnouncementId, CourseId};
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{Announcements, RepositoryError};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Ids;

/// Takes an announcement back. For staff of the course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/courses/{id}/announcements/{announcementId}", operation_id = "deleteAnnouncement",
    tag = "announcements",
    params(
        ("id" = String, Path, description = "The course."),
        ("announcementId" = String, Path, description = "The announcement."),
    ),
    responses((status = 204, description = "It is gone."), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Ids(course, id): Ids<CourseId, AnnouncementId>,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    access::course(&documents, &caller, &course, CourseAction::Announce).await?;
    Announcements(&documents).delete(&course, &id).await.map_err(|error| match error {
        RepositoryError::NotFound => ApiError::announcement_not_found(),
        other => other.into(),
    })?;
    Ok(NoContent)
}
