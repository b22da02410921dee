//! `POST /api/courses/{id}/thumbnail`

use axum::Json as Answer;
use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_wire::rest::{CreateThumbnail, ThumbnailUpload};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};
use crate::thumbnails;

/// Gives leave to upload a picture of a course, for ten minutes. For its staff. The course shows the picture once it is
/// named in `PATCH /api/courses/{id}`.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/{id}/thumbnail", operation_id = "createCourseThumbnail", tag = "courses",
    params(("id" = String, Path, description = "The course.")),
    request_body = CreateThumbnail,
    responses(
        (status = 200, description = "How to upload it.", body = ThumbnailUpload),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Json(body): Json<CreateThumbnail>,
) -> Result<Answer<ThumbnailUpload>, ApiError> {
    access::course(&context.documents(), &caller, &course, CourseAction::Edit).await?;
    thumbnails::upload(&context, &course, &body).map(Answer)
}
