//! What the object keeps in its SQLite: the record, turns, the event log, spent tickets. Every statement of a step runs
//! without awaiting in between, so the platform commits them together and holds back what is sent until they are safe.

use mentora_core::documents::Turn;
use mentora_core::time::Millis;
use mentora_session::{Record, Write};
use mentora_wire::stream::{Event, Seq, Sequenced};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::{Result, SqlStorage, SqlStorageValue};

use super::calls::TicketStub;

const SCHEMA: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS turns (position INTEGER PRIMARY KEY, json TEXT NOT NULL)",
    // `piece_of`: the turn of which the event is but a piece; such events go when the turn is stored.
    "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, piece_of TEXT, json TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS spent_tickets (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL)",
    // One row, once the conversation was erased. It says nothing but that, and keeps it from being read in again.
    "CREATE TABLE IF NOT EXISTS erased (id INTEGER PRIMARY KEY CHECK (id = 1))",
];

/// The object's tables.
#[derive(Debug)]
pub(super) struct Rows(SqlStorage);

#[derive(Deserialize)]
struct Json {
    json: String,
}

impl Rows {
    /// Makes the tables that are not there.
    pub(super) fn open(sql: SqlStorage) -> Result<Self> {
        for statement in SCHEMA {
            sql.exec(statement, None)?;
        }
        Ok(Self(sql))
    }

    /// The record and all turns; `None` before the first step.
    pub(super) fn load(&self) -> Result<Option<(Record, Vec<Turn>)>> {
        let record = self.read::<Record>("SELECT json FROM record", vec![])?.pop();
        let turns = self.read("SELECT json FROM turns ORDER BY position", vec![])?;
        Ok(record.map(|record| (record, turns)))
    }

    /// Carries out a write of the session machine.
    pub(super) fn write(&self, write: &Write) -> Result<()> {
        match write {
            Write::Record(record) => self.run(
                "INSERT INTO record (id, json) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json",
                vec![text(record)?],
            ),
            Write::Turn(turn) => self.run(
                "INSERT INTO turns (position, json) VALUES (?, ?)
                 ON CONFLICT (position) DO UPDATE SET json = excluded.json",
                vec![i64::from(turn.index).into(), text(turn)?],
            ),
            Write::Event(event) => self.run(
                "INSERT INTO events (seq, piece_of, json) VALUES (?, ?, ?)",
                vec![seq(event.seq)?, piece_of(&event.event), text(event)?],
            ),
            Write::Compact { turn_id } => {
                self.run("DELETE FROM events WHERE piece_of = ?", vec![turn_id.as_str().into()])
            }
        }
    }

    /// The events after a cursor, in order.
    pub(super) fn events_within(&self, after: Seq, upto: Seq) -> Result<Vec<Sequenced>> {
        let range = vec![seq(after)?, seq(upto)?];
        self.read("SELECT json FROM events WHERE seq > ? AND seq <= ? ORDER BY seq", range)
    }

    /// Spends a ticket; `false` when it was spent before. Tickets that have run out are forgotten.
    pub(super) fn spend(&self, ticket: &TicketStub, now: Millis) -> Result<bool> {
        self.run("DELETE FROM spent_tickets WHERE expires_at < ?", vec![now.0.into()])?;
        let spent = self.0.exec(
            "INSERT INTO spent_tickets (nonce, expires_at) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING",
            Some(vec![ticket.nonce.as_str().into(), ticket.expires_at.0.into()]),
        )?;
        Ok(spent.rows_written() > 0)
    }

    /// Forgets everything, for good: all of it or, should a statement fail, nothing.
    pub(super) fn erase(&self) -> Result<()> {
        self.run("INSERT INTO erased (id) VALUES (1) ON CONFLICT (id) DO NOTHING", vec![])?;
        for table in ["record", "turns", "events", "spent_tickets"] {
            self.run(&format!("DELETE FROM {table}"), vec![])?;
        }
        Ok(())
    }

    /// Whether it was erased.
    pub(super) fn is_erased(&self) -> Result<bool> {
        #[derive(Deserialize)]
        struct Found {
            erased: i64,
        }
        let found: Vec<Found> = self.0.exec("SELECT count(*) AS erased FROM erased", None)?.to_array()?;
        Ok(found.iter().any(|found| found.erased > 0))
    }

    fn run(&self, statement: &str, bindings: Vec<SqlStorageValue>) -> Result<()> {
        self.0.exec(statement, Some(bindings)).map(|_| ())
    }

    fn read<T: DeserializeOwned>(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<T>> {
        let rows: Vec<Json> = self.0.exec(query, Some(bindings))?.to_array()?;
        rows.into_iter().map(|row| Ok(serde_json::from_str(&row.json)?)).collect()
    }
}

fn text<T: serde::Serialize>(value: &T) -> Result<SqlStorageValue> {
    Ok(serde_json::to_string(value)?.into())
}

fn seq(seq: Seq) -> Result<SqlStorageValue> {
    SqlStorageValue::try_from_i64(i64::try_from(seq.0).map_err(|error| error.to_string())?)
}

fn piece_of(event: &Event) -> SqlStorageValue {
    match event {
        Event::AiTextChunk { turn_id, .. } | Event::Transcription { turn_id, .. } => turn_id.as_str().into(),
        _ => SqlStorageValue::Null,
    }
}
