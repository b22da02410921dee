//! A store that answers Firestore's REST requests over SQL: a Durable Object's SQLite at the edge, rusqlite natively.
//!
//! One request is one decision: everything is read and validated first, and only then is anything written.
//!
//! - [`sql`]: the little we ask of a database; `rusqlite` is its native implementation
//! - `route`: which call a URL means
//! - `names`: resource names, checked; `limits`: what production refuses to store
//! - `wire`: bodies of requests, strictly read; `answer`: bodies of replies; `fault`: errors as production words them
//! - `shelf`: the tables; `row`: how a document lies in a row; `index`: what of it SQL can look up
//! - `commit`: preconditions, masks and `transform`s, then the rows; `sequence`: which writes can follow each other
//! - `search`: filters, orders, cursors and nearest vectors of queries; `figures`: aggregations
//! - `transaction`: optimistic: what was read is looked at again before the commit; `read_time`: reads of the past
//! - `serve`: one function for each call

mod answer;
mod commit;
mod fault;
mod fields;
mod figures;
mod index;
mod limits;
mod names;
mod read_time;
mod route;
mod row;
#[cfg(feature = "rusqlite")]
mod rusqlite;
mod search;
mod sequence;
mod serve;
mod shelf;
pub mod sql;
mod transaction;
mod transform;
mod wire;

pub use sql::{Sql, SqlValue};

use fault::Fault;
use shelf::Shelf;

/// Documents of any number of databases in one SQL database.
#[derive(Debug)]
pub struct Store<S> {
    shelf: Shelf<S>,
}

impl<S: Sql> Store<S> {
    /// Makes the tables where they are missing.
    pub fn open(sql: S) -> Result<Self, S::Error> {
        Ok(Self { shelf: Shelf::open(sql)? })
    }

    /// Answers one request. `now_micros` is the time in microseconds of the epoch; a clock that stands still or runs
    /// back does no harm, versions grow regardless. Credentials are not looked at: who may call is the caller's rule.
    pub fn handle(&mut self, now_micros: i64, request: &http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
        let answered = route::Call::of(request)
            .and_then(|call| self.shelf.atomically(|shelf| serve::serve(shelf, now_micros, call)));
        answered.unwrap_or_else(Fault::into_response)
    }
}
