//! `courses/{courseId}/secrets/join`: what the server alone reads of a course.
//!
//! A document of its own, since members read `courses/{courseId}` directly and security rules hide no field. It is
//! there while the course has a password.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// What one must know to join a course with its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CourseSecret {
    /// What the password is compared with. Clients are never sent it.
    pub password_hash: PasswordHash,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for CourseSecret {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// The hash of a course's password. No log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_where_its_document_is() {
        let secret = CourseSecret {
            password_hash: PasswordHash("argon2id".into()),
            created_at: Millis(0),
            updated_at: Millis(0),
        };
        let shown = format!("{secret:?}");
        assert!(shown.contains("PasswordHash(…)") && !shown.contains("argon2id"), "{shown}");
    }
}
