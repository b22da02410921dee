//! What becomes of an invitation, by who is on the roster already.

use serde::{Deserialize, Serialize};

use crate::documents::{MemberStatus, Role};

/// Whom somebody may let in, change and remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Students and auditors.
    Learners,
    /// Instructors and teaching assistants, too.
    Everybody,
}

impl Reach {
    /// Whether one in this role is within reach.
    #[must_use]
    pub fn covers(self, role: Role) -> bool {
        self == Self::Everybody || !role.is_staff()
    }
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The address was not on the roster; now it is, until its owner joins.
    Invited,
    /// Its owner was in the course and had been removed; now takes part again.
    Readmitted,
    /// It was invited already, in the same role.
    Unchanged,
    /// Its owner takes part already, in the same role.
    AlreadyMember,
    /// It is on the roster in another role, and stays as it is.
    RoleDiffers,
    /// It cannot be invited: the message says why.
    Invalid,
    /// A row above has the same address; that one counts.
    Duplicate,
}

/// Somebody whom the inviter has no say about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only an instructor of the course may decide who is on its staff")]
pub struct Beyond;

/// What becomes of an invitation to be `role`, when `found` is what the roster has of the address.
///
/// # Errors
/// [`Beyond`], when it is for somebody who is or would be out of the inviter's reach.
pub fn answer(found: Option<(Role, MemberStatus)>, role: Role, reach: Reach) -> Result<Outcome, Beyond> {
    if !reach.covers(role) {
        return Err(Beyond);
    }
    Ok(match found {
        None => Outcome::Invited,
        Some((was, MemberStatus::Removed)) if reach.covers(was) => Outcome::Readmitted,
        Some((_, MemberStatus::Removed)) => return Err(Beyond),
        Some((is, _)) if is != role => Outcome::RoleDiffers,
        Some((_, MemberStatus::Invited)) => Outcome::Unchanged,
        Some((_, MemberStatus::Active)) => Outcome::AlreadyMember,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use MemberStatus::{Active, Invited, Removed};
    use Role::{Auditor, Instructor, Student, Ta};

    #[test]
    fn who_is_on_the_roster_is_not_invited_again_and_who_was_removed_comes_back() {
        for (found, role, outcome) in [
            (None, Student, Outcome::Invited),
            (Some((Student, Invited)), Student, Outcome::Unchanged),
            (Some((Student, Invited)), Auditor, Outcome::RoleDiffers),
            (Some((Student, Active)), Student, Outcome::AlreadyMember),
            (Some((Student, Active)), Ta, Outcome::RoleDiffers),
            (Some((Student, Removed)), Student, Outcome::Readmitted),
            (Some((Student, Removed)), Ta, Outcome::Readmitted),
            (Some((Instructor, Removed)), Student, Outcome::Readmitted),
        ] {
            assert_eq!(answer(found, role, Reach::Everybody), Ok(outcome), "{found:?} as {role:?}");
        }
    }

    #[test]
    fn who_reaches_learners_only_neither_makes_staff_nor_brings_them_back() {
        for (found, role, expected) in [
            (None, Student, Ok(Outcome::Invited)),
            (None, Auditor, Ok(Outcome::Invited)),
            (None, Ta, Err(Beyond)),
            (None, Instructor, Err(Beyond)),
            (Some((Student, Removed)), Auditor, Ok(Outcome::Readmitted)),
            (Some((Ta, Removed)), Student, Err(Beyond)),
            (Some((Ta, Active)), Student, Ok(Outcome::RoleDiffers)),
            (Some((Ta, Active)), Ta, Err(Beyond)),
        ] {
            assert_eq!(answer(found, role, Reach::Learners), expected, "{found:?} as {role:?}");
        }
    }
}
