//! Transactions: optimistic. Each read notes what it saw; the commit looks again and gives up where that changed.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    Sql,
    fault::Fault,
    names, read_time, search,
    shelf::{Shelf, Stored, number, text},
    wire::{QueryIn, ReadOnlyIn, TransactionOptionsIn},
};
use crate::{
    field_path::FieldPath,
    name::{Database, DocumentPath},
    query::Query,
};

/// A transaction lives so long without a call, in microseconds.
const MAX_IDLE: i64 = 60_000_000;
/// And so long altogether.
const MAX_AGE: i64 = 270_000_000;

/// An open transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) id: String,
    read_only: bool,
    /// When it reads, where that was said: microseconds of the epoch.
    pub(super) read_time: Option<i64>,
}

/// What was read, as it is noted.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Subject {
    /// The full resource name of a document.
    Document(String),
    /// A query, the document below which it ran, and the fields whose index it ran over.
    Query { below: Option<String>, query: Json, indexed: Vec<String> },
    /// No document: the time of all its reads, which is what was seen.
    Time,
}

/// What a transaction may do where its options leave that open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// After `:beginTransaction`.
    ReadWrite,
    /// Where it begins with a read.
    ReadOnly,
}

pub(super) fn begin<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    options: TransactionOptionsIn,
    unsaid: Unsaid,
    now: i64,
) -> Result<Open, Fault> {
    let (read_only, read_time) = match (options.read_only, options.read_write) {
        (Some(_), Some(_)) => return Err(Fault::invalid("A transaction has one mode.")),
        (Some(ReadOnlyIn { read_time }), None) => (true, read_time),
        (None, Some(_)) => (false, None),
        (None, None) => (unsaid == Unsaid::ReadOnly, None),
    };
    let read_time = read_time.map(|asked| read_time::asked(shelf, asked, now)).transpose()?;
    forget_expired(shelf, now)?;
    let id = STANDARD.encode(shelf.next_serial()?.to_be_bytes());
    shelf.exec(
        "INSERT INTO transactions (id, database, read_only, begun, used) VALUES (?, ?, ?, ?, ?)",
        &[
            id.as_str().into(),
            database.to_string().into(),
            i64::from(read_only).into(),
            now.into(),
            now.into(),
        ],
    )?;
    let open = Open { id, read_only, read_time };
    if let Some(time) = read_time {
        note(shelf, &open, &Subject::Time, &time.to_string())?;
    }
    Ok(open)
}

/// The transaction of a request, if it lives.
pub(super) fn resume<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    id: &str,
    now: i64,
) -> Result<Open, Fault> {
    forget_expired(shelf, now)?;
    let known = shelf.exec(
        "SELECT read_only FROM transactions WHERE id = ? AND database = ?",
        &[id.into(), database.to_string().into()],
    )?;
    let read_only =
        known.into_iter().flatten().next().and_then(number).ok_or_else(Fault::transaction_closed)?;
    shelf.exec("UPDATE transactions SET used = ? WHERE id = ?", &[now.into(), id.into()])?;
    let read_time = match read_only {
        0 => None,
        _ => noted_time(shelf, id)?,
    };
    if let Some(time) = read_time {
        read_time::still(shelf, time)?;
    }
    Ok(Open { id: id.to_owned(), read_only: read_only != 0, read_time })
}

/// Notes that a document was seen.
pub(super) fn note_document<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    open: &Open,
    path: &DocumentPath,
    found: Option<&Stored>,
) -> Result<(), Fault> {
    let subject = Subject::Document(database.name_of(path));
    note(shelf, open, &subject, &seen(found))
}

/// Notes that a query was answered.
pub(super) fn note_query<S: Sql>(
    shelf: &mut Shelf<S>,
    open: &Open,
    query: &Query,
    indexed: &[&FieldPath],
    found: &[Stored],
) -> Result<(), Fault> {
    let subject = Subject::Query {
        below: query.parent.as_ref().map(|path| path.as_str().to_owned()),
        query: query.wire(),
        indexed: indexed.iter().map(ToString::to_string).collect(),
    };
    note(shelf, open, &subject, &seen(found))
}

