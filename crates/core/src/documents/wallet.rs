//! `wallets/{walletId}`: the money of a user or of a course. Its ledger is in [`super::ledger`].

use serde::{Deserialize, Serialize};

use crate::ids::WalletId;
use crate::limits;
use crate::money::Micros;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A wallet. The ledger is what happened; the balance is its sum, kept so that nobody has to add it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Wallet {
    /// Whose it is.
    pub owner_type: WalletOwner,
    /// The id of the user or course, which is the wallet's as well.
    pub owner_id: WalletId,
    /// What is in it, micro-credits, the held part included; less than nothing after a payment was taken back.
    pub balance_micros: Micros,
    /// The part of it that turns now under way may cost, micro-credits; not negative.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Amount, inline))]
    pub held_micros: Micros,
    /// At less than this the owner is warned, micro-credits; not negative.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Amount, inline))]
    pub low_balance_micros: Micros,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Wallet {
    fn offences(&self) -> Offences {
        Offences::default().number("heldMicros", self.held_micros.0, limits::Amount::RANGE).number(
            "lowBalanceMicros",
            self.low_balance_micros.0,
            limits::Amount::RANGE,
        )
    }
}

/// Whose a wallet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WalletOwner {
    /// A user's own.
    User,
    /// A course's: it pays for its students.
    Course,
}
