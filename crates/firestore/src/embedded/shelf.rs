//! The tables.
//!
//! - here: single documents and counters
//! - `scan`: the documents of a collection, a group or a place
//! - `entries`: the index beside the documents, and searches along it

mod entries;
mod scan;

use std::collections::BTreeSet;

pub(super) use self::{
    entries::{Condition, Lookup, Reached, Walk},
    scan::{Edge, Scope},
};
use super::{
    Sql, SqlValue,
    fault::{Code, Fault},
    index, row,
};
use crate::{
    name::{Database, DocumentPath},
    value::Fields,
};

const SCHEMA: [&str; 8] = [
    "CREATE TABLE IF NOT EXISTS documents (
        database TEXT NOT NULL,
        path TEXT NOT NULL,
        parent TEXT NOT NULL,
        collection TEXT NOT NULL,
        fields TEXT NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        PRIMARY KEY (database, path)
    )",
    "CREATE INDEX IF NOT EXISTS documents_by_parent ON documents (database, parent, path)",
    "CREATE INDEX IF NOT EXISTS documents_by_collection ON documents (database, collection, path)",
    "CREATE TABLE IF NOT EXISTS indexed_fields (
        id INTEGER PRIMARY KEY,
        database TEXT NOT NULL,
        collection TEXT NOT NULL,
        field TEXT NOT NULL,
        UNIQUE (database, collection, field)
    )",
    // `field` is an id of indexed_fields, `key` what `index::key` makes of the value, `path` the document's.
    "CREATE TABLE IF NOT EXISTS entries (
        field INTEGER NOT NULL,
        key TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (field, key, path)
    ) WITHOUT ROWID",
    // `clock`: the last version given; `serial`: how many ids and transactions were made; `indexed`: 1 once every
    // document is in the index.
    "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS transactions (
        id TEXT PRIMARY KEY,
        database TEXT NOT NULL,
        read_only INTEGER NOT NULL,
        begun INTEGER NOT NULL,
        used INTEGER NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS transaction_reads (
        transaction_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        seen TEXT NOT NULL,
        PRIMARY KEY (transaction_id, subject)
    )",
];

/// A document as it lies in its row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    pub(super) path: DocumentPath,
    pub(super) fields: Fields,
    /// Microseconds of the epoch.
    pub(super) created: i64,
    /// Microseconds of the epoch; the version.
    pub(super) updated: i64,
}

#[derive(Debug)]
pub(super) struct Shelf<S> {
    sql: S,
    indexed: bool,
}

impl<S: Sql> Shelf<S> {
    pub(super) fn open(mut sql: S) -> Result<Self, S::Error> {
        for statement in SCHEMA {
            sql.exec(statement, &[])?;
        }
        Ok(Self { sql, indexed: false })
    }

