//! What the object keeps in its SQLite: what is in the wallet, holds, sums, and the ledger on its way to Firestore.

use std::cell::RefCell;
use std::fmt;

use mentora_core::documents::LedgerEntry;
use mentora_core::ids::LedgerEntryId;
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_core::wallet::flush::{BATCH, Batch, undo};
use mentora_core::wallet::{Books, Head, Hold, HoldKey, HoldState};
use mentora_firestore::embedded::{Sql, SqlValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const SCHEMA: [&str; 6] = [
    // `revision` counts what was written; `told` says up to which Firestore knows.
    "CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, json TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS holds (name TEXT PRIMARY KEY, live INTEGER NOT NULL, expires_at INTEGER NOT NULL, json TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS holds_by_time ON holds (live, expires_at)",
    "CREATE TABLE IF NOT EXISTS sums (name TEXT PRIMARY KEY, json TEXT NOT NULL)",
    // Of an entry that Firestore has, only its id is kept: it says that this was done.
    "CREATE TABLE IF NOT EXISTS entries (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, json TEXT)",
    "CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)",
];
const PENDING: &str = "CREATE INDEX IF NOT EXISTS pending_entries ON entries (place) WHERE json IS NOT NULL";
const TABLES: [&str; 5] = ["head", "holds", "sums", "entries", "told"];

/// What Firestore knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    /// Up to which revision.
    pub(super) revision: i64,
    /// The version of the wallet's document that we wrote; none when there was none.
    pub(super) version: Option<String>,
    /// A write was begun, and nobody knows how it went.
    pub(super) unsure: bool,
    /// The day, as `2026-11-23`, for which the owner was last told that the balance is low.
    pub(super) low_on: Option<String>,
    /// When the wallet was retired, if it was.
    pub(super) retired_at: Option<Millis>,
}

/// What Firestore is to be told next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pending {
    pub(super) batch: Batch,
    /// What it knows afterwards.
    pub(super) revision: i64,
}

/// What Firestore does not know, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untold {
    /// An entry of the ledger.
    Entry(Millis),
    /// Only what is held, or another field of the wallet.
    Held(Millis),
}

/// Why the rows cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowsError {
    #[error("{0}")]
    Sql(String),
    #[error("a row cannot be read: {0}")]
    Unreadable(String),
}

/// The object's tables.
pub(super) struct Rows<S>(RefCell<S>);

impl<S> fmt::Debug for Rows<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

type Result<T> = std::result::Result<T, RowsError>;

impl<S: Sql> Rows<S> {
    /// Makes the tables that are not there.
    pub(super) fn open(sql: S) -> Result<Self> {
        let rows = Self(RefCell::new(sql));
        for statement in SCHEMA.iter().chain([&PENDING]) {
            rows.run(statement, &[])?;
        }
        Ok(rows)
    }

    /// What Firestore knows.
    pub(super) fn told(&self) -> Result<Told> {
        Ok(self.one("SELECT json FROM told", &[])?.unwrap_or_default())
    }

    pub(super) fn put_told(&self, told: &Told) -> Result<()> {
        self.run(
            "INSERT INTO told (id, json) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json",
            &[json(told)?],
        )
    }

    /// Since when Firestore does not know of what, without reading all that it is to be told: this is asked at every call.
    pub(super) fn untold(&self) -> Result<Option<Untold>> {
        let oldest = "SELECT json FROM entries WHERE json IS NOT NULL ORDER BY place LIMIT 1";
        if let Some(entry) = self.one::<LedgerEntry>(oldest, &[])? {
            return Ok(Some(Untold::Entry(entry.created_at)));
        }
        if self.revision()? == self.told()?.revision {
            return Ok(None);
        }
        Ok(Books::head(&self)?.map(|head| Untold::Held(head.updated_at)))
    }

