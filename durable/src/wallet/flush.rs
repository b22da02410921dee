//! The ledger on its way to Firestore. What may have been written is looked at before it is written again.

use mentora_core::documents::LedgerEntryType;
use mentora_core::ids::{LedgerEntryId, WalletId};
use mentora_firestore::embedded::Sql;
use mentora_firestore::{Client, Transport};

use super::rows::{Rows, RowsError, Told};
use crate::repositories::{Known, RepositoryError, Wallets};

/// Why it could not be told now.
#[derive(Debug, thiserror::Error)]
pub(super) enum FlushError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error(transparent)]
    Store(#[from] RepositoryError),
}

/// What Firestore was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flushed {
    /// In how many commits.
    pub(super) commits: u32,
    /// Whether somebody was charged.
    pub(super) charged: bool,
}

/// Tells Firestore what it does not know, in as many commits as it takes.
pub(super) async fn run<T: Transport, S: Sql>(
    documents: &Client<T>,
    rows: &Rows<S>,
    id: &WalletId,
) -> Result<Flushed, FlushError> {
    let wallets = Wallets(documents);
    let mut flushed = Flushed::default();
    if rows.told()?.unsure {
        find_out(&wallets, rows, id).await?;
    }
    while let Some(pending) = rows.pending()? {
        let told = rows.told()?;
        // Written down first: should the object die now, its next life looks before it writes.
        rows.put_told(&Told { unsure: true, ..told.clone() })?;
        let known = match (&told.version, told.unsure) {
            (Some(version), false) => Known::At(version),
            (None, false) if told.revision == 0 => Known::Missing,
            _ => Known::Nothing,
        };
        let version = wallets.put(id, &pending.batch, known).await?;
        flushed.charged |=
            pending.batch.entries.iter().any(|(_, entry)| entry.kind == LedgerEntryType::Charge);
        let ids: Vec<_> = pending.batch.entries.into_iter().map(|(id, _)| id).collect();
        rows.has_been_told(&ids)?;
        let unsure = version.is_none();
        rows.put_told(&Told { revision: pending.revision, version, unsure, ..rows.told()? })?;
        flushed.commits = flushed.commits.saturating_add(1);
    }
    Ok(flushed)
}

/// Looks which of the entries that wait are there.
async fn find_out<T: Transport, S: Sql>(
    wallets: &Wallets<'_, T>,
    rows: &Rows<S>,
    id: &WalletId,
) -> Result<(), FlushError> {
    let Some(pending) = rows.pending()? else { return Ok(()) };
    let ids: Vec<&LedgerEntryId> = pending.batch.entries.iter().map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let found = wallets.entries(id, &ids).await?;
    for ((id, ours), theirs) in pending.batch.entries.iter().zip(found) {
        match theirs {
            Some(theirs) if theirs == *ours => rows.has_been_told(std::slice::from_ref(id))?,
            Some(_) => rows.gives_way(id, ours)?,
            None => {}
        }
    }
    Ok(())
}
