//! `GET /api/users/me/export` and `DELETE /api/users/me`: what is kept about a person, handed over or erased.

use std::collections::BTreeMap;

use mentora_core::documents::{
    Announcement, Assignment, LedgerEntry, Member, Notification, Persona, StreamingSession, Submission,
    Topic, User, Wallet,
};
use mentora_core::ids::WalletId;
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::{ConversationBody, DeviceBody};
use crate::etag::Resource;

/// Everything that is kept about the caller, in one document.
///
/// It is sent while it is read, so its status cannot tell whether all of it could be read. `complete` does, and stands at
/// the end: a document without `"complete": true` lacks something, and is to be asked for again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OwnData {
    /// When it was asked for, ms.
    pub exported_at: Millis,
    /// The profile; none before the first call for it.
    #[serde(default)]
    pub profile: Option<User>,
    /// The devices, without their push tokens: who holds one can reach the device.
    #[serde(default)]
    pub devices: Vec<DeviceBody>,
    /// The courses that the caller is or was in, or is invited to.
    #[serde(default)]
    pub memberships: Vec<MembershipBody>,
    /// The conversations with all their turns, as far as they are stored: the last second of one that goes on may lack.
    #[serde(default)]
    pub conversations: Vec<ConversationBody>,
    /// What was handed in.
    #[serde(default)]
    pub submissions: Vec<OwnDocument<Submission>>,
    /// When the model was connected.
    #[serde(default)]
    pub streaming_sessions: Vec<OwnDocument<StreamingSession>>,
    /// What the caller was told by mail, of the last 90 days.
    #[serde(default)]
    pub notifications: Vec<OwnDocument<Notification>>,
    /// The own wallet.
    #[serde(default)]
    pub wallets: Vec<OwnDocument<Wallet>>,
    /// Every movement of the own money, and what the caller has cost a course.
    #[serde(default)]
    pub ledger: Vec<OwnLedgerEntry>,
    /// The personas that the caller made.
    #[serde(default)]
    pub personas: Vec<OwnDocument<Persona>>,
    /// The topics that the caller made.
    #[serde(default)]
    pub topics: Vec<OwnDocument<Topic>>,
    /// The assignments that the caller made.
    #[serde(default)]
    pub assignments: Vec<OwnDocument<Assignment>>,
    /// What the caller announced.
    #[serde(default)]
    pub announcements: Vec<OwnDocument<Announcement>>,
    /// Whether this is all of it.
    #[serde(default)]
    pub complete: bool,
}

/// A document and its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OwnDocument<D> {
    /// Its id.
    pub id: String,
    /// What it holds.
    #[serde(flatten)]
    pub document: D,
}

/// An entry of a roster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MembershipBody {
    /// What the course is called; absent when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course_title: Option<String>,
    /// The entry.
    #[serde(flatten)]
    pub member: Member,
}

/// An entry of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OwnLedgerEntry {
    /// Its id.
    pub id: String,
    /// The wallet that paid or was paid.
    pub wallet_id: WalletId,
    /// The entry.
    #[serde(flatten)]
    pub entry: LedgerEntry,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErasureReceipt {
    /// Names this erasure in our log, where nothing names the person.
    #[cfg_attr(feature = "openapi", schema(example = "7Kq2mXc9wPz4RtY1aBvE"))]
    pub receipt_id: String,
    /// When it was done, ms.
    pub erased_at: Millis,
    /// How many documents of each collection this call removed, or rewrote under a pseudonym. What an earlier call that
    /// was interrupted had done is not in it.
    pub counts: BTreeMap<String, u32>,
    /// What is kept, and why.
    pub kept: Vec<KeptBody>,
}

impl Resource for ErasureReceipt {}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeptBody {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}