/// Closes a transaction before its commit: fails where something that it read has changed, or where it may not write.
pub(super) fn close<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    open: &Open,
    writes: bool,
) -> Result<(), Fault> {
    if open.read_only && writes {
        return Err(Fault::invalid("Cannot modify entities in a read-only transaction."));
    }
    let notes = shelf.exec(
        "SELECT subject, seen FROM transaction_reads WHERE transaction_id = ?",
        &[open.id.as_str().into()],
    )?;
    forget(shelf, &open.id)?;
    for note in notes {
        let mut columns = note.into_iter().filter_map(text);
        let (Some(subject), Some(noted)) = (columns.next(), columns.next()) else {
            return Err(Fault::internal("a note of a transaction cannot be read"));
        };
        // What a read-only transaction saw was true when it saw it.
        if !open.read_only && noted != look_again(shelf, database, &subject)? {
            return Err(Fault::contention());
        }
    }
    Ok(())
}

/// Gives a transaction up. One that is gone already is given up, too.
pub(super) fn forget<S: Sql>(shelf: &mut Shelf<S>, id: &str) -> Result<(), Fault> {
    shelf.exec("DELETE FROM transaction_reads WHERE transaction_id = ?", &[id.into()])?;
    shelf.exec("DELETE FROM transactions WHERE id = ?", &[id.into()])?;
    Ok(())
}

/// The time of all reads of a transaction, where it was said.
fn noted_time<S: Sql>(shelf: &mut Shelf<S>, id: &str) -> Result<Option<i64>, Fault> {
    let noted = shelf.exec(
        "SELECT seen FROM transaction_reads WHERE transaction_id = ? AND subject = ?",
        &[id.into(), serde_json::to_string(&Subject::Time)?.into()],
    )?;
    Ok(noted.into_iter().flatten().next().and_then(text).and_then(|time| time.parse().ok()))
}

fn look_again<S: Sql>(shelf: &mut Shelf<S>, database: &Database, subject: &str) -> Result<String, Fault> {
    match serde_json::from_str(subject)? {
        Subject::Document(name) => {
            let path = names::document(database, &name)?;
            Ok(seen(shelf.read(database, &path)?.as_ref()))
        }
        Subject::Query { below, query, indexed } => {
            let below = below.map(|path| DocumentPath::parse(&path)).transpose()?;
            let query: QueryIn = serde_json::from_value(query)?;
            let indexed = indexed.iter().map(|path| FieldPath::parse(path)).collect::<Result<Vec<_>, _>>()?;
            let indexed: Vec<&FieldPath> = indexed.iter().collect();
            Ok(seen(&search::run_over(shelf, database, &query.located(below)?, &indexed)?.documents))
        }
        Subject::Time => Ok(seen(None)),
    }
}

/// What was seen, as text: each document with its version.
fn seen<'a>(documents: impl IntoIterator<Item = &'a Stored>) -> String {
    let versions = documents.into_iter().map(|document| format!("{}@{}", document.path, document.updated));
    versions.collect::<Vec<_>>().join("\n")
}

fn note<S: Sql>(shelf: &mut Shelf<S>, open: &Open, subject: &Subject, seen: &str) -> Result<(), Fault> {
    let subject = serde_json::to_string(subject)?;
    // The first look counts: a later one that saw something else must not hide the change.
    shelf.exec(
        "INSERT INTO transaction_reads (transaction_id, subject, seen) VALUES (?, ?, ?)
         ON CONFLICT (transaction_id, subject) DO NOTHING",
        &[open.id.as_str().into(), subject.into(), seen.into()],
    )?;
    Ok(())
}

fn forget_expired<S: Sql>(shelf: &mut Shelf<S>, now: i64) -> Result<(), Fault> {
    let (idle, old) = (now - MAX_IDLE, now - MAX_AGE);
    shelf.exec(
        "DELETE FROM transaction_reads WHERE transaction_id IN
            (SELECT id FROM transactions WHERE used < ? OR begun < ?)",
        &[idle.into(), old.into()],
    )?;
    shelf.exec("DELETE FROM transactions WHERE used < ? OR begun < ?", &[idle.into(), old.into()])?;
    Ok(())
}
