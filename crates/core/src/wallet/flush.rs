//! The way of the ledger to Firestore.
//!
//! The wallet's document and the entries since the last time go in one commit: the document at the version that we wrote
//! last, each entry as a new document. So a commit that nobody knows the outcome of cannot happen after a later one, and
//! asked for again it is found to have happened, because its entries are there.

use crate::documents::{LedgerEntry, Wallet};
use crate::ids::LedgerEntryId;
use crate::money::Micros;

use super::books::{Books, Head};

/// Entries in one commit; Firestore takes 500 writes.
pub const BATCH: usize = 400;

/// What goes in one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The wallet as it stands after the last of the entries; with no entries left behind it, as it stands now.
    pub wallet: Wallet,
    /// New entries, oldest first.
    pub entries: Vec<(LedgerEntryId, LedgerEntry)>,
}

impl Batch {
    /// What is to be told, of entries oldest first that were not told yet, of which `more` may follow.
    #[must_use]
    pub fn new(head: &Head, entries: Vec<(LedgerEntryId, LedgerEntry)>, more: bool) -> Self {
        let mut wallet = head.document();
        // The document is to be the sum of the ledger beside it, also between two batches.
        if let (true, Some((_, last))) = (more, entries.last()) {
            wallet.balance_micros = last.balance_after_micros;
        }
        Self { wallet, entries }
    }
}

/// An entry of the same key that Firestore has and that is not the one we made: the object had lost its memory, and what it
/// did again had been done. Takes back what it did. The caller keeps the entry that is there in the place of ours.
///
/// # Errors
/// Those of the books.
pub fn undo<B: Books>(books: &mut B, ours: &LedgerEntry) -> Result<(), B::Error> {
    match books.head()? {
        Some(mut head) => {
            head.balance = head.balance.saturating_add(Micros(ours.amount_micros.0.saturating_neg()));
            books.put_head(&head)
        }
        None => Ok(()),
    }
}
