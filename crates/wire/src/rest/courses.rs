//! `/api/courses`

use mentora_core::documents::{Course, CourseCode, DemoPolicy, Role, Visibility};
use mentora_core::ids::CourseId;
use mentora_core::limits;
use mentora_core::password::Password;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;
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
    /// How it looks; 1 to 100 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Theme>, inline))]
    pub theme: Option<String>,
    /// A course to try Mentora with.
    #[serde(default)]
    pub is_demo: bool,
    /// What a demo course gives away, from its own wallet.
    #[serde(default)]
    pub demo_policy: Option<DemoPolicy>,
    /// Days for which what is said in it is kept, 1 to 3,650; for good when absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::RetentionDays>, inline))]
    pub retention_days: Option<u32>,
    /// What one must know beside the code to join, 8 to 200 characters; nothing when absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::CoursePassword>, inline))]
    pub password: Option<Password>,
}

fn private() -> Visibility {
    Visibility::Private
}

impl Ruled for CreateCourse {
    fn offences(&self) -> Offences {
        Offences::default()
            .trimmed("title", self.title.as_str(), limits::CourseTitle::RANGE)
            .chars("description", self.description.as_deref(), limits::Description::RANGE)
            .chars("theme", self.theme.as_deref(), limits::Theme::RANGE)
            .within("demoPolicy", self.demo_policy.as_ref())
            .number("retentionDays", self.retention_days, limits::RetentionDays::RANGE)
            .chars("password", self.password.as_ref().map(Password::expose), limits::CoursePassword::RANGE)
    }
}

/// `PATCH /api/courses/{id}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateCourse {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::CourseTitle, inline))]
    pub title: Option<String>,
    /// What students type to join: 6 to 64 letters, digits or hyphens, unique in any case. The code before lets nobody in
    /// any more.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = CourseCode))]
    pub code: Option<CourseCode>,
    /// Who can find it.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Visibility))]
    pub visibility: Option<Visibility>,
    /// Up to 5,000 characters; `null` takes the description away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Description>, inline))]
    pub description: Option<Option<String>>,
    /// How it looks, 1 to 100 characters; `null` for the usual look.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Theme>, inline))]
    pub theme: Option<Option<String>>,
    /// Its picture, once it was uploaded; `null` takes it away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UploadedThumbnail>))]
    pub thumbnail: Option<Option<UploadedThumbnail>>,
    /// A course to try Mentora with.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub is_demo: Option<bool>,
    /// What a demo course gives away, from its own wallet; `null` for nothing.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<DemoPolicy>))]
    pub demo_policy: Option<Option<DemoPolicy>>,
    /// Days for which what is said in it is kept, 1 to 3,650; `null` for good.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::RetentionDays>, inline))]
    pub retention_days: Option<Option<u32>>,
    /// What one must know beside the code to join, 8 to 200 characters; `null` for nothing. Who is in the course stays.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::CoursePassword>, inline))]
    pub password: Option<Option<Password>>,
}

impl Ruled for UpdateCourse {
    fn offences(&self) -> Offences {
        let Self { title, description, theme, thumbnail, demo_policy, retention_days, password, .. } = self;
        let password = password.as_ref().and_then(Option::as_ref).map(Password::expose);
        Offences::default()
            .trimmed("title", title.as_deref(), limits::CourseTitle::RANGE)
            .chars("description", description.as_ref().and_then(Option::as_deref), limits::Description::RANGE)
            .chars("theme", theme.as_ref().and_then(Option::as_deref), limits::Theme::RANGE)
            .within("thumbnail", thumbnail.as_ref().and_then(Option::as_ref))
            .within("demoPolicy", demo_policy.as_ref().and_then(Option::as_ref))
            .number("retentionDays", retention_days.flatten(), limits::RetentionDays::RANGE)
            .chars("password", password, limits::CoursePassword::RANGE)
    }
}

/// A picture that was uploaded as `POST /api/courses/{id}/thumbnail` told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({ "storagePath": "courses/ethics26/thumbnail/a1" })))]
#[serde(rename_all = "camelCase")]
pub struct UploadedThumbnail {
    /// The `storagePath` that was told there.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::StoragePath, inline))]
    pub storage_path: String,
}

impl Ruled for UploadedThumbnail {
    fn offences(&self) -> Offences {
        Offences::default().chars("storagePath", self.storage_path.as_str(), limits::StoragePath::RANGE)
    }
}

/// `POST /api/courses/join`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinCourse {
    /// The code, in any case.
    pub code: CourseCode,
    /// The course's password, if it has one: who is in the course, or was invited, needs none.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::PasswordGuess>, inline))]
    pub password: Option<Password>,
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
        let password = self.password.as_ref().map(Password::expose);
        Offences::default().chars("password", password, limits::PasswordGuess::RANGE)
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

/// Query of `DELETE /api/courses/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteCourse {
    /// `true`: conversations that are still open are ended first.
    #[serde(default)]
    pub force: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::offence_paths as paths;

    #[test]
    fn a_change_may_name_any_field_and_null_takes_away_what_may_be_absent() {
        for sound in [
            "{}",
            r#"{"title":"t","code":"ethics-26","visibility":"public","isDemo":true}"#,
            r#"{"description":null,"theme":null,"thumbnail":null,"demoPolicy":null,"retentionDays":null,"password":null}"#,
            r#"{"password":"eight888"}"#,
        ] {
            assert_eq!(paths::<UpdateCourse>(sound), Vec::<String>::new(), "{sound}");
        }
        let wrong = r#"{"title":" ","code":"x","theme":"","demoPolicy":{"maxFreeCreditsMicrosPerUser":-1},
            "retentionDays":0,"password":"seven77","thumbnail":{"storagePath":""},"ownerId":"x"}"#;
        let mut found = paths::<UpdateCourse>(wrong);
        found.sort();
        let mut expected = [
            "title",
            "code",
            "theme",
            "demoPolicy.maxFreeCreditsMicrosPerUser",
            "retentionDays",
            "password",
            "thumbnail.storagePath",
            "ownerId",
        ];
        expected.sort_unstable();
        assert_eq!(found, expected);
        for field in ["title", "code", "visibility", "isDemo"] {
            assert_eq!(paths::<UpdateCourse>(&format!(r#"{{"{field}":null}}"#)), [field]);
        }
    }

    #[test]
    fn what_is_tried_as_a_password_may_be_shorter_than_one_that_is_set() {
        assert_eq!(paths::<JoinCourse>(r#"{"code":"ETHICS-26","password":"seven77"}"#), Vec::<String>::new());
        let long = format!(r#"{{"code":"ETHICS-26","password":"{}"}}"#, "x".repeat(201));
        assert_eq!(paths::<JoinCourse>(&long), ["password"]);
        let short = r#"{"title":"t","code":"ETHICS-26","password":"seven77"}"#;
        assert_eq!(paths::<CreateCourse>(short), ["password"]);
    }
}
