//! `wallets/{walletId}/ledger/{entryId}`, to be read. Only the wallet's object writes it: see [`super::wallets`].

use mentora_core::documents::LedgerEntry;
use mentora_core::documents::collections::LEDGER;
use mentora_core::ids::{LedgerEntryId, WalletId};
use mentora_firestore::{Client, CollectionPath, Direction, Query, Transport};

use super::page::{self, Listing};
use super::{Cursor, Page, RepositoryError, Stored, wallets};
use crate::platform::documents::DocumentTransport;

/// The ledgers.
#[derive(Debug)]
pub struct Ledger<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> Ledger<'_, T> {
    /// What became of the money of a wallet, the latest first.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn list(
        &self,
        wallet: &WalletId,
        page: &Page,
    ) -> Result<(Vec<(LedgerEntryId, Stored<LedgerEntry>)>, Option<Cursor>), RepositoryError> {
        page::list(self.0, &Entries { wallet: wallet.clone() }, page).await
    }
}

fn of_wallet(wallet: &WalletId) -> Result<CollectionPath, RepositoryError> {
    Ok(wallets::path(wallet)?.collection(LEDGER)?)
}

/// All entries of a wallet.
pub(super) struct Entries {
    wallet: WalletId,
}

impl Listing for Entries {
    const ORDER: &'static [(&'static str, Direction)] = &[("createdAt", Direction::Descending)];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&of_wallet(&self.wallet)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let course = super::native_store::course_id("ethics");
        vec![Self { wallet: WalletId::of_course(&course) }]
    }
}
