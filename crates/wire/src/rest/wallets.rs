//! `/api/wallets`, `/api/courses/{id}/wallet` and `/api/admin/grants`

use mentora_core::documents::{LedgerEntry, WalletOwner};
use mentora_core::ids::{LedgerEntryId, WalletId};
use mentora_core::limits;
use mentora_core::money::Micros;
use mentora_core::rules::{Offences, Ruled};
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    fn paths<T: body::Body>(json: &str) -> Vec<String> {
        let offences = body::parse::<T>(json.as_bytes()).err().unwrap_or_default();
        offences.into_iter().map(|offence| offence.path).collect()
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
