//! `POST /api/courses/{id}/announcements`

use mentora_core::documents::Announcement;
use mentora_core::ids::{AnnouncementId, CourseId};
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::Announcements;
use mentora_wire::rest::{AnnouncementBody, CreateAnnouncement};

use super::announced;
use crate::access;
use crate::answer::Created;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};

/// Tells a course something. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/{id}/announcements", operation_id = "createAnnouncement", tag = "announcements",
    params(("id" = String, Path, description = "The course.")),
    request_body = CreateAnnouncement,
    responses(
        (status = 201, description = "The announcement.", body = AnnouncementBody, headers(("location" = String))),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Json(body): Json<CreateAnnouncement>,
) -> Result<Created<AnnouncementBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    access::course(&documents, &caller, &course, CourseAction::Announce).await?;
    let id: AnnouncementId = context.fresh_id()?;
    let announcement = Announcement {
        author_id: caller.actor.user,
        content: body.content.trim().to_owned(),
        created_at: now,
        updated_at: now,
    };
    let made = Announcements(&documents).create(&course, &id, announcement).await?;
    let location = format!("/api/courses/{course}/announcements/{id}");
    Ok(Created { location, body: announced(id, made) })
}
