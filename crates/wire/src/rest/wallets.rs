//! `/api/wallets`, `/api/courses/{id}/wallet`, `/api/admin` and `/api/webhooks`

use mentora_core::documents::{Drift, LedgerEntry, Reconciliation, WalletOwner};
use mentora_core::ids::{LedgerEntryId, UserId, WalletId};
use mentora_core::limits;
use mentora_core::money::Micros;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

use crate::etag::Resource;

/// What is in a wallet, as its own object knows it at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WalletBody {
    /// The wallet: the id of the user or course that it belongs to.
    pub wallet_id: WalletId,
    /// Whose it is.
    pub owner_type: WalletOwner,
    /// What is in it, micro-credits, the held part included; less than nothing after a payment was taken back.
    pub balance_micros: Micros,
    /// The part of it that turns now under way may cost, micro-credits.
    pub held_micros: Micros,
    /// What is not held, micro-credits.
    pub available_micros: Micros,
    /// At less than this the owner is warned, micro-credits.
    pub low_balance_micros: Micros,
    /// Whether it is less than that.
    pub low: bool,
}

impl Resource for WalletBody {}

/// A movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntryBody {
    /// Its id.
    pub id: LedgerEntryId,
    /// The entry, which never changes.
    #[serde(flatten)]
    pub entry: LedgerEntry,
}

/// `POST /api/admin/grants`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateGrant {
    /// The wallet of a user or course that is there.
    pub wallet_id: WalletId,
    /// More than nothing gives credits, less than nothing takes them, as far as they are not held; micro-credits.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::GrantedAmount, inline, example = 5_000_000))]
    pub amount_micros: Micros,
    /// Why; the owner reads it.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::LedgerReason, inline, example = "A workshop of the faculty"))]
    pub reason: String,
}

impl Ruled for CreateGrant {
    fn offences(&self) -> Offences {
        let Self { amount_micros: Micros(amount), reason, .. } = self;
        Offences::default()
            .number("amountMicros", *amount, limits::GrantedAmount::RANGE)
            .unless(*amount != 0, "amountMicros", || "is 0: that is neither given nor taken")
            .trimmed("reason", reason.as_str(), limits::LedgerReason::RANGE)
    }
}

/// What was given or taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct GrantBody {
    /// The entry in the ledger, where it can be read after a second.
    pub entry_id: LedgerEntryId,
    /// What is in the wallet then.
    pub wallet: WalletBody,
}

impl Resource for GrantBody {}

/// `POST /api/wallets/me/checkout` and `POST /api/courses/{id}/wallet/checkout`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({ "amountMicros": 5_000_000 })))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCheckout {
    /// What to buy, micro-credits: 1 to 500 credits, in whole cents (10,000).
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Purchase, inline))]
    pub amount_micros: Micros,
}

/// Micro-credits in a cent.
const CENT: i64 = 10_000;

impl Ruled for CreateCheckout {
    fn offences(&self) -> Offences {
        let Micros(amount) = self.amount_micros;
        Offences::default().number("amountMicros", amount, limits::Purchase::RANGE).unless(
            amount % CENT == 0,
            "amountMicros",
            || format!("is {amount}; whole cents are allowed, which are {CENT} each"),
        )
    }
}

/// Where to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckoutBody {
    /// A page of Stripe's, good for a day. Credits come when Stripe says that they are paid, not when the customer is back.
    #[cfg_attr(feature = "openapi", schema(example = "https://checkout.stripe.com/c/pay/cs_test_1"))]
    pub url: String,
    /// Stripe's name for the purchase.
    #[cfg_attr(feature = "openapi", schema(example = "cs_test_1"))]
    pub session_id: String,
}

impl Resource for CheckoutBody {}

/// Answer to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReceivedBody {
    /// Always.
    #[cfg_attr(feature = "openapi", schema(example = true))]
    pub received: bool,
}

impl Resource for ReceivedBody {}

/// Query of `GET /api/courses/{id}/wallet`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadSpend {
    /// Of how many days to tell what was spent, today included: 1 to 90; 30 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 90))]
    pub days: Days,
}

