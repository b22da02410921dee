//! `GET /api/courses/{id}`

use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_wire::rest::CourseBody;

use super::course_body;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// A course: for its members; a public one for everybody.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/courses/{id}", operation_id = "getCourse", tag = "courses",
    params(("id" = String, Path, description = "The course.")),
    responses((status = 200, description = "The course.", body = CourseBody)),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<CourseId>,
) -> Result<Current<CourseBody>, ApiError> {
    let found = access::course(&context.documents(), &caller, &id, CourseAction::Read).await?;
    Ok(Current(course_body(id, found.course, found.role)))
}
