//! `users/{uid}/devices/{deviceId}`: where push messages reach a user.

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A browser or a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Its FCM registration token; 1 to 4,096 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::PushToken, inline))]
    pub token: String,
    /// What it is.
    pub platform: Platform,
    /// When the app last ran on it, ms. A device that was not seen for long is forgotten.
    pub last_seen_at: Millis,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Device {
    fn offences(&self) -> Offences {
        Offences::default().chars("token", self.token.as_str(), limits::PushToken::RANGE)
    }
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// A browser.
    Web,
    /// A phone or tablet with Android.
    Android,
    /// A phone or tablet of Apple's.
    Ios,
}