/// 1 to 90 days, 30 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Days(u32);

impl Days {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Days {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u32> for Days {
    type Error = &'static str;
    fn try_from(days: u32) -> Result<Self, Self::Error> {
        if limits::SpendDays::RANGE.contains(&days) { Ok(Self(days)) } else { Err("1 to 90 are allowed") }
    }
}

impl From<Days> for u32 {
    fn from(days: Days) -> Self {
        days.0
    }
}

/// The wallet of a course, for its staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CourseWalletBody {
    /// What is in it.
    #[serde(flatten)]
    pub wallet: WalletBody,
    /// What answers took out of it.
    pub spend: SpendBody,
    /// Whether its books agreed in the latest night; none before the first.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub reconciliation: Option<WalletReconciliation>,
}

impl Resource for CourseWalletBody {}

/// What answers took out of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SpendBody {
    /// Since when, ms: the midnight (UTC) with which the first day begins.
    pub since: Millis,
    /// All of it, micro-credits.
    pub total_micros: Micros,
    /// By day, the first first; days without an answer, too.
    pub days: Vec<DaySpend>,
    /// By whom, whoever took most first.
    pub students: Vec<StudentSpend>,
    /// False when there is so much that the oldest of it is left out.
    pub complete: bool,
}

/// What a day took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DaySpend {
    /// The day in UTC.
    #[cfg_attr(feature = "openapi", schema(example = "2026-11-23"))]
    pub day: String,
    /// How much, micro-credits.
    pub spent_micros: Micros,
    /// Answers.
    pub charges: u32,
}

/// What answers to one person took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StudentSpend {
    /// Who spoke; a pseudonym once that user has been erased.
    pub user_id: UserId,
    /// How much, micro-credits.
    pub spent_micros: Micros,
    /// Answers.
    pub charges: u32,
}

/// What a night found of one wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WalletReconciliation {
    /// The night, by its day in UTC.
    #[cfg_attr(feature = "openapi", schema(example = "2026-11-23"))]
    pub day: String,
    /// When it ended, ms.
    pub at: Millis,
    /// What did not agree.
    pub drifts: Vec<Drift>,
}

/// What a night found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReconciliationBody {
    /// The night, by its day in UTC.
    #[cfg_attr(feature = "openapi", schema(example = "2026-11-23"))]
    pub day: String,
    /// What it found.
    #[serde(flatten)]
    pub reconciliation: Reconciliation,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    fn paths<T: body::Body>(json: &str) -> Vec<String> {
        let offences = body::parse::<T>(json.as_bytes()).err().unwrap_or_default();
        offences.into_iter().map(|offence| offence.path).collect()
    }

    #[test]
    fn credits_are_bought_in_whole_cents() {
        let of = |amount: &str| paths::<CreateCheckout>(&format!(r#"{{"amountMicros":{amount}}}"#));
        for amount in ["1000000", "1010000", "500000000"] {
            assert_eq!(of(amount), Vec::<String>::new(), "{amount}");
        }
        for amount in ["0", "-1000000", "990000", "500010000", "1000001", "1e6"] {
            assert_eq!(of(amount), ["amountMicros"], "{amount}");
        }
    }

    #[test]
    fn a_grant_is_of_something_and_says_why() {
        let of = |amount: &str, reason: &str| {
            paths::<CreateGrant>(&format!(
                r#"{{"walletId":"w","amountMicros":{amount},"reason":"{reason}"}}"#
            ))
        };
        for amount in ["1", "-1", "10000000000", "-10000000000"] {
            assert_eq!(of(amount, "why"), Vec::<String>::new(), "{amount}");
        }
        for amount in ["0", "10000000001", "-10000000001", "1.5", "\"1\"", "null"] {
            assert_eq!(of(amount, "why"), ["amountMicros"], "{amount}");
        }
        assert_eq!(of("1", "  "), ["reason"]);
        assert_eq!(of("1", &"x".repeat(501)), ["reason"]);
    }
}
