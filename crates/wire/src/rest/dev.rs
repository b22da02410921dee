//! `/api/dev`: only where `ENVIRONMENT=local`.

use mentora_core::ids::UserId;
use serde::{Deserialize, Serialize};

use crate::body::{Body, Offences};
use crate::error::FieldError;

/// `POST /api/dev/sign-in`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DevSignIn {
    /// Who to be.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "student"))]
    pub uid: UserId,
    /// `email` claim.
    #[serde(default)]
    pub email: Option<String>,
    /// `name` claim.
    #[serde(default)]
    pub name: Option<String>,
    /// Custom claim `admin`.
    #[serde(default)]
    pub admin: bool,
}

impl Body for DevSignIn {
    fn offences(&self) -> Vec<FieldError> {
        Offences::default()
            .chars("email", self.email.as_deref().unwrap_or(""), 0..=320)
            .chars("name", self.name.as_deref().unwrap_or(""), 0..=100)
            .list()
    }
}

/// Answer to `POST /api/dev/sign-in`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct IdTokenBody {
    /// An unsigned ID token, as the Firebase Auth emulator makes them; valid for an hour.
    pub id_token: String,
}
