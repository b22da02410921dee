//! `/api/courses`

use mentora_core::documents::{Course, CourseCode, Role, Visibility};
use mentora_core::ids::CourseId;
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::query::CommaList;
use crate::rest::Limit;

/// `POST /api/courses`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateCourse {
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::CourseTitle, inline))]
    pub title: String,
    /// What students type to join: 6 to 64 letters, digits or hyphens, unique in any case.
    pub code: CourseCode,
    /// Who can find it.
    #[serde(default = "private")]
    #[cfg_attr(feature = "openapi", schema(example = "private"))]
    pub visibility: Visibility,
    /// Up to 5,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Description>, inline))]
    pub description: Option<String>,
    /// A course to try Mentora with.
    #[serde(default)]
    pub is_demo: bool,
}

fn private() -> Visibility {
    Visibility::Private
}

impl Ruled for CreateCourse {
    fn offences(&self) -> Offences {
        Offences::default().chars("title", self.title.trim(), limits::CourseTitle::RANGE).chars(
            "description",
            self.description.as_deref(),
            limits::Description::RANGE,
        )
    }
}

/// `POST /api/courses/join`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinCourse {
    /// The code, in any case.
    pub code: CourseCode,
    /// `student` (the course pays) or `auditor` (the own wallet pays).
    #[serde(default)]
    pub role: JoinRole,
}

/// What one may join as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum JoinRole {
    /// The course pays.
    #[default]
    Student,
    /// The own wallet pays.
    Auditor,
}

impl From<JoinRole> for Role {
    fn from(role: JoinRole) -> Self {
        match role {
            JoinRole::Student => Self::Student,
            JoinRole::Auditor => Self::Auditor,
        }
    }
}

impl Ruled for JoinCourse {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// A course, as a member sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CourseBody {
    /// Its id.
    pub id: CourseId,
    /// Its version.
    pub etag: Etag,
    /// The caller's role in it; absent for one who is no member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The course.
    #[serde(flatten)]
    pub course: Course,
}

impl Resource for CourseBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
}

/// Query of `GET /api/courses`: the caller's own courses, or with `visibility=public` everybody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCourses {
    /// Only courses where the caller has one of these roles: `student`, `auditor`, `ta`, `instructor`, with commas
    /// between them.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>, example = "student,auditor",
        pattern = "^(instructor|ta|student|auditor)(,(instructor|ta|student|auditor))*$"))]
    pub role: CommaList<Role>,
    /// `public`: courses that everybody may find, whether the caller is in them or not.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub visibility: Option<Listed>,
    /// 1 to 100; 20 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 100))]
    pub limit: Limit,
    /// `nextCursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// The one visibility that is listed to those who are not in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Listed {
    /// Everybody may find it.
    Public,
}
