//! `PATCH /api/courses/{id}`

use mentora_core::documents::{PasswordHash, Thumbnail};
use mentora_core::ids::CourseId;
use mentora_core::password::Password;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{CourseChange, Courses, RepositoryError};
use mentora_wire::rest::{CourseBody, UpdateCourse, UploadedThumbnail};

use super::{course_body, refuse_unpaid_credits};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, IfMatch, Json};
use crate::{access, passwords, thumbnails};

/// Changes a course. For its staff.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/courses/{id}", operation_id = "updateCourse", tag = "courses",
    params(("id" = String, Path, description = "The course.")),
    request_body = UpdateCourse,
    responses(
        (status = 200, description = "The course as it stands now.", body = CourseBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Id(id): Id<CourseId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<UpdateCourse>,
) -> Result<Current<CourseBody>, ApiError> {
    let documents = context.documents();
    let found = access::course(&documents, &caller, &id, CourseAction::Edit).await?;
    refuse_unpaid_credits(&caller, body.demo_policy.as_ref().and_then(Option::as_ref))?;
    let change = CourseChange {
        title: body.title.map(|title| title.trim().to_owned()),
        code: body.code,
        visibility: body.visibility,
        description: body.description.map(|text| text.filter(|text| !text.is_empty())),
        theme: body.theme,
        thumbnail: confirmed(&context, &id, body.thumbnail).await?,
        is_demo: body.is_demo,
        demo_policy: body.demo_policy,
        retention_days: body.retention_days,
        password: hashed(body.password).await?,
    };
    let changed = Courses(&documents).update(&id, &change, seen, context.now()).await;
    let course = changed.map_err(|error| match error {
        RepositoryError::AlreadyExists => ApiError::course_code_taken(),
        other => ApiError::missing(ApiError::course_not_found)(other),
    })?;
    thumbnails::remove(&context, &id, found.course.thumbnail.as_ref(), course.thumbnail.as_ref()).await;
    Ok(Current(course_body(id, course, found.role)))
}

async fn confirmed(
    context: &Context,
    course: &CourseId,
    uploaded: Option<Option<UploadedThumbnail>>,
) -> Result<Option<Option<Thumbnail>>, ApiError> {
    match uploaded {
        Some(Some(picture)) => {
            Ok(Some(Some(thumbnails::confirm(context, course, &picture.storage_path).await?)))
        }
        Some(None) => Ok(Some(None)),
        None => Ok(None),
    }
}

async fn hashed(password: Option<Option<Password>>) -> Result<Option<Option<PasswordHash>>, ApiError> {
    match password {
        Some(Some(password)) => Ok(Some(Some(passwords::hash(&password).await?))),
        Some(None) => Ok(Some(None)),
        None => Ok(None),
    }
}