    /// Keeps what is written during `work`, unless the database failed in the middle. Every other refusal comes
    /// before the first document is written; what a refused call noted about its transaction is kept.
    pub(super) fn atomically<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.sql.begin().map_err(Fault::internal)?;
        let done = self.complete_index().and_then(|()| work(self));
        let ended = match &done {
            Err(Fault { code: Code::Internal, .. }) => self.sql.rollback(),
            _ => self.sql.commit(),
        };
        ended.map_err(Fault::internal)?;
        done
    }

    /// Makes the index of a store that is older than it.
    fn complete_index(&mut self) -> Result<(), Fault> {
        if !self.indexed {
            if self.counter("indexed")? == 0 {
                self.index_all()?;
                self.set_counter("indexed", 1)?;
            }
            self.indexed = true;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn sql_mut(&mut self) -> &mut S {
        &mut self.sql
    }

    /// Executes a statement of ours.
    pub(super) fn exec(
        &mut self,
        statement: &str,
        bindings: &[SqlValue],
    ) -> Result<Vec<Vec<SqlValue>>, Fault> {
        self.sql.exec(statement, bindings).map_err(Fault::internal)
    }

    pub(super) fn read(&mut self, database: &Database, path: &DocumentPath) -> Result<Option<Stored>, Fault> {
        let statement =
            "SELECT path, fields, created, updated FROM documents WHERE database = ? AND path = ?";
        let rows = self.exec(statement, &[database.to_string().into(), path.as_str().into()])?;
        rows.into_iter().next().map(stored_of).transpose()
    }

    /// Writes a document in place of what it was.
    pub(super) fn write(
        &mut self,
        database: &Database,
        before: Option<&Stored>,
        document: &Stored,
    ) -> Result<(), Fault> {
        let entries_before = before.map(|stored| index::entries(&stored.fields)).unwrap_or_default();
        let entries = index::entries(&document.fields);
        self.index(&database.to_string(), &document.path, &entries_before, &entries)?;
        let parent = document.path.parent();
        self.exec(
            "INSERT INTO documents (database, path, parent, collection, fields, created, updated)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (database, path) DO UPDATE SET
                fields = excluded.fields, created = excluded.created, updated = excluded.updated",
            &[
                database.to_string().into(),
                document.path.as_str().into(),
                parent.as_str().into(),
                parent.id().into(),
                row::write(&document.fields).into(),
                document.created.into(),
                document.updated.into(),
            ],
        )?;
        Ok(())
    }

    pub(super) fn remove(&mut self, database: &Database, document: &Stored) -> Result<(), Fault> {
        let entries = index::entries(&document.fields);
        self.index(&database.to_string(), &document.path, &entries, &BTreeSet::new())?;
        let statement = "DELETE FROM documents WHERE database = ? AND path = ?";
        self.exec(statement, &[database.to_string().into(), document.path.as_str().into()])?;
        Ok(())
    }

    /// The version of the last commit.
    pub(super) fn clock(&mut self) -> Result<i64, Fault> {
        self.counter("clock")
    }

    pub(super) fn set_clock(&mut self, version: i64) -> Result<(), Fault> {
        self.set_counter("clock", version)
    }

    /// A number that was not given before.
    pub(super) fn next_serial(&mut self) -> Result<i64, Fault> {
        let serial = self.counter("serial")? + 1;
        self.set_counter("serial", serial)?;
        Ok(serial)
    }

    fn counter(&mut self, name: &str) -> Result<i64, Fault> {
        let rows = self.exec("SELECT value FROM counters WHERE name = ?", &[name.into()])?;
        Ok(rows.into_iter().flatten().next().and_then(number).unwrap_or(0))
    }

    fn set_counter(&mut self, name: &str, value: i64) -> Result<(), Fault> {
        let statement = "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.exec(statement, &[name.into(), value.into()])?;
        Ok(())
    }
}

fn stored_of(row: Vec<SqlValue>) -> Result<Stored, Fault> {
    let mut columns = row.into_iter();
    let mut next = || columns.next().ok_or_else(unreadable);
    let path = text(next()?).and_then(|path| DocumentPath::parse(&path).ok());
    let fields = text(next()?).and_then(|fields| row::read(&fields));
    let (created, updated) = (number(next()?), number(next()?));
    match (path, fields, created, updated) {
        (Some(path), Some(fields), Some(created), Some(updated)) => {
            Ok(Stored { path, fields, created, updated })
        }
        _ => Err(unreadable()),
    }
}

fn unreadable() -> Fault {
    Fault::internal("a row cannot be read")
}

pub(super) fn text(value: SqlValue) -> Option<String> {
    match value {
        SqlValue::Text(text) => Some(text),
        _ => None,
    }
}

/// An integer, also where the platform hands every number out as a double.
pub(super) fn number(value: SqlValue) -> Option<i64> {
    match value {
        SqlValue::Integer(number) => Some(number),
        SqlValue::Float(number) => crate::value::integral(number),
        _ => None,
    }
}
