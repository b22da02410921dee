//! `POST /api/courses/join`

use futures::try_join;
use mentora_core::documents::MemberStatus;
use mentora_core::policy::must_know_password;
use mentora_durable::repositories::{Courses, Roster};
use mentora_wire::rest::{CourseBody, JoinCourse};

use super::{active_member, course_body};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;
use crate::passwords;

/// Joins a course by its code, and by its password if it has one. Who is in it already stays what they are; they and whoever
/// was invited need no password. A password that is
/// missing or wrong is `403`; `details.reason` says which: `password_required`, `password_wrong`. A wrong one is counted: after 5 in a quarter of an hour the caller has to wait, after 100 of everybody,
/// everybody.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/join", operation_id = "joinCourse", tag = "courses",
    request_body = JoinCourse,
    responses(
        (status = 200, description = "The course.", body = CourseBody),
        crate::openapi::Forbidden, crate::openapi::Hidden,
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
    let roster = Roster(&documents);
    let (member, invitation) =
        try_join!(roster.get(&id, &caller.actor.user), roster.invitation(&id, &caller.email))?;
    let member = member.or(invitation);
    if must_know_password(&caller.actor, &course, member.as_deref()) {
        passwords::admit(&context, &id, &caller.actor.user, body.password.as_ref()).await?;
    }
    let joining = active_member(&id, caller, body.role.into(), context.now());
    let member = roster.join(&joining).await?.member;
    if member.status == MemberStatus::Removed {
        return Err(ApiError::forbidden(
            "You were removed from this course. Ask its staff to let you in again.",
        ));
    }
    Ok(Current(course_body(id, course, Some(member.role))))
}
