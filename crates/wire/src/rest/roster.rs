//! `/api/courses/{id}/roster`

use mentora_core::documents::{Member, MemberStatus, Role};
use mentora_core::email::EmailAddress;
use mentora_core::ids::MemberId;
use mentora_core::roster::Imported;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;
use crate::rest::Limit;

/// `POST /api/courses/{id}/roster`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InviteMember {
    /// Whom: whoever signs in with this address, once it was verified.
    pub email: EmailAddress,
    /// As what. Instructors and teaching assistants are invited by instructors only.
    pub role: Role,
}

impl Ruled for InviteMember {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// `PATCH /api/courses/{id}/roster/{memberId}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateMember {
    /// What the member is to the course.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Role))]
    pub role: Option<Role>,
    /// Whether the member takes part.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Attendance))]
    pub status: Option<Attendance>,
}

impl Ruled for UpdateMember {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// Where staff may put a member who has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Attendance {
    /// Takes part.
    Active,
    /// Took part, and cannot come back by the code.
    Removed,
}

impl From<Attendance> for MemberStatus {
    fn from(attendance: Attendance) -> Self {
        match attendance {
            Attendance::Active => Self::Active,
            Attendance::Removed => Self::Removed,
        }
    }
}

/// An entry of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemberBody {
    /// Its id: the user's once joined; another one before.
    pub id: MemberId,
    /// Its version.
    pub etag: Etag,
    /// What the member is called; absent before joining, and for one who has no profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The entry.
    #[serde(flatten)]
    pub member: Member,
}

impl Resource for MemberBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
}

/// Query of `GET /api/courses/{id}/roster`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRoster {
    /// Only those who stand so.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub status: Option<MemberStatus>,
    /// Only those in this role.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub role: Option<Role>,
    /// 1 to 100; 20 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 100))]
    pub limit: Limit,
    /// `nextCursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Query of `POST /api/courses/{id}/roster/import`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRoster {
    /// `true`: only tell what would become of each row.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<bool>))]
    pub dry_run: bool,
}

/// What became of a file; with `dryRun`, what would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportBody {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The names of the columns that were passed over; of very many, the first.
    pub ignored_columns: Vec<String>,
    /// The verdicts.
    #[serde(flatten)]
    pub imported: Imported,
}

impl Resource for ImportBody {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;
    use crate::body::offence_paths as paths;

    #[test]
    fn an_invitation_names_an_address_and_a_role() {
        let sound = body::parse::<InviteMember>(br#"{"email":" Kim@Example.org ","role":"ta"}"#).unwrap();
        assert_eq!((sound.email.as_str(), sound.role), ("kim@example.org", Role::Ta));
        assert_eq!(paths::<InviteMember>(r#"{"email":"kim","role":"owner"}"#), ["email", "role"]);
        assert_eq!(paths::<InviteMember>(r#"{"email":"kim@example.org"}"#), ["role"]);
    }

    #[test]
    fn nobody_is_made_to_be_invited() {
        for sound in ["{}", r#"{"role":"auditor"}"#, r#"{"status":"removed"}"#, r#"{"status":"active"}"#] {
            assert_eq!(paths::<UpdateMember>(sound), Vec::<String>::new(), "{sound}");
        }
        for wrong in [r#"{"status":"invited"}"#, r#"{"status":null}"#] {
            assert_eq!(paths::<UpdateMember>(wrong), ["status"], "{wrong}");
        }
        assert_eq!(paths::<UpdateMember>(r#"{"email":"kim@example.org"}"#), ["email"]);
    }
}
