//! `POST /api/courses/join`

use mentora_core::documents::MemberStatus;
use mentora_core::policy::must_know_password;
use mentora_durable::repositories::{Courses, Roster};
use mentora_wire::error::ErrorBody;
use mentora_wire::rest::{CourseBody, JoinCourse};

use super::{active_member, course_body};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;
use crate::passwords;

/// Joins a course by its code, and by its password if it has one. Who is in it already stays what they are, and needs no
/// password. A wrong one is counted: after 5 in a quarter of an hour the caller has to wait, after 100 of everybody,
/// everybody.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/join", operation_id = "joinCourse", tag = "courses",
    request_body = JoinCourse,
    responses(
        (status = 200, description = "The course.", body = CourseBody),
        (
            status = 403, body = ErrorBody,
            description = "The password is missing or wrong; `details.reason` says which: `password_required`, \
                `password_wrong`. Or the caller was removed from the course. `FORBIDDEN`",
        ),
        (
            status = 429, body = ErrorBody,
            description = "Too many wrong passwords; `Retry-After` says in how many seconds to go on. `RATE_LIMITED`",
        ),
        crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn join(
    caller: Caller,
    context: Context,
    Json(body): Json<JoinCourse>,
) -> Result<Current<CourseBody>, ApiError> {
    let documents = context.documents();
    let found = Courses(&documents).by_code(&body.code).await?;
    let (id, course) = found.ok_or_else(ApiError::course_code_not_found)?;
    let member = Roster(&documents).get(&id, &caller.actor.user).await?;
    if must_know_password(&caller.actor, &course, member.as_deref()) {
        passwords::admit(&context, &id, &caller.actor.user, body.password.as_ref()).await?;
    }
    let joining = active_member(&id, caller, body.role.into(), context.now());
    let member = Roster(&documents).join(&joining).await?.member;
    if member.status == MemberStatus::Removed {
        return Err(ApiError::forbidden(
            "You were removed from this course. Ask its staff to let you in again.",
        ));
    }
    Ok(Current(course_body(id, course, Some(member.role))))
}
