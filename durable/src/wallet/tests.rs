//! The ledger on its way to Firestore, over the real SQL and the real store: replies that are lost, an object that dies at any
//! request, and one that has lost its memory.

use futures::executor::block_on;
use mentora_core::documents::{LedgerEntry, LedgerEntryType, LedgerScope, WalletOwner};
use mentora_core::ids::{LedgerEntryId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_core::wallet::flush::BATCH;
use mentora_core::wallet::{self, Beginning, Books, Call, Head, HoldCall, HoldKey, Movement};
use mentora_firestore::{Client, CollectionPath};
use rusqlite::Connection;

use super::flush;
use super::rows::{Rows, Told, Untold};
use crate::repositories::Wallets;
use crate::repositories::native_store::{NativeStore, documents};

type Documents = Client<&'static NativeStore>;

const NOW: Millis = Millis(1_795_305_600_000);

fn id() -> WalletId {
    WalletId::new("ethics").unwrap()
}

fn new_wallet() -> Rows<Connection> {
    let rows = Rows::open(Connection::open_in_memory().unwrap()).unwrap();
    let beginning = Beginning { owner_type: WalletOwner::Course, wallet: id(), welcome: Micros::ZERO };
    wallet::open(&mut &rows, NOW, &beginning).unwrap();
    rows
}

fn add(rows: &Rows<Connection>, key: usize, amount: i64) {
    let movement = Movement {
        kind: LedgerEntryType::Grant,
        amount: Micros(amount),
        idempotency_key: format!("grant:{key}"),
        scope: LedgerScope::default(),
        provider: None,
        reason: None,
        by: UserId::new("admin").unwrap(),
        within_available: false,
    };
    wallet::perform(&mut &*rows, NOW + i64::try_from(key).unwrap(), &Call::Move(movement)).unwrap().unwrap();
}

fn balance(rows: &Rows<Connection>) -> i64 {
    Books::head(&rows).unwrap().unwrap().balance.0
}

/// What Firestore has: the balance, and the ledger.
async fn stored(documents: &Documents) -> (i64, Vec<LedgerEntry>) {
    let ledger =
        CollectionPath::parse("wallets").unwrap().doc("ethics").unwrap().collection("ledger").unwrap();
    let mut entries = Vec::new();
    let mut token = None;
    loop {
        let page = documents.list(&ledger, 300, token.as_deref()).await.unwrap();
        entries.extend(page.documents.iter().map(|entry| entry.decode::<LedgerEntry>().unwrap()));
        token = page.next_page_token;
        if token.is_none() {
            break;
        }
    }
    let wallet = Wallets(documents).get(&id()).await.unwrap();
    (wallet.map_or(0, |wallet| wallet.balance_micros.0), entries)
}

/// Firestore knows everything, and its ledger adds up.
async fn agree(documents: &Documents, rows: &Rows<Connection>, entries: usize) {
    let (told, ledger) = stored(documents).await;
    assert_eq!(told, balance(rows));
    assert_eq!(ledger.iter().map(|entry| entry.amount_micros.0).sum::<i64>(), told);
    assert_eq!(ledger.len(), entries);
    assert!(rows.pending().unwrap().is_none());
    assert_eq!(rows.untold().unwrap(), None);
}

#[test]
fn everything_is_told_in_commits_that_firestore_takes() {
    block_on(async {
        let ((documents, _), rows) = (documents(), new_wallet());
        for key in 0..BATCH + 1 {
            add(&rows, key, 10);
        }
        assert_eq!(rows.untold().unwrap(), Some(Untold::Entry(NOW)), "it counts from the oldest on");
        assert_eq!(flush::run(&documents, &rows, &id()).await.unwrap().commits, 2);
        agree(&documents, &rows, BATCH + 1).await;
        let nothing = flush::run(&documents, &rows, &id()).await.unwrap();
        assert_eq!(nothing, flush::Flushed::default(), "there is nothing new to tell");
    });
}

#[test]
fn what_is_held_is_told_too() {
    block_on(async {
        let ((documents, _), rows) = (documents(), new_wallet());
        add(&rows, 0, 100);
        flush::run(&documents, &rows, &id()).await.unwrap();
        let hold = HoldCall { key: HoldKey("talk:1".into()), amount: Micros(40), free: None };
        wallet::perform(&mut &rows, NOW + 7, &Call::Hold(hold)).unwrap();
        assert_eq!(rows.untold().unwrap(), Some(Untold::Held(NOW + 7)));
        assert_eq!(flush::run(&documents, &rows, &id()).await.unwrap().commits, 1);
        let wallet = Wallets(&documents).get(&id()).await.unwrap().unwrap();
        assert_eq!((wallet.balance_micros, wallet.held_micros), (Micros(100), Micros(40)));
    });
}

#[test]
fn a_commit_whose_reply_was_lost_is_found_and_not_made_again() {
    block_on(async {
        let ((documents, store), rows) = (documents(), new_wallet());
        add(&rows, 0, 10);
        store.lose_next_commit_reply();
        flush::run(&documents, &rows, &id()).await.unwrap_err();
        add(&rows, 1, 20);
        flush::run(&documents, &rows, &id()).await.unwrap();
        agree(&documents, &rows, 2).await;
    });
}

#[test]
fn wherever_the_object_dies_the_next_life_tells_the_rest_once() {
    for requests in 0..8 {
        for carried_out in [true, false] {
            block_on(async {
                let ((documents, store), rows) = (documents(), new_wallet());
                add(&rows, 0, 10);
                flush::run(&documents, &rows, &id()).await.unwrap();
                for key in 1..BATCH + 20 {
                    add(&rows, key, 10);
                }
                store.die_after(requests, carried_out);
                let died = flush::run(&documents, &rows, &id()).await.is_err();
                store.come_back();
                add(&rows, BATCH + 20, 10);
                flush::run(&documents, &rows, &id()).await.unwrap();
                agree(&documents, &rows, BATCH + 21).await;
                assert!(died || requests >= 2, "{requests}");
            });
        }
    }
}

#[test]
fn an_object_that_lost_its_memory_goes_on_from_the_documents_and_does_nothing_again() {
    block_on(async {
        let ((documents, _), before) = (documents(), new_wallet());
        add(&before, 0, 10);
        add(&before, 1, 20);
        flush::run(&documents, &before, &id()).await.unwrap();

        let after = Rows::open(Connection::open_in_memory().unwrap()).unwrap();
        let found = Wallets(&documents).get(&id()).await.unwrap().unwrap();
        (&mut &after).put_head(&Head::of_document(id(), &found)).unwrap();
        after.put_told(&Told { unsure: true, ..Told::default() }).unwrap();
        // Somebody who does not know whether it was done asks again, later.
        wallet::perform(&mut &after, NOW, &Call::Stand).unwrap();
        add(&after, 2, 5);
        let again = Movement {
            kind: LedgerEntryType::Grant,
            amount: Micros(20),
            idempotency_key: "grant:1".into(),
            scope: LedgerScope::default(),
            provider: None,
            reason: None,
            by: UserId::new("admin").unwrap(),
            within_available: false,
        };
        wallet::perform(&mut &after, NOW + 99, &Call::Move(again)).unwrap();
        assert_eq!(balance(&after), 55);
        flush::run(&documents, &after, &id()).await.unwrap();
        agree(&documents, &after, 3).await;
        assert_eq!(balance(&after), 35, "what had been done before was undone");
        assert!((&after).has_entry(&LedgerEntryId::of("grant:1")).unwrap());
    });
}

#[test]
fn a_wallet_whose_document_somebody_has_removed_is_written_again() {
    block_on(async {
        let ((documents, _), rows) = (documents(), new_wallet());
        add(&rows, 0, 10);
        flush::run(&documents, &rows, &id()).await.unwrap();
        let path = CollectionPath::parse("wallets").unwrap().doc("ethics").unwrap();
        documents.commit(&[mentora_firestore::Write::delete(path)]).await.unwrap();
        add(&rows, 1, 20);
        flush::run(&documents, &rows, &id()).await.unwrap_err();
        flush::run(&documents, &rows, &id()).await.unwrap();
        agree(&documents, &rows, 2).await;
    });
}

#[test]
fn a_retired_wallet_remembers_only_that() {
    let rows = new_wallet();
    add(&rows, 0, 10);
    rows.retire(NOW).unwrap();
    assert!(Books::head(&&rows).unwrap().is_none());
    assert_eq!(rows.told().unwrap(), Told { retired_at: Some(NOW), ..Told::default() });
    assert!(!(&rows).has_entry(&LedgerEntryId::of("grant:0")).unwrap());
}
