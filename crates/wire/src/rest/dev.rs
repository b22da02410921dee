//! `/api/dev`: only where `ENVIRONMENT=local`.

use mentora_core::ids::UserId;
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

/// `POST /api/dev/sign-in`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DevSignIn {
    /// Who to be.
    #[cfg_attr(feature = "openapi", schema(example = "student"))]
    pub uid: UserId,
    /// `email` claim.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Email>, inline))]
    pub email: Option<String>,
    /// `name` claim.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::NameClaim>, inline))]
    pub name: Option<String>,
    /// Custom claim `admin`.
    #[serde(default)]
    pub admin: bool,
}

impl Ruled for DevSignIn {
    fn offences(&self) -> Offences {
        Offences::default().chars("email", self.email.as_deref(), limits::Email::RANGE).chars(
            "name",
            self.name.as_deref(),
            limits::NameClaim::RANGE,
        )
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
