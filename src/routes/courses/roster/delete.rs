//! `DELETE /api/courses/{id}/roster/{memberId}`

use axum::response::NoContent;
use mentora_core::documents::MemberStatus;
use mentora_core::ids::{CourseId, MemberId};
use mentora_durable::repositories::{MemberChange, Roster};

use super::{editable, last_instructor, not_the_owner};
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Ids, IfMatch};

/// Removes somebody from a course, or withdraws an invitation. For its staff; about staff instructors decide.
///
/// Who had joined stays on the roster as `removed`, and cannot come back by the code. The owner and the last instructor
/// cannot be removed.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/courses/{id}/roster/{memberId}", operation_id = "removeMember", tag = "roster",
    params(
        ("id" = String, Path, description = "The course."),
        ("memberId" = String, Path, description = "The entry."),
    ),
    responses(
        (status = 204, description = "They do not take part any more."),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    Ids(course, id): Ids<CourseId, MemberId>,
    IfMatch(seen): IfMatch,
) -> Result<NoContent, ApiError> {
    let documents = context.documents();
    let (access, member) = editable(&documents, &caller, &course, &id).await?;
    not_the_owner(&access.course, &member)?;
    let roster = Roster(&documents);
    let gone = ApiError::missing(ApiError::member_not_found);
    if member.user_id.is_none() {
        roster.withdraw(&id, &member, seen).await.map_err(gone)?;
    } else {
        let change = MemberChange { status: Some(MemberStatus::Removed), ..MemberChange::default() };
        let removed = roster.update(&id, &member, &change, seen, context.now()).await.map_err(gone)?;
        removed.ok_or_else(last_instructor)?;
    }
    Ok(NoContent)
}
