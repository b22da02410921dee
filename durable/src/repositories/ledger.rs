//! `wallets/{walletId}/ledger/{entryId}`, to be read. Only the wallet's object writes it: see [`super::wallets`].

use mentora_core::documents::collections::LEDGER;
use mentora_core::documents::{LedgerEntry, LedgerEntryType};
use mentora_core::ids::{ConversationId, LedgerEntryId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_firestore::value::to_value;
use mentora_firestore::{Client, CollectionPath, Direction, Document, Operator, Query, Transport, Value};
use serde::Deserialize;

use super::page::{self, Counted, Listing};
use super::{Cursor, Page, RepositoryError, Stored, wallets};
use crate::platform::documents::DocumentTransport;

/// Most conversations that are asked about at once: so many values Firestore compares a field with.
pub const MAX_CONVERSATIONS: usize = 30;

/// The ledgers.
#[derive(Debug)]
pub struct Ledger<'a, T = DocumentTransport>(pub &'a Client<T>);

/// What an answer took out of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Charge {
    /// How much; negative.
    pub amount_micros: Micros,
    /// Who was answered.
    pub created_by: UserId,
    /// When.
    pub created_at: Millis,
}

/// What was paid in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topup {
    /// Into which wallet.
    pub wallet: WalletId,
    /// The entry.
    pub entry: LedgerEntry,
}

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

    /// What answers took since then, the latest first, some more than `most` where there are more; and whether that is all.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn charges(
        &self,
        wallet: &WalletId,
        since: Millis,
        most: usize,
    ) -> Result<(Vec<Charge>, bool), RepositoryError> {
        let (found, all) = page::first(self.0, &Charges { wallet: wallet.clone(), since }, most).await?;
        Ok((found.iter().map(Document::decode).collect::<Result<_, _>>()?, all))
    }

    /// What these conversations did to a wallet; [`MAX_CONVERSATIONS`] at a time.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn of_conversations(
        &self,
        wallet: &WalletId,
        conversations: Vec<ConversationId>,
    ) -> Result<Vec<LedgerEntry>, RepositoryError> {
        let found = page::all(self.0, &OfConversations { wallet: wallet.clone(), conversations }).await?;
        Ok(found.iter().map(Document::decode).collect::<Result<_, _>>()?)
    }

    /// What was paid into all wallets since then, the latest first; and whether that is all.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn topups(&self, since: Millis, most: usize) -> Result<(Vec<Topup>, bool), RepositoryError> {
        let (found, all) = page::first(self.0, &Topups { since }, most).await?;
        Ok((found.iter().map(topup).collect::<Result<_, _>>()?, all))
    }

    /// What a ledger comes to.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn sum(&self, wallet: &WalletId) -> Result<Micros, RepositoryError> {
        Ok(Micros(page::sum(self.0, &SumOf(wallet.clone()), "amountMicros").await?))
    }
}

fn topup(document: &Document) -> Result<Topup, RepositoryError> {
    let wallet = document.path.parent().parent().map(|wallet| wallet.id().to_owned()).unwrap_or_default();
    let wallet = WalletId::new(wallet).map_err(|error| RepositoryError::Internal(error.to_string()))?;
    Ok(Topup { wallet, entry: document.decode()? })
}

fn of_wallet(wallet: &WalletId) -> Result<CollectionPath, RepositoryError> {
    Ok(wallets::path(wallet)?.collection(LEDGER)?)
}

const LATEST_FIRST: &[(&str, Direction)] = &[("createdAt", Direction::Descending)];

/// All entries of a wallet.
pub(super) struct Entries {
    wallet: WalletId,
}

impl Listing for Entries {
    const ORDER: &'static [(&'static str, Direction)] = LATEST_FIRST;

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&of_wallet(&self.wallet)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { wallet: tests::ethics() }]
    }
}

/// What the entries of a wallet come to.
pub(super) struct SumOf(WalletId);

impl Counted for SumOf {
    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::collection(&of_wallet(&self.0)?))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self(tests::ethics())]
    }
}

/// What answers took since then.
pub(super) struct Charges {
    wallet: WalletId,
    since: Millis,
}

impl Listing for Charges {
    const ORDER: &'static [(&'static str, Direction)] = LATEST_FIRST;

    fn query(&self) -> Result<Query, RepositoryError> {
        let entries = Query::collection(&of_wallet(&self.wallet)?);
        Ok(entries
            .select(["amountMicros", "createdBy", "createdAt"])
            .whose("type", Operator::Equal, to_value(&LedgerEntryType::Charge)?)
            .whose("createdAt", Operator::GreaterThanOrEqual, self.since.0))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { wallet: tests::ethics(), since: Millis(0) }]
    }
}

