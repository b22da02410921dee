//! `users/{uid}`: a person, as others see them and as they want things.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The person's id, which is the document's as well.
    pub uid: UserId,
    /// What others see; 1 to 100 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::DisplayName, inline))]
    pub display_name: String,
    /// The address of the identity; empty when it has none; up to 320 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Email, inline))]
    pub email: String,
    /// Where the picture is; 1 to 2,048 characters.
    #[serde(rename = "photoURL", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Url>, inline))]
    pub photo_url: Option<String>,
    /// The side of the desk that the app shows.
    pub active_mode: ActiveMode,
    /// BCP 47 language of the app, as `en` or `zh-Hant`; 2 to 35 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::LanguageTag, inline))]
    pub locale: String,
    /// By what ways the person wants to be told things.
    #[serde(default)]
    pub notifications: Notifications,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for User {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("displayName", self.display_name.as_str(), limits::DisplayName::RANGE)
            .chars("email", self.email.as_str(), limits::Email::RANGE)
            .chars("photoURL", self.photo_url.as_deref(), limits::Url::RANGE)
            .chars("locale", self.locale.as_str(), limits::LanguageTag::RANGE)
    }
}

/// The side of the desk that the app shows. It is a view, not a right: what somebody may do, the roster says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ActiveMode {
    /// The teacher's.
    Mentor,
    /// The student's.
    Student,
}

/// By what ways a person wants to be told things; both unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Notifications {
    /// By e-mail.
    pub email: bool,
    /// On the person's devices.
    pub push: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { email: true, push: true }
    }
}
