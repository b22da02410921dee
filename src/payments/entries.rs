//! What a payment is in a ledger. The key of each entry is made of Stripe's own names, so that whatever is told twice, or
//! by two events, is one entry.

use mentora_core::documents::{LedgerEntryType, LedgerProvider, LedgerScope};
use mentora_core::ids::UserId;
use mentora_core::money::Micros;
use mentora_core::wallet::{Movement, PaidBack};

/// Stripe, in a ledger.
pub const STRIPE: &str = "stripe";

/// A purchase was paid, of this payment (`pi_…`).
#[must_use]
pub fn topup(purchase: &str, payment: &str, amount: Micros, by: UserId) -> Movement {
    let key = format!("{STRIPE}:{purchase}");
    movement(LedgerEntryType::Topup, amount, key, payment, by)
}

/// A dispute was opened: the money is gone until it is decided.
#[must_use]
pub fn disputed(dispute: &str, amount: Micros, by: UserId) -> Movement {
    let key = format!("{STRIPE}:{dispute}:opened");
    movement(LedgerEntryType::Dispute, Micros(amount.0.saturating_neg()), key, dispute, by)
}

/// A dispute was won: the money is back.
#[must_use]
pub fn won(dispute: &str, amount: Micros, by: UserId) -> Movement {
    movement(LedgerEntryType::Dispute, amount, format!("{STRIPE}:{dispute}:won"), dispute, by)
}

/// So much of a charge (`ch_…`) was given back in all.
#[must_use]
pub fn refunded(charge: &str, total: Micros, by: UserId) -> PaidBack {
    PaidBack { payment: provider(charge), total, by }
}

/// Who bought, if that can be a user.
#[must_use]
pub fn payer(user: Option<&str>) -> UserId {
    user.and_then(|user| UserId::new(user).ok()).unwrap_or_else(UserId::system)
}

fn movement(
    kind: LedgerEntryType,
    amount: Micros,
    idempotency_key: String,
    reference: &str,
    by: UserId,
) -> Movement {
    Movement {
        kind,
        amount,
        idempotency_key,
        scope: LedgerScope::default(),
        provider: Some(provider(reference)),
        reason: None,
        by,
        within_available: false,
    }
}

fn provider(reference: &str) -> LedgerProvider {
    LedgerProvider { name: STRIPE.to_owned(), reference: reference.to_owned() }
}
