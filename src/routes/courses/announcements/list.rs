//! `GET /api/courses/{id}/announcements`

use axum::Json;
use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Announcements;
use mentora_wire::rest::{AnnouncementBody, ListPart, Page};

use super::announced;
use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::page;

/// What a course was told, for its members.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/courses/{id}/announcements", operation_id = "listAnnouncements", tag = "announcements",
    params(("id" = String, Path, description = "The course."), ListPart),
    responses(
        (status = 200, description = "A page of announcements, the latest first.", body = Page<AnnouncementBody>),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Query(part): Query<ListPart>,
) -> Result<Json<Page<AnnouncementBody>>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(part.limit, part.cursor.as_deref())?;
    access::course(&documents, &caller, &course, CourseAction::ReadAnnouncements).await?;
    let items = Announcements(&documents).list(&course, &wanted).await?;
    Ok(Json(page::page(items, |(id, announcement)| announced(id, announcement))))
}
