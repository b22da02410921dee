//! `notifications/{notificationId}`: something that one person is told once. Its id comes from what it is about
//! ([`crate::ids::NotificationId::of`]), so whoever would tell it again finds that it was told.

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, UserId};
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
    /// How far the mail is, where it was to be sent by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Delivery>,
    /// How far the push messages are, where it was to be sent to the person's devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<Delivery>,
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
    /// The tutor has answered a student.
    ResponseReady,
    /// The tutor could not answer a student: for staff.
    ResponseFailed,
    /// The tutor's answer waits for credits: for the student, and for whoever pays.
    ResponseUnpaid,
    /// An assignment is due soon.
    AssignmentReminder,
    /// What a student handed in was graded.
    SubmissionGraded,
    /// The staff of a course tell its students something.
    Announcement,
}

impl NotificationKind {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowBalance => "low_balance",
            Self::ResponseReady => "response_ready",
            Self::ResponseFailed => "response_failed",
            Self::ResponseUnpaid => "response_unpaid",
            Self::AssignmentReminder => "assignment_reminder",
            Self::SubmissionGraded => "submission_graded",
            Self::Announcement => "announcement",
        }
    }
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
    /// Of push messages: the devices that took it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<DeviceId>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_called_what_it_is_stored_as() {
        for kind in [
            NotificationKind::LowBalance,
            NotificationKind::ResponseReady,
            NotificationKind::ResponseFailed,
            NotificationKind::ResponseUnpaid,
            NotificationKind::AssignmentReminder,
            NotificationKind::SubmissionGraded,
            NotificationKind::Announcement,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
