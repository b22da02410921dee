//! `courses/{courseId}/roster/{memberId}`: who takes part in a course, and as what.

use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, UserId};
use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// What a member is to a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Teaches; the owner is one.
    Instructor,
    /// Helps to teach.
    Ta,
    /// Learns; the course pays.
    Student,
    /// Learns; pays with the own wallet.
    Auditor,
}

impl Role {
    /// Whether the role teaches.
    #[must_use]
    pub fn is_staff(self) -> bool {
        matches!(self, Self::Instructor | Self::Ta)
    }
}

/// Where a member stands. Only an active member counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum MemberStatus {
    /// Asked to join.
    Invited,
    /// Takes part.
    Active,
    /// Took part.
    Removed,
}

/// A member of a course. `course_id` is repeated in the document so that one collection-group
/// query finds the courses of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The course.
    pub course_id: CourseId,
    /// The user, once joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The address that was invited or signed in with; empty when the identity has none; up to 320 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Email, inline))]
    pub email: String,
    /// What the member is to the course.
    pub role: Role,
    /// Where the member stands.
    pub status: MemberStatus,
    /// When the member was invited, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_at: Option<Millis>,
    /// When the member joined, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Millis>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Member {
    fn offences(&self) -> Offences {
        Offences::default().chars("email", self.email.as_str(), limits::Email::RANGE)
    }
}
