//! `reconciliations/{YYYY-MM-DD}`: whether the books agreed in a night. Removed after ninety days.

use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, WalletId};
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// What came of comparing the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reconciliation {
    /// Wallets whose balance was held against the sum of their ledger.
    pub wallets: u32,
    /// Conversations whose cost was held against what was charged for them.
    pub conversations: u32,
    /// Payments that were held against what was credited for them.
    pub payments: u32,
    /// How much did not agree.
    pub drift_count: u32,
    /// What did not agree, the first of it.
    pub drifts: Vec<Drift>,
    /// What was not compared to its end, because there was too much of it or something did not answer.
    pub unfinished: Vec<Comparison>,
    /// Behind which wallet the next night begins; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_wallet: Option<WalletId>,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Reconciliation {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// Two figures that should agree and do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// What was compared.
    pub comparison: Comparison,
    /// The wallet that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_id: Option<WalletId>,
    /// The conversation that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The payment that it is about, as Stripe names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the ledger should come to, micro-credits.
    pub expected_micros: Micros,
    /// What it comes to, micro-credits.
    pub found_micros: Micros,
}

/// What is compared with a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// The balance of its wallet.
    Balance,
    /// What the turns of a conversation cost.
    Usage,
    /// What was paid at Stripe.
    Payment,
    /// What was given back at Stripe.
    Refund,
}
