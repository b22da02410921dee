//! `/api/courses/{id}/roster`

pub mod create;
pub mod delete;
pub mod import;
pub mod list;
pub mod update;

use mentora_core::documents::{Course, Member, Role};
use mentora_core::ids::{CourseId, MemberId};
use mentora_core::policy::{CourseAction, Verdict};
use mentora_core::roster::Reach;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{Roster, Stored, Users};
use mentora_wire::rest::MemberBody;

use crate::access::{self, CourseAccess};
use crate::answer::etag;
use crate::auth::Caller;
use crate::error::ApiError;

/// What one must be allowed to, to decide about somebody in this role.
fn editing(role: Role) -> CourseAction {
    if role.is_staff() { CourseAction::EditStaff } else { CourseAction::EditLearners }
}

/// Whom the caller decides about.
fn reach(caller: &Caller, access: &CourseAccess) -> Reach {
    match access.verdict(caller, CourseAction::EditStaff) {
        Verdict::Allow => Reach::Everybody,
        Verdict::Forbidden | Verdict::NotFound => Reach::Learners,
    }
}

/// An entry that the caller may change, and its course.
async fn editable(
    documents: &Documents,
    caller: &Caller,
    course: &CourseId,
    id: &MemberId,
) -> Result<(CourseAccess, Stored<Member>), ApiError> {
    let access = access::course(documents, caller, course, CourseAction::EditLearners).await?;
    let member = Roster(documents).entry(course, id).await?.ok_or_else(ApiError::member_not_found)?;
    access.demand(caller, editing(member.role))?;
    Ok((access, member))
}

/// Refuses what would take the course from its owner.
fn not_the_owner(course: &Course, member: &Member) -> Result<(), ApiError> {
    if member.user_id.as_ref() == Some(&course.owner_id) {
        return Err(ApiError::conflict(
            "The owner of a course stays its instructor. Delete the course if it is not needed any more.",
        ));
    }
    Ok(())
}

fn last_instructor() -> ApiError {
    ApiError::conflict("This is the last instructor of the course. Make somebody else one first.")
}

/// Entries as staff see them: with the names of those who have joined.
async fn bodies(
    documents: &Documents,
    entries: Vec<(MemberId, Stored<Member>)>,
) -> Result<Vec<MemberBody>, ApiError> {
    let users: Vec<_> = entries.iter().filter_map(|(_, member)| member.user_id.clone()).collect();
    let mut names = Users(documents).names(&users).await?;
    let body = |(id, member): (MemberId, Stored<Member>)| MemberBody {
        id,
        etag: etag(member.version),
        display_name: member.user_id.as_ref().and_then(|user| names.remove(user)),
        member: member.document,
    };
    Ok(entries.into_iter().map(body).collect())
}

async fn body(documents: &Documents, id: MemberId, member: Stored<Member>) -> Result<MemberBody, ApiError> {
    let body = bodies(documents, vec![(id, member)]).await?.pop();
    body.ok_or_else(|| ApiError::internal_error("an entry has no body"))
}
