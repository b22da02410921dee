//! `/api/courses`

pub mod announcements;
pub mod create;
pub mod join;
pub mod list;
pub mod read;
pub mod thumbnail;
pub mod topics;

use mentora_core::documents::{Member, MemberStatus, Role};
use mentora_core::ids::CourseId;
use mentora_core::time::Millis;

use crate::auth::Caller;

/// The caller as an active member of a course, from now on.
fn active_member(course: &CourseId, caller: Caller, role: Role, now: Millis) -> Member {
    Member {
        course_id: course.clone(),
        user_id: Some(caller.actor.user),
        email: caller.email,
        role,
        status: MemberStatus::Active,
        invited_at: None,
        joined_at: Some(now),
        created_at: now,
        updated_at: now,
    }
}
