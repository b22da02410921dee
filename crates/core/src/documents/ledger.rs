//! `wallets/{walletId}/ledger/{entryId}`: every movement of money. An entry is made once and never changed; its id comes
//! from its idempotency key ([`crate::ids::LedgerEntryId::of`]), so that nothing is charged twice.

use serde::{Deserialize, Serialize};

use super::turn::Usage;
use crate::ids::{AssignmentId, ConversationId, CourseId, TurnId, UserId};
use crate::limits;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: LedgerEntryType,
    /// How much, micro-credits; negative when the wallet pays.
    pub amount_micros: Micros,
    /// What was in the wallet then, micro-credits.
    pub balance_after_micros: Micros,
    /// What makes it one entry however often it is asked for; 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::IdempotencyKey, inline))]
    pub idempotency_key: String,
    /// What it was for.
    #[serde(default)]
    pub scope: LedgerScope,
    /// The payment behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<LedgerProvider>,
    /// Why, in the words of whoever did it; 1 to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::LedgerReason>, inline))]
    pub reason: Option<String>,
    /// What was metered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Version of the price table that it was reckoned with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_version: Option<String>,
    /// What the turn cost beyond the charge, because no more was in the wallet, micro-credits, not negative;
    /// the wallet does not owe it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Amount>, inline))]
    pub shortfall_micros: Option<Micros>,
    /// By whose doing: the student who spoke, the payer, the admin, or `system`; a pseudonym once that user has been erased.
    pub created_by: UserId,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for LedgerEntry {
    fn offences(&self) -> Offences {
        Offences::default()
            .chars("idempotencyKey", self.idempotency_key.as_str(), limits::IdempotencyKey::RANGE)
            .chars("reason", self.reason.as_deref(), limits::LedgerReason::RANGE)
            .number(
                "shortfallMicros",
                self.shortfall_micros.map_or(0, |shortfall| shortfall.0),
                limits::Amount::RANGE,
            )
    }
}

/// What a movement of money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LedgerEntryType {
    /// Somebody paid money in.
    Topup,
    /// A turn was paid for.
    Charge,
    /// A payment was given back to the payer.
    Refund,
    /// An admin gave credits.
    Grant,
    /// An admin set something right.
    Adjust,
    /// The payer took the payment back.
    Dispute,
}

/// What a movement of money was for, as closely as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LedgerScope {
    /// The course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course_id: Option<CourseId>,
    /// The assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_id: Option<AssignmentId>,
    /// The conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
}

/// The payment behind a movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LedgerProvider {
    /// Who moved it, as `stripe`.
    pub name: String,
    /// Their name for it.
    #[serde(rename = "ref")]
    pub reference: String,
}