/// What some conversations did to a wallet.
pub(super) struct OfConversations {
    wallet: WalletId,
    conversations: Vec<ConversationId>,
}

impl Listing for OfConversations {
    const ORDER: &'static [(&'static str, Direction)] = &[];

    fn query(&self) -> Result<Query, RepositoryError> {
        let ids = self.conversations.iter().map(|id| Value::String(id.to_string())).collect();
        let entries = Query::collection(&of_wallet(&self.wallet)?);
        Ok(entries.whose("scope.conversationId", Operator::In, Value::Array(ids)))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        let conversations = vec![super::native_store::conversation_id("c")];
        vec![Self { wallet: tests::ethics(), conversations }]
    }
}

/// What was paid into all wallets since then.
pub(super) struct Topups {
    since: Millis,
}

impl Listing for Topups {
    const ORDER: &'static [(&'static str, Direction)] = LATEST_FIRST;

    fn query(&self) -> Result<Query, RepositoryError> {
        Ok(Query::group(LEDGER).whose("type", Operator::Equal, to_value(&LedgerEntryType::Topup)?).whose(
            "createdAt",
            Operator::GreaterThanOrEqual,
            self.since.0,
        ))
    }

    #[cfg(test)]
    fn shapes() -> Vec<Self> {
        vec![Self { since: Millis(0) }]
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use mentora_core::documents::LedgerScope;
    use mentora_core::documents::collections::WALLETS;
    use mentora_firestore::to_fields;

    use super::*;
    use crate::repositories::native_store::{NativeStore, conversation_id, course_id, documents, user};

    pub(super) fn ethics() -> WalletId {
        WalletId::of_course(&course_id("ethics"))
    }

    fn entry(kind: LedgerEntryType, amount: i64, at: i64, conversation: Option<&str>) -> LedgerEntry {
        let scope =
            LedgerScope { conversation_id: conversation.map(conversation_id), ..LedgerScope::default() };
        LedgerEntry {
            kind,
            amount_micros: Micros(amount),
            balance_after_micros: Micros::ZERO,
            idempotency_key: format!("k{at}"),
            scope,
            provider: None,
            reason: None,
            usage: None,
            price_version: None,
            shortfall_micros: None,
            created_by: user("kim"),
            created_at: Millis(at),
            updated_at: Millis(at),
        }
    }

    async fn write(documents: &Client<&'static NativeStore>, wallet: &WalletId, entries: &[LedgerEntry]) {
        for entry in entries {
            let id = LedgerEntryId::of(&entry.idempotency_key);
            let path = CollectionPath::parse(WALLETS).unwrap().doc(wallet.as_str()).unwrap();
            let path = path.collection(LEDGER).unwrap().doc(id.as_str()).unwrap();
            documents.create(path, to_fields(entry).unwrap()).await.unwrap();
        }
    }

    #[test]
    fn a_ledger_is_read_by_time_by_kind_by_conversation_and_summed_up() {
        use LedgerEntryType::{Charge, Grant, Topup};
        let (documents, _) = documents();
        let (ledger, ethics) = (Ledger(&documents), ethics());
        let other = WalletId::new("other").unwrap();
        block_on(async {
            let entries = [
                entry(Topup, 100, 1, None),
                entry(Charge, -10, 2, Some("a")),
                entry(Charge, -20, 3, Some("b")),
                entry(Grant, 5, 4, Some("b")),
            ];
            write(&documents, &ethics, &entries).await;
            write(&documents, &other, &[entry(Charge, -7, 5, Some("a")), entry(Topup, 9, 6, None)]).await;

            let sum_of = async |wallet| ledger.sum(wallet).await;

            let (all, _) = ledger.list(&ethics, &Page::default()).await.unwrap();
            let amounts: Vec<_> = all.iter().map(|(_, entry)| entry.amount_micros.0).collect();
            assert_eq!(amounts, [5, -20, -10, 100]);

            let (charges, complete) = ledger.charges(&ethics, Millis(3), 10).await.unwrap();
            assert_eq!((charges.len(), complete), (1, true));
            assert_eq!((charges[0].amount_micros, charges[0].created_by.clone()), (Micros(-20), user("kim")));

            let of = ["b", "c"].map(conversation_id).to_vec();
            let of = ledger.of_conversations(&ethics, of).await.unwrap();
            assert_eq!(of.iter().map(|entry| entry.amount_micros.0).sum::<i64>(), -15);

            let (topups, _) = ledger.topups(Millis(2), 10).await.unwrap();
            assert_eq!(topups.iter().map(|topup| &topup.wallet).collect::<Vec<_>>(), [&other]);
            assert_eq!(sum_of(&ethics).await, Ok(Micros(75)));
            assert_eq!(sum_of(&WalletId::new("nobodys").unwrap()).await, Ok(Micros(0)));
        });
    }
}
