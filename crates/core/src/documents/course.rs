//! `courses/{courseId}` and its roster.

use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, UserId};
use crate::limits::COURSE_CODE_CHARS;
use crate::time::Millis;

/// A course: the frame of assignments, with a roster and a wallet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// 1 to 200 characters.
    pub title: String,
    /// What a student types to join.
    pub code: CourseCode,
    /// The instructor who made it.
    pub owner_id: UserId,
    /// Who can find it.
    pub visibility: Visibility,
    /// Up to 5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A course to try Mentora with.
    #[serde(default)]
    pub is_demo: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// Who can find a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Listed for every signed-in user.
    Public,
    /// Found by its code only.
    Unlisted,
    /// Members only.
    Private,
}

/// A course code: 6 to 64 of `A-Z 0-9 -`, kept in upper case so that it is unique whatever case is typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CourseCode(String);

/// A text that cannot be a course code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a course code is 6 to 64 letters, digits or hyphens")]
pub struct InvalidCourseCode;

impl CourseCode {
    /// Parses a code in any case, with surrounding blanks ignored.
    ///
    /// # Errors
    /// [`InvalidCourseCode`] when it is too short, too long or holds another character.
    pub fn new(value: &str) -> Result<Self, InvalidCourseCode> {
        let value = value.trim().to_ascii_uppercase();
        let sane = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if sane && COURSE_CODE_CHARS.contains(&value.len()) {
            Ok(Self(value))
        } else {
            Err(InvalidCourseCode)
        }
    }

    /// The code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CourseCode {
    type Error = InvalidCourseCode;
    fn try_from(value: String) -> Result<Self, InvalidCourseCode> {
        Self::new(&value)
    }
}

impl From<CourseCode> for String {
    fn from(code: CourseCode) -> String {
        code.0
    }
}

/// What a member is to a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[serde(rename_all = "lowercase")]
pub enum MemberStatus {
    /// Asked to join.
    Invited,
    /// Takes part.
    Active,
    /// Took part.
    Removed,
}

/// `courses/{courseId}/roster/{memberId}`. `course_id` is repeated in the document so that one collection-group
/// query finds the courses of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The course.
    pub course_id: CourseId,
    /// The user, once joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The address that was invited or signed in with; empty when the identity has none.
    #[serde(default)]
    pub email: String,
    /// What the member is to the course.
    pub role: Role,
    /// Where the member stands.
    pub status: MemberStatus,
    /// When the member was invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_at: Option<Millis>,
    /// When the member joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Millis>,
    /// When the document was made.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_code_is_the_same_in_any_case() {
        assert_eq!(CourseCode::new(" demo01 "), CourseCode::new("DEMO01"));
        for bad in ["", "SHORT", "with space", "ÄÖÜ123"] {
            assert_eq!(CourseCode::new(bad), Err(InvalidCourseCode), "{bad}");
        }
    }
}
