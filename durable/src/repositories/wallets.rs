//! `wallets/{walletId}` and its ledger. The wallet's object alone writes them: the document only over the version that it
//! knows, entries only as new ones, so that a write of which nobody knows how it went happens once or never.

use mentora_core::documents::collections::{LEDGER, WALLETS};
use mentora_core::documents::{LedgerEntry, Wallet};
use mentora_core::ids::{LedgerEntryId, WalletId};
use mentora_core::wallet::flush::Batch;
use mentora_firestore::{
    Client, CollectionPath, Direction, DocumentPath, Query, Transport, Write, to_fields,
};

use super::page::{self, Listing};
use super::{Cursor, Known, Page, RepositoryError, Stored, document};
use crate::platform::documents::DocumentTransport;

/// The wallets.
#[derive(Debug)]
pub struct Wallets<'a, T = DocumentTransport>(pub &'a Client<T>);

impl<T: Transport> Wallets<'_, T> {
    /// A wallet as the documents have it, which is up to a second behind its object.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &WalletId) -> Result<Option<Stored<Wallet>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// All wallets by name, behind this one.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn behind(
        &self,
        wallet: Option<&WalletId>,
        limit: u32,
    ) -> Result<Vec<(WalletId, Stored<Wallet>)>, RepositoryError> {
        let cursor = wallet.map(|wallet| Ok::<_, RepositoryError>(Cursor::behind(Vec::new(), path(wallet)?)));
        Ok(page::list(self.0, &ByName, &Page { limit, cursor: cursor.transpose()? }).await?.0)
    }

    /// These wallets; none for what is not there.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn of(&self, ids: &[&WalletId]) -> Result<Vec<Option<Stored<Wallet>>>, RepositoryError> {
        let paths = ids.iter().map(|id| path(id)).collect::<Result<Vec<_>, _>>()?;
        let found = self.0.batch_get(&paths).await?;
        found.iter().map(|wallet| wallet.as_ref().map(Stored::of).transpose()).collect()
    }

    /// Which of these entries are there, and how they read.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn entries(
        &self,
        id: &WalletId,
        entries: &[&LedgerEntryId],
    ) -> Result<Vec<Option<LedgerEntry>>, RepositoryError> {
        let paths: Result<Vec<_>, _> = entries.iter().map(|entry| entry_path(id, entry)).collect();
        let found = self.0.batch_get(&paths?).await?;
        found
            .iter()
            .map(|entry| Ok(entry.as_ref().map(mentora_firestore::Document::decode).transpose()?))
            .collect()
    }

    /// Writes a wallet and what is new in its ledger, all or nothing, and tells the version of its document, unless the
    /// store did not.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] and [`RepositoryError::Conflict`] when the document is not what it was known to
    /// be, or an entry is there already.
    pub async fn put(
        &self,
        id: &WalletId,
        batch: &Batch,
        known: Known<'_>,
    ) -> Result<Option<String>, RepositoryError> {
        let place = path(id)?;
        let condition = known.precondition(self.0, &place).await?;
        let mut writes = vec![Write::set(place, to_fields(&batch.wallet)?).only_if(condition)];
        for (entry_id, entry) in &batch.entries {
            writes.push(Write::create(entry_path(id, entry_id)?, to_fields(entry)?));
        }
        let result = self.0.commit(&writes).await?;
        Ok(Known::told(&result))
    }
}

pub(super) fn path(id: &WalletId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(WALLETS)?.doc(id.as_str())?)
}

fn entry_path(id: &WalletId, entry: &LedgerEntryId) -> Result<DocumentPath, RepositoryError> {
    Ok(path(id)?.collection(LEDGER)?.doc(entry.as_str())?)
}

/// All wallets.
pub(super) struct ByName;

impl Listing for ByName {
    const ORDER: &'static [(&'static str, Direction)] = &[];

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&CollectionPath::parse(WALLETS)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self]
    }
}