    /// What Firestore is to be told next; `None` when it knows everything.
    pub(super) fn pending(&self) -> Result<Option<Pending>> {
        let Some(head) = Books::head(&self)? else { return Ok(None) };
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX).saturating_add(1);
        let mut entries = Vec::new();
        let select = "SELECT id, json FROM entries WHERE json IS NOT NULL ORDER BY place LIMIT ?";
        for row in self.exec(select, &[SqlValue::Integer(limit)])? {
            let [SqlValue::Text(id), SqlValue::Text(entry)] = row.as_slice() else {
                return Err(RowsError::Unreadable("an entry".to_owned()));
            };
            let id = LedgerEntryId::new(id.as_str()).map_err(|error| unreadable(&error))?;
            entries.push((id, serde_json::from_str(entry).map_err(|error| unreadable(&error))?));
        }
        let more = entries.len() > BATCH;
        entries.truncate(BATCH);
        let revision = self.revision()?;
        if entries.is_empty() && revision == self.told()?.revision {
            return Ok(None);
        }
        // With entries left behind, what is in the wallet has yet to be told.
        let revision = if more { revision.saturating_sub(1) } else { revision };
        Ok(Some(Pending { batch: Batch::new(&head, entries, more), revision }))
    }

    /// Firestore has these entries: only that they were made is kept.
    pub(super) fn has_been_told(&self, ids: &[LedgerEntryId]) -> Result<()> {
        for id in ids {
            self.run("UPDATE entries SET json = NULL WHERE id = ?", &[id.as_str().into()])?;
        }
        Ok(())
    }

    /// Firestore has another entry under the id of ours: what ours did is undone, and the other one stands.
    pub(super) fn gives_way(&self, id: &LedgerEntryId, ours: &LedgerEntry) -> Result<()> {
        undo(&mut &*self, ours)?;
        self.has_been_told(std::slice::from_ref(id))
    }

    /// When the next hold runs out.
    pub(super) fn next_expiry(&self) -> Result<Option<Millis>> {
        self.least("SELECT min(expires_at) FROM holds WHERE live = 1")
    }

    /// When the first of the holds that are over ran out, or would have.
    pub(super) fn oldest_over(&self) -> Result<Option<Millis>> {
        self.least("SELECT min(expires_at) FROM holds WHERE live = 0")
    }

    /// Forgets everything but that, and when.
    pub(super) fn retire(&self, now: Millis) -> Result<()> {
        for table in TABLES {
            self.run(&format!("DELETE FROM {table}"), &[])?;
        }
        self.put_told(&Told { retired_at: Some(now), ..Told::default() })
    }

    fn revision(&self) -> Result<i64> {
        let rows = self.exec("SELECT revision FROM head", &[])?;
        Ok(match rows.first().and_then(|row| row.first()) {
            Some(SqlValue::Integer(revision)) => *revision,
            _ => 0,
        })
    }

    fn least(&self, query: &str) -> Result<Option<Millis>> {
        let rows = self.exec(query, &[])?;
        Ok(match rows.first().and_then(|row| row.first()) {
            Some(SqlValue::Integer(at)) => Some(Millis(*at)),
            _ => None,
        })
    }

    fn exec(&self, statement: &str, bindings: &[SqlValue]) -> Result<Vec<Vec<SqlValue>>> {
        self.0.borrow_mut().exec(statement, bindings).map_err(|error| RowsError::Sql(error.to_string()))
    }

    fn run(&self, statement: &str, bindings: &[SqlValue]) -> Result<()> {
        self.exec(statement, bindings).map(|_| ())
    }

    fn one<T: DeserializeOwned>(&self, query: &str, bindings: &[SqlValue]) -> Result<Option<T>> {
        match self.exec(query, bindings)?.first().map(Vec::as_slice) {
            Some([SqlValue::Text(text)]) => {
                serde_json::from_str(text).map(Some).map_err(|error| unreadable(&error))
            }
            Some(_) => Err(RowsError::Unreadable(query.to_owned())),
            None => Ok(None),
        }
    }
}

/// By reference: what is in the rows is changed by their statements.
impl<S: Sql> Books for &Rows<S> {
    type Error = RowsError;

    fn head(&self) -> Result<Option<Head>> {
        self.one("SELECT json FROM head", &[])
    }

    fn put_head(&mut self, head: &Head) -> Result<()> {
        self.run(
            "INSERT INTO head (id, revision, json) VALUES (1, 1, ?)
             ON CONFLICT (id) DO UPDATE SET revision = revision + 1, json = excluded.json",
            &[json(head)?],
        )
    }

    fn hold(&self, key: &HoldKey) -> Result<Option<Hold>> {
        self.one("SELECT json FROM holds WHERE name = ?", &[key.0.clone().into()])
    }

    fn put_hold(&mut self, key: &HoldKey, hold: &Hold) -> Result<()> {
        self.run(
            "INSERT INTO holds (name, live, expires_at, json) VALUES (?, ?, ?, ?) ON CONFLICT (name)
             DO UPDATE SET live = excluded.live, expires_at = excluded.expires_at, json = excluded.json",
            &[
                key.0.clone().into(),
                SqlValue::Integer((hold.state == HoldState::Live).into()),
                SqlValue::Integer(hold.expires_at.0),
                json(hold)?,
            ],
        )
    }

    fn lapsed(&self, now: Millis) -> Result<Vec<(HoldKey, Hold)>> {
        let query = "SELECT name, json FROM holds WHERE live = 1 AND expires_at <= ?";
        let rows = self.exec(query, &[SqlValue::Integer(now.0)])?;
        let read = |row: Vec<SqlValue>| match row.as_slice() {
            [SqlValue::Text(name), SqlValue::Text(hold)] => {
                let hold = serde_json::from_str(hold).map_err(|error| unreadable(&error))?;
                Ok((HoldKey(name.clone()), hold))
            }
            _ => Err(RowsError::Unreadable("a hold".to_owned())),
        };
        rows.into_iter().map(read).collect()
    }

    fn forget_holds(&mut self, before: Millis) -> Result<()> {
        self.run("DELETE FROM holds WHERE live = 0 AND expires_at < ?", &[SqlValue::Integer(before.0)])
    }

    fn sum_of(&self, name: &str) -> Result<Micros> {
        Ok(self.one("SELECT json FROM sums WHERE name = ?", &[name.into()])?.unwrap_or_default())
    }

    fn put_sum(&mut self, name: &str, sum: Micros) -> Result<()> {
        self.run(
            "INSERT INTO sums (name, json) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET json = excluded.json",
            &[name.into(), json(&sum)?],
        )
    }

    fn has_entry(&self, id: &LedgerEntryId) -> Result<bool> {
        Ok(!self.exec("SELECT 1 FROM entries WHERE id = ?", &[id.as_str().into()])?.is_empty())
    }

    fn put_entry(&mut self, id: &LedgerEntryId, entry: &LedgerEntry) -> Result<()> {
        self.run("INSERT INTO entries (id, json) VALUES (?, ?)", &[id.as_str().into(), json(entry)?])
    }
}

fn json<T: Serialize>(value: &T) -> Result<SqlValue> {
    serde_json::to_string(value).map(SqlValue::Text).map_err(|error| unreadable(&error))
}

fn unreadable(error: &dyn fmt::Display) -> RowsError {
    RowsError::Unreadable(error.to_string())
}
