//! The tables.

use super::{
    Sql, SqlValue,
    fault::{Code, Fault},
    row,
};
use crate::{
    name::{CollectionPath, Database, DocumentPath},
    value::Fields,
};

const SCHEMA: [&str; 6] = [
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
    // `clock`: the last version given; `serial`: how many ids and transactions were made.
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

/// Where a query looks.
#[derive(Debug, Clone)]
pub(super) enum Scope<'a> {
    /// One collection.
    Collection(&'a CollectionPath),
    /// The collections of one id below a document, or below the root; of every id where there is none.
    Group { id: Option<&'a str>, below: Option<&'a DocumentPath> },
    /// All collections directly below a document, or the root.
    Children(Option<&'a DocumentPath>),
}

/// A condition that SQL may check before we do: a top-level or nested field that is exactly this text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Narrowing {
    /// SQLite's way to the field, as `$.a.b`.
    pub(super) way: String,
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) struct Shelf<S> {
    sql: S,
}

impl<S: Sql> Shelf<S> {
    pub(super) fn open(mut sql: S) -> Result<Self, S::Error> {
        for statement in SCHEMA {
            sql.exec(statement, &[])?;
        }
        Ok(Self { sql })
    }

    /// Keeps what is written during `work`, unless the database failed in the middle. Every other refusal comes
    /// before the first document is written; what a refused call noted about its transaction is kept.
    pub(super) fn atomically<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.sql.begin().map_err(Fault::internal)?;
        let done = work(self);
        let ended = match &done {
            Err(Fault { code: Code::Internal, .. }) => self.sql.rollback(),
            _ => self.sql.commit(),
        };
        ended.map_err(Fault::internal)?;
        done
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

    pub(super) fn write(&mut self, database: &Database, document: &Stored) -> Result<(), Fault> {
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

    pub(super) fn remove(&mut self, database: &Database, path: &DocumentPath) -> Result<(), Fault> {
        let statement = "DELETE FROM documents WHERE database = ? AND path = ?";
        self.exec(statement, &[database.to_string().into(), path.as_str().into()])?;
        Ok(())
    }

    /// The documents of a scope, in no order that matters.
    pub(super) fn scan(
        &mut self,
        database: &Database,
        scope: &Scope<'_>,
        narrowing: &[Narrowing],
    ) -> Result<Vec<Stored>, Fault> {
        let mut statement =
            String::from("SELECT path, fields, created, updated FROM documents WHERE database = ?");
        let mut bindings: Vec<SqlValue> = vec![database.to_string().into()];
        match scope {
            Scope::Collection(path) => {
                statement.push_str(" AND parent = ?");
                bindings.push(path.as_str().into());
            }
            Scope::Group { id, below } => {
                if let Some(id) = id {
                    statement.push_str(" AND collection = ?");
                    bindings.push((*id).into());
                }
                if let Some(below) = below {
                    within(&mut statement, &mut bindings, "path", below.as_str());
                }
            }
            Scope::Children(None) => statement.push_str(" AND parent = collection"),
            Scope::Children(Some(below)) => {
                within(&mut statement, &mut bindings, "parent", below.as_str());
                statement.push_str(" AND parent = ? || '/' || collection");
                bindings.push(below.as_str().into());
            }
        }
        for Narrowing { way, text } in narrowing {
            statement.push_str(" AND json_extract(fields, ?) = ?");
            bindings.extend([way.as_str().into(), text.as_str().into()]);
        }
        self.exec(&statement, &bindings)?.into_iter().map(stored_of).collect()
    }

    /// The paths of everything below a document or a collection, the documents of other collections included.
    pub(super) fn paths_below(
        &mut self,
        database: &Database,
        place: Option<&str>,
    ) -> Result<Vec<String>, Fault> {
        let mut statement = String::from("SELECT path FROM documents WHERE database = ?");
        let mut bindings: Vec<SqlValue> = vec![database.to_string().into()];
        if let Some(place) = place {
            within(&mut statement, &mut bindings, "path", place);
        }
        let rows = self.exec(&statement, &bindings)?;
        rows.into_iter().map(|row| row.into_iter().next().and_then(text).ok_or_else(unreadable)).collect()
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

/// Adds "`column` begins with `place/`" as a range, which an index can serve; `0` is the character behind the slash.
fn within(statement: &mut String, bindings: &mut Vec<SqlValue>, column: &str, place: &str) {
    statement.push_str(&format!(" AND {column} > ? AND {column} < ?"));
    bindings.extend([format!("{place}/").into(), format!("{place}0").into()]);
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
