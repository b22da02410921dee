//! `notifications/{notificationId}`: something that one person is told once. Its id comes from what it is about
//! ([`crate::ids::NotificationId::of`]), so whoever would tell it again finds that it was told.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// Something that a person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// What it says.
    pub kind: NotificationKind,
    /// What makes it one notification however often it is to be told, as `low_balance:{walletId}:2026-11-23`; 1 to 200
    /// characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::IdempotencyKey, inline))]
    pub key: String,
    /// Who is told.
    pub user_id: UserId,
    /// How far the mail is.
    pub mail: Delivery,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Notification {
    fn offences(&self) -> Offences {
        Offences::default().chars("key", self.key.as_str(), limits::IdempotencyKey::RANGE)
    }
}

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A wallet is nearly empty.
    LowBalance,
}

/// How far something is on its way to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// Names the latest try among all.
    pub attempt: String,
    /// Nobody tries again before, ms. Then, of what is still being sent, nobody knows whether it was.
    pub not_before: Millis,
    /// The name that the service which took it gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Somebody sends it now, or died over it.
    Sending,
    /// It was not taken, and is to be tried again.
    Waiting,
    /// It was taken.
    Sent,
    /// It was given up.
    Failed,
}
