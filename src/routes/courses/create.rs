//! `POST /api/courses`

use mentora_core::documents::{Course, Role};
use mentora_core::ids::CourseId;
use mentora_durable::repositories::{Courses, RepositoryError};
use mentora_wire::rest::{CourseBody, CreateCourse};

use super::{active_member, course_body, refuse_unpaid_credits};
use crate::answer::Created;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;
use crate::passwords;

/// Makes a course. The caller becomes its instructor.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses", operation_id = "createCourse", tag = "courses",
    request_body = CreateCourse,
    responses(
        (status = 201, description = "The course.", body = CourseBody, headers(("location" = String))),
        crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Json(body): Json<CreateCourse>,
) -> Result<Created<CourseBody>, ApiError> {
    refuse_unpaid_credits(&caller, body.demo_policy.as_ref())?;
    let now = context.now();
    let id: CourseId = context.fresh_id()?;
    let course = Course {
        title: body.title.trim().to_owned(),
        code: body.code,
        owner_id: caller.actor.user.clone(),
        visibility: body.visibility,
        has_password: body.password.is_some(),
        theme: body.theme,
        description: body.description.filter(|text| !text.is_empty()),
        thumbnail: None,
        is_demo: body.is_demo,
        demo_policy: body.demo_policy,
        retention_days: body.retention_days,
        created_at: now,
        updated_at: now,
    };
    let password = match &body.password {
        Some(password) => Some(passwords::hash(password).await?),
        None => None,
    };
    let owner = active_member(&id, caller, Role::Instructor, now);
    let made = Courses(&context.documents()).create_with(&id, course, &owner, password.as_ref()).await;
    let made = made.map_err(|error| match error {
        RepositoryError::AlreadyExists => ApiError::course_code_taken(),
        other => other.into(),
    })?;
    let location = format!("/api/courses/{id}");
    Ok(Created { location, body: course_body(id, made, Some(Role::Instructor)) })
}
