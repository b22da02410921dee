//! `courses/{courseId}`: the frame of assignments.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::limits;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A course: the frame of assignments, with a roster and a wallet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::CourseTitle, inline))]
    pub title: String,
    /// What a student types to join.
    pub code: CourseCode,
    /// The instructor who made it.
    pub owner_id: UserId,
    /// Who can find it.
    pub visibility: Visibility,
    /// Whether one must know a password to join with the code.
    #[serde(default)]
    pub has_password: bool,
    /// How it looks; 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Theme>, inline))]
    pub theme: Option<String>,
    /// Up to 5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Description>, inline))]
    pub description: Option<String>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Thumbnail>,
    /// A course to try Mentora with.
    #[serde(default)]
    pub is_demo: bool,
    /// What a demo course gives away; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo_policy: Option<DemoPolicy>,
    /// Days for which what was said in it is kept, 1 to 3,650; for good when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::RetentionDays>, inline))]
    pub retention_days: Option<u32>,
    /// When it was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Course {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("title", self.title.as_str(), limits::CourseTitle::RANGE)
            .chars("theme", self.theme.as_deref(), limits::Theme::RANGE)
            .chars("description", self.description.as_deref(), limits::Description::RANGE)
            .within("thumbnail", self.thumbnail.as_ref())
            .within("demoPolicy", self.demo_policy.as_ref())
            .number("retentionDays", self.retention_days, limits::RetentionDays::RANGE)
    }
}

/// The picture of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Thumbnail {
    /// Where it stands in the storage bucket; 1 to 1,024 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::StoragePath, inline))]
    pub storage_path: String,
    /// Where it can be seen, once it was uploaded; 1 to 2,048 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Url>, inline))]
    pub url: Option<String>,
}

impl Ruled for Thumbnail {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("storagePath", self.storage_path.as_str(), limits::StoragePath::RANGE)
            .chars("url", self.url.as_deref(), limits::Url::RANGE)
    }
}

/// What a demo course gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DemoPolicy {
    /// What one user may argue for at the course's expense, in micro-credits; not negative.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Amount, inline))]
    pub max_free_credits_micros_per_user: Micros,
    /// Turns of the student after which a conversation ends whatever its assignment allows, 1 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::MaxTurns>, inline))]
    pub max_turns_per_conversation: Option<u32>,
}

impl Ruled for DemoPolicy {
    fn offences(&self) -> Offences {
        let free = self.max_free_credits_micros_per_user.0;
        Offences::default().number("maxFreeCreditsMicrosPerUser", free, limits::Amount::RANGE).number(
            "maxTurnsPerConversation",
            self.max_turns_per_conversation,
            limits::MaxTurns::RANGE,
        )
    }
}

/// Who can find a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
        if sane && limits::CourseCode::RANGE.contains(&value.len()) {
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

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for CourseCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let (least, most) = limits::CourseCode::RANGE.into_inner();
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "What a student types to join a course; the same in any case, kept in upper case.",
            ))
            .pattern(Some(format!("^[A-Za-z0-9-]{{{least},{most}}}$")))
            .examples(["ETHICS-26"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for CourseCode {}

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
