//! One function for each call.

mod documents;
mod ids;
mod list;
mod queries;
mod writes;

use super::{
    Sql,
    answer::time,
    fault::Fault,
    read_time,
    route::{Call, Parameters, Verb},
    shelf::Shelf,
    transaction::{self, Open},
    wire::TransactionOptionsIn,
};
use crate::{name::Database, reply::HttpResponse, timestamp::Timestamp};

/// Largest body of a request, in bytes.
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;

/// Answers a call.
pub(super) fn serve<S: Sql>(shelf: &mut Shelf<S>, now: i64, call: Call<'_>) -> Result<HttpResponse, Fault> {
    if call.body.len() > MAX_REQUEST_BYTES {
        let message = format!("Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes.");
        return Err(Fault::invalid(message));
    }
    let Call { database, verb, parameters, body } = call;
    let mut desk = Desk { shelf, database, now };
    match verb {
        Verb::Get(path) => documents::get(&mut desk, &path, &parameters),
        Verb::Create(collection) => documents::create(&mut desk, &collection, &parameters, body),
        Verb::Patch(path) => documents::patch(&mut desk, path, &parameters, body),
        Verb::Delete(path) => documents::delete(&mut desk, path, &parameters),
        Verb::List(collection) => list::documents(&mut desk, &collection, &parameters),
        Verb::ListCollectionIds(parent) => list::collection_ids(&mut desk, parent.as_ref(), body),
        Verb::BatchGet => documents::batch_get(&mut desk, body),
        Verb::Commit => writes::commit(&mut desk, body),
        Verb::BatchWrite => writes::batch_write(&mut desk, body),
        Verb::BeginTransaction => writes::begin_transaction(&mut desk, body),
        Verb::Rollback => writes::rollback(&mut desk, body),
        Verb::RunQuery(parent) => queries::run(&mut desk, parent, body),
        Verb::RunAggregation(parent) => queries::run_aggregation(&mut desk, parent, body),
    }
}

/// What every call works with.
struct Desk<'a, S> {
    shelf: &'a mut Shelf<S>,
    database: Database,
    /// Microseconds of the epoch.
    now: i64,
}

/// The circumstances of a read.
struct Reading {
    /// The transaction that it belongs to.
    open: Option<Open>,
    /// The id of that transaction, where it begins with this read.
    begun: Option<String>,
    /// When it happens, as replies tell it.
    time: String,
}

impl<S: Sql> Desk<'_, S> {
    /// Begins a read. It happens now, but never before what it sees was written, or at the time that is asked for.
    fn reading(
        &mut self,
        id: Option<&str>,
        begin: Option<TransactionOptionsIn>,
        read_time: Option<Timestamp>,
    ) -> Result<Reading, Fault> {
        let (open, begun, asked) = match (id, begin, read_time) {
            (None, None, None) => (None, None, None),
            (Some(id), None, None) => {
                let open = transaction::resume(self.shelf, &self.database, id, self.now)?;
                (Some(open), None, None)
            }
            (None, Some(options), None) => {
                let unsaid = transaction::Unsaid::ReadOnly;
                let open = transaction::begin(self.shelf, &self.database, options, unsaid, self.now)?;
                let id = open.id.clone();
                (Some(open), Some(id), None)
            }
            (None, None, Some(asked)) => (None, None, Some(read_time::asked(self.shelf, asked, self.now)?)),
            _ => {
                let message = "Invalid JSON payload received. A read has one consistency selector.";
                return Err(Fault::invalid(message));
            }
        };
        let asked = asked.or(open.as_ref().and_then(|open| open.read_time));
        let time = time(asked.unwrap_or(self.now.max(self.shelf.clock()?)));
        Ok(Reading { open, begun, time })
    }

    /// Begins a read whose circumstances stand in the URL.
    fn reading_of(&mut self, parameters: &Parameters) -> Result<Reading, Fault> {
        let read_time = parameters.get("readTime").map(Timestamp::parse).transpose();
        let read_time = read_time.map_err(|error| Fault::invalid(error.to_string()))?;
        self.reading(parameters.get("transaction"), None, read_time)
    }
}
