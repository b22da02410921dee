//! Whether the books agree: each sum has two sources, which know nothing of each other. What is read, and when, is the
//! caller's business; here is what follows from it.

use std::collections::BTreeSet;

use crate::documents::{Comparison, Drift, LedgerEntry, LedgerEntryType, Reconciliation};
use crate::ids::{ConversationId, WalletId};
use crate::money::Micros;
use crate::time::Millis;

/// Most drifts that are kept of one night; more are counted.
pub const MAX_DRIFTS: usize = 200;

/// Collects what a night finds.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    wallets: u32,
    conversations: u32,
    payments: u32,
    drifts: Vec<Drift>,
    drift_count: u32,
    unfinished: BTreeSet<Comparison>,
    /// Behind which wallet the next night begins.
    pub last_wallet: Option<WalletId>,
}

impl Findings {
    /// A wallet's balance, and the sum of its ledger.
    pub fn balance(&mut self, wallet: &WalletId, balance: Micros, sum: Micros) -> Option<Drift> {
        self.wallets = self.wallets.saturating_add(1);
        self.compare(Drift { wallet_id: Some(wallet.clone()), ..drift(Comparison::Balance, balance, sum) })
    }

    /// What a conversation cost, and the entries of those who may have paid for it. What was not in the wallet was borne by
    /// whoever runs Mentora.
    pub fn usage<'a>(
        &mut self,
        conversation: &ConversationId,
        wallet: &WalletId,
        cost: Micros,
        entries: impl IntoIterator<Item = &'a LedgerEntry>,
    ) -> Option<Drift> {
        self.conversations = self.conversations.saturating_add(1);
        let charges = entries.into_iter().filter(|entry| entry.kind == LedgerEntryType::Charge);
        let charged = charges.fold(0_i64, |sum, entry| {
            let shortfall = entry.shortfall_micros.unwrap_or_default();
            sum.saturating_sub(entry.amount_micros.0).saturating_add(shortfall.0)
        });
        self.compare(Drift {
            wallet_id: Some(wallet.clone()),
            conversation_id: Some(conversation.clone()),
            ..drift(Comparison::Usage, cost, Micros(charged))
        })
    }

    /// What was paid at Stripe, and what the ledger has of it.
    pub fn payment(
        &mut self,
        wallet: Option<&WalletId>,
        reference: &str,
        paid: Micros,
        credited: Micros,
    ) -> Option<Drift> {
        self.payments = self.payments.saturating_add(1);
        self.compare(Drift {
            wallet_id: wallet.cloned(),
            reference: Some(reference.to_owned()),
            ..drift(Comparison::Payment, paid, credited)
        })
    }

    /// What was given back at Stripe in all, and what the ledger has of it.
    pub fn refund(
        &mut self,
        wallet: Option<&WalletId>,
        reference: &str,
        given_back: Micros,
        debited: Micros,
    ) -> Option<Drift> {
        self.compare(Drift {
            wallet_id: wallet.cloned(),
            reference: Some(reference.to_owned()),
            ..drift(Comparison::Refund, given_back, debited)
        })
    }

    /// Not all of it was compared.
    pub fn leave(&mut self, comparison: Comparison) {
        self.unfinished.insert(comparison);
    }

    /// What is kept of the night.
    #[must_use]
    pub fn document(self, began: Millis, now: Millis) -> Reconciliation {
        Reconciliation {
            wallets: self.wallets,
            conversations: self.conversations,
            payments: self.payments,
            drift_count: self.drift_count,
            drifts: self.drifts,
            unfinished: self.unfinished.into_iter().collect(),
            last_wallet: self.last_wallet,
            created_at: began,
            updated_at: now,
        }
    }

    fn compare(&mut self, found: Drift) -> Option<Drift> {
        if found.expected_micros == found.found_micros {
            return None;
        }
        self.drift_count = self.drift_count.saturating_add(1);
        if self.drifts.len() < MAX_DRIFTS {
            self.drifts.push(found.clone());
        }
        Some(found)
    }
}

fn drift(comparison: Comparison, expected: Micros, found: Micros) -> Drift {
    Drift {
        comparison,
        wallet_id: None,
        conversation_id: None,
        reference: None,
        expected_micros: expected,
        found_micros: found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::LedgerScope;
    use crate::ids::UserId;

    fn wallet() -> WalletId {
        WalletId::new("w").unwrap()
    }

    fn entry(kind: LedgerEntryType, amount: i64, shortfall: Option<i64>) -> LedgerEntry {
        LedgerEntry {
            kind,
            amount_micros: Micros(amount),
            balance_after_micros: Micros::ZERO,
            idempotency_key: "k".into(),
            scope: LedgerScope::default(),
            provider: None,
            reason: None,
            usage: None,
            price_version: None,
            shortfall_micros: shortfall.map(Micros),
            created_by: UserId::system(),
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    #[test]
    fn books_that_agree_leave_nothing_but_how_many_they_were() {
        let mut found = Findings::default();
        let conversation = ConversationId::new("c").unwrap();
        assert_eq!(found.balance(&wallet(), Micros(5), Micros(5)), None);
        // Free credits were given for a part of it, and a part was not in the wallet.
        let entries = [
            entry(LedgerEntryType::Grant, 3, None),
            entry(LedgerEntryType::Charge, -3, None),
            entry(LedgerEntryType::Charge, -2, Some(4)),
        ];
        assert_eq!(found.usage(&conversation, &wallet(), Micros(9), &entries), None);
        assert_eq!(found.payment(Some(&wallet()), "ch_1", Micros(7), Micros(7)), None);
        assert_eq!(found.refund(Some(&wallet()), "ch_1", Micros(0), Micros(0)), None);
        let night = found.document(Millis(1), Millis(2));
        assert_eq!((night.wallets, night.conversations, night.payments), (1, 1, 1));
        assert_eq!((night.drift_count, night.drifts.len(), night.unfinished.len()), (0, 0, 0));
    }

    #[test]
    fn each_pair_that_does_not_agree_is_kept_with_both_figures() {
        let mut found = Findings::default();
        let conversation = ConversationId::new("c").unwrap();
        assert!(found.balance(&wallet(), Micros(5), Micros(4)).is_some());
        let drift =
            found.usage(&conversation, &wallet(), Micros(9), &[entry(LedgerEntryType::Charge, -8, None)]);
        let drift = drift.unwrap();
        assert_eq!((drift.expected_micros, drift.found_micros), (Micros(9), Micros(8)));
        assert_eq!(drift.conversation_id, Some(conversation));
        assert!(found.payment(None, "ch_1", Micros(7), Micros(0)).is_some());
        assert!(found.refund(None, "ch_1", Micros(7), Micros(0)).is_some());
        let kinds = found.document(Millis(1), Millis(2)).drifts.into_iter().map(|drift| drift.comparison);
        let all = [Comparison::Balance, Comparison::Usage, Comparison::Payment, Comparison::Refund];
        assert_eq!(kinds.collect::<Vec<_>>(), all);
    }

    #[test]
    fn of_very_many_drifts_the_first_are_kept_and_all_are_counted() {
        let mut found = Findings::default();
        for sum in 1..=300 {
            found.balance(&wallet(), Micros(0), Micros(sum));
        }
        found.leave(Comparison::Usage);
        found.leave(Comparison::Usage);
        let night = found.document(Millis(1), Millis(2));
        assert_eq!((night.drift_count, night.drifts.len()), (300, MAX_DRIFTS));
        assert_eq!(night.unfinished, [Comparison::Usage]);
    }
}
