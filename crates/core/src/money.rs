//! Money: integer micro-credits. One credit is one US dollar is 1,000,000 micro-credits.

use serde::{Deserialize, Serialize};

/// An amount of money in micro-credits; signed, because a ledger entry may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One credit.
    pub const CREDIT: Self = Self(1_000_000);

    /// The sum, or `None` beyond the range of `i64` (about nine trillion credits).
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` beyond the range of `i64`.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum, held at the end of the range: for totals that are shown, never for a ledger.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
