//! `/api/users/me`

use mentora_core::documents::{ActiveMode, Platform, User};
use mentora_core::ids::DeviceId;
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;

/// `PATCH /api/users/me`: what is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateProfile {
    /// What others see; 1 to 100 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::DisplayName, inline))]
    pub display_name: Option<String>,
    /// Where the picture is, 1 to 2,048 characters; `null` removes it.
    #[serde(
        rename = "photoURL",
        default,
        deserialize_with = "named",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Url>, inline))]
    pub photo_url: Option<Option<String>>,
    /// The side of the desk that the app shows.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = ActiveMode, example = "student"))]
    pub active_mode: Option<ActiveMode>,
    /// BCP 47 language of the app, as `en` or `zh-Hant`; 2 to 35 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::LanguageTag, inline))]
    pub locale: Option<String>,
    /// By what ways to be told things.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = UpdateNotifications))]
    pub notifications: Option<UpdateNotifications>,
}

/// By what ways to be told things; a way that is not named stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateNotifications {
    /// By e-mail.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub email: Option<bool>,
    /// On the person's devices.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool))]
    pub push: Option<bool>,
}

impl Ruled for UpdateProfile {
    fn offences(&self) -> Offences {
        let photo_url = self.photo_url.as_ref().and_then(Option::as_deref);
        Offences::default()
            .trimmed("displayName", self.display_name.as_deref(), limits::DisplayName::RANGE)
            .chars("photoURL", photo_url, limits::Url::RANGE)
            .chars("locale", self.locale.as_deref(), limits::LanguageTag::RANGE)
    }
}

/// A person, as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserBody {
    /// Its version.
    pub etag: Etag,
    /// The person.
    #[serde(flatten)]
    pub user: User,
}

impl Resource for UserBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
}

/// `POST /api/users/me/devices`
// Without `Debug`: who holds the token can reach the device, so no log shall have it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegisterDevice {
    /// Its FCM registration token; 1 to 4,096 characters. It is never shown again.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PushToken, inline))]
    pub token: String,
    /// What it is.
    #[cfg_attr(feature = "openapi", schema(example = "web"))]
    pub platform: Platform,
}

impl Ruled for RegisterDevice {
    fn offences(&self) -> Offences {
        Offences::default().chars("token", self.token.as_str(), limits::PushToken::RANGE)
    }
}

/// A device, as its owner sees it: without the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeviceBody {
    /// Its id.
    pub id: DeviceId,
    /// What it is.
    pub platform: Platform,
    /// When the app last ran on it, ms.
    pub last_seen_at: Millis,
    /// When it was first registered, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Resource for DeviceBody {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::offence_paths as paths;
    use crate::body::parse;

    #[test]
    fn of_a_profile_what_is_not_named_stays_and_null_removes_the_picture_alone() {
        assert_eq!(parse::<UpdateProfile>(b"{}").unwrap(), UpdateProfile::default());
        let removed = parse::<UpdateProfile>(br#"{"photoURL":null}"#).unwrap();
        assert_eq!(removed.photo_url, Some(None));
        for field in ["displayName", "activeMode", "locale", "notifications"] {
            assert_eq!(paths::<UpdateProfile>(&format!(r#"{{"{field}":null}}"#)), [field]);
        }
        assert_eq!(paths::<UpdateProfile>(r#"{"notifications":{"push":null}}"#), ["notifications.push"]);
    }

    #[test]
    fn one_way_of_being_told_says_nothing_about_the_other() {
        let body = parse::<UpdateProfile>(br#"{"notifications":{"email":false}}"#).unwrap();
        assert_eq!(body.notifications, Some(UpdateNotifications { email: Some(false), push: None }));
    }

    #[test]
    fn every_length_of_a_profile_is_checked_at_once() {
        let bad = r#"{"displayName":"  ","photoURL":"","locale":"e"}"#;
        assert_eq!(paths::<UpdateProfile>(bad), ["displayName", "photoURL", "locale"]);
    }

    #[test]
    fn a_profile_takes_nothing_but_its_own_choices() {
        for (json, path) in [
            (r#"{"uid":"teacher"}"#, "uid"),
            (r#"{"email":"a@b.example"}"#, "email"),
            (r#"{"activeMode":"admin"}"#, "activeMode"),
            (r#"{"notifications":{"sms":true}}"#, "notifications.sms"),
            (r#"{"notifications":{"push":"yes"}}"#, "notifications.push"),
        ] {
            assert_eq!(paths::<UpdateProfile>(json), [path], "{json}");
        }
    }

    #[test]
    fn a_device_has_a_token_and_a_known_platform() {
        assert_eq!(paths::<RegisterDevice>(r#"{"token":"","platform":"web"}"#), ["token"]);
        assert_eq!(paths::<RegisterDevice>(r#"{"token":"t","platform":"tv"}"#), ["platform"]);
        assert_eq!(paths::<RegisterDevice>(r#"{"platform":"ios"}"#), ["token"]);
        let long = format!(r#"{{"token":"{}","platform":"web"}}"#, "t".repeat(4_097));
        assert_eq!(paths::<RegisterDevice>(&long), ["token"]);
    }
}
