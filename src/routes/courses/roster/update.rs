//! `PATCH /api/courses/{id}/roster/{memberId}`

use mentora_core::ids::{CourseId, MemberId};
use mentora_durable::repositories::{MemberChange, Roster};
use mentora_wire::rest::{MemberBody, UpdateMember};

use super::{body, editable, editing, last_instructor, not_the_owner};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Ids, IfMatch, Json};

/// Changes what somebody is to a course, or whether they take part. For its staff; about staff instructors decide.
///
/// The owner and the last instructor stay what they are. Who is only invited has a role to change, and takes part by
/// joining.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/courses/{id}/roster/{memberId}", operation_id = "updateMember", tag = "roster",
    params(
        ("id" = String, Path, description = "The course."),
        ("memberId" = String, Path, description = "The entry."),
    ),
    request_body = UpdateMember,
    responses(
        (status = 200, description = "The entry as it stands now.", body = MemberBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Ids(course, id): Ids<CourseId, MemberId>,
    IfMatch(seen): IfMatch,
    Json(UpdateMember { role, status }): Json<UpdateMember>,
) -> Result<Current<MemberBody>, ApiError> {
    let documents = context.documents();
    let (access, member) = editable(&documents, &caller, &course, &id).await?;
    if let Some(role) = role {
        access.demand(&caller, editing(role))?;
    }
    let change = MemberChange { role, status: status.map(Into::into) };
    let changes = change.role.is_some_and(|role| role != member.role)
        || change.status.is_some_and(|status| status != member.status);
    if changes {
        not_the_owner(&access.course, &member)?;
    }
    if status.is_some() && member.user_id.is_none() {
        return Err(ApiError::conflict(
            "This is an invitation that nobody has taken up yet. To withdraw it, send DELETE.",
        ));
    }
    let changed = Roster(&documents).update(&id, &member, &change, seen, context.now()).await;
    let member = changed.map_err(ApiError::missing(ApiError::member_not_found))?;
    let member = member.ok_or_else(last_instructor)?;
    Ok(Current(body(&documents, id, member).await?))
}
