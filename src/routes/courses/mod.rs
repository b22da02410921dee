//! `/api/courses`

pub mod announcements;
pub mod create;
pub mod delete;
pub mod join;
pub mod list;
pub mod read;
pub mod roster;
pub mod thumbnail;
pub mod topics;
pub mod update;
pub mod wallet;

use mentora_core::documents::{Course, DemoPolicy, Member, MemberStatus, Role};
use mentora_core::email::EmailAddress;
use mentora_core::ids::CourseId;
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::CourseBody;

use crate::answer::etag;
use crate::auth::Caller;
use crate::error::ApiError;

/// The caller as an active member of a course, from now on.
fn active_member(course: &CourseId, caller: Caller, role: Role, now: Millis) -> Member {
    Member {
        course_id: course.clone(),
        user_id: Some(caller.actor.user),
        // As invitations have it, so that whoever is here is found by the address.
        email: EmailAddress::new(&caller.email).map_or(caller.email, String::from),
        role,
        status: MemberStatus::Active,
        invited_at: None,
        joined_at: Some(now),
        created_at: now,
        updated_at: now,
    }
}

/// What a demo course gives its students is new money, which is Mentora's to give.
fn refuse_unpaid_credits(caller: &Caller, policy: Option<&DemoPolicy>) -> Result<(), ApiError> {
    let gives = policy.is_some_and(|policy| policy.max_free_credits_micros_per_user > Micros::ZERO);
    if gives && !caller.actor.admin {
        return Err(ApiError::forbidden(
            "Free credits are given by Mentora: only an admin may set `demoPolicy.maxFreeCreditsMicrosPerUser` above 0.",
        ));
    }
    Ok(())
}

/// A course as one in this role sees it.
fn course_body(id: CourseId, course: Stored<Course>, role: Option<Role>) -> CourseBody {
    CourseBody { id, etag: etag(course.version), role, course: course.document }
}
