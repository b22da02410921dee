//! `pendingResponses/{conversationId}`: an answer that the tutor gives later.

use serde::{Deserialize, Serialize};

use crate::ids::{TurnId, WalletId};
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// An answer that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PendingResponse {
    /// The student's turn that it answers.
    pub turn_id: TurnId,
    /// When it is due, ms.
    pub scheduled_at: Millis,
    /// How far it is.
    pub status: PendingStatus,
    /// Until when whoever leased it may work on it, ms; then anybody may lease it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Millis>,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The wallet that could not pay for it; it is tried as soon as there is more in there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<WalletId>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for PendingResponse {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// How far a pending answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum PendingStatus {
    /// It waits for its time.
    Pending,
    /// Somebody works on it.
    Leased,
    /// It was given.
    Done,
    /// It was given up.
    Failed,
    /// The student took the turn back.
    Cancelled,
}
