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
    route::{Call, Verb},
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

impl<S: Sql> Desk<'_, S> {
    /// When a read happened: never before what it saw was written.
    fn read_time(&mut self) -> Result<String, Fault> {
        Ok(time(self.now.max(self.shelf.clock()?)))
    }

    /// The transaction that a read belongs to, and the id of one that begins with it.
    fn transaction_of_read(
        &mut self,
        id: Option<&str>,
        begin: Option<TransactionOptionsIn>,
        read_time: Option<Timestamp>,
    ) -> Result<(Option<Open>, Option<String>), Fault> {
        match (id, begin, read_time) {
            (None, None, None) => Ok((None, None)),
            (Some(id), None, None) => {
                Ok((Some(transaction::resume(self.shelf, &self.database, id, self.now)?), None))
            }
            (None, Some(options), None) => {
                let open = transaction::begin(
                    self.shelf,
                    &self.database,
                    options,
                    transaction::Unsaid::ReadOnly,
                    self.now,
                )?;
                let id = open.id.clone();
                Ok((Some(open), Some(id)))
            }
            (None, None, Some(_)) => Err(transaction::no_past()),
            _ => Err(Fault::invalid("Invalid JSON payload received. A read has one consistency selector.")),
        }
    }
}
