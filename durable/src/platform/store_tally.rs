//! What was asked of the document store, by operation: for the log and for the metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use mentora_firestore::TransportError;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A call of Firestore's REST interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Reads documents by name.
    Get,
    /// Reads documents by a query.
    Query,
    /// Computes figures over a query.
    Aggregate,
    /// Reads a page of a collection.
    List,
    /// Writes.
    Commit,
    /// Opens a transaction, or gives one up.
    Transaction,
}

impl Operation {
    /// As Firestore names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "batchGet",
            Self::Query => "runQuery",
            Self::Aggregate => "runAggregationQuery",
            Self::List => "list",
            Self::Commit => "commit",
            Self::Transaction => "transaction",
        }
    }

    /// What a request asks for.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Self {
        match path.rsplit_once(':').map(|(_, verb)| verb) {
            _ if method == Method::GET => Self::List,
            Some("batchGet") => Self::Get,
            Some("runQuery") => Self::Query,
            Some("runAggregationQuery") => Self::Aggregate,
            Some("commit") => Self::Commit,
            _ => Self::Transaction,
        }
    }
}

/// What calls amounted to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Calls.
    pub calls: u32,
    /// Of these, those without an answer, and those that were refused.
    pub failures: u32,
    /// Documents read as Firestore bills them: one that is not there counts, and so does a query that finds none.
    pub reads: u32,
    /// Documents written or deleted.
    pub writes: u32,
    /// How long the calls took, in milliseconds, each by itself: calls at the same time add up.
    pub ms: i64,
    /// Bytes of the answers.
    pub bytes: usize,
}

impl Work {
    /// One call and its answer.
    #[must_use]
    pub fn of(
        operation: Operation,
        reply: Result<&http::Response<Vec<u8>>, &TransportError>,
        ms: i64,
    ) -> Self {
        let call = Self { calls: 1, ms, ..Self::default() };
        match reply {
            Ok(reply) if reply.status().is_success() => {
                let (reads, writes) = documents(operation, reply.body());
                Self { reads, writes, bytes: reply.body().len(), ..call }
            }
            Ok(reply) => Self { failures: 1, bytes: reply.body().len(), ..call },
            Err(_) => Self { failures: 1, ..call },
        }
    }

    /// Both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            failures: self.failures.saturating_add(other.failures),
            reads: self.reads.saturating_add(other.reads),
            writes: self.writes.saturating_add(other.writes),
            ms: self.ms.saturating_add(other.ms),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    // Of a query that has found one, and of a document that was asked for by name.
    document: Option<IgnoredAny>,
    found: Option<IgnoredAny>,
    missing: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Whole {
    documents: Vec<IgnoredAny>,
    write_results: Vec<IgnoredAny>,
}

/// Documents read and written, as an answer tells. It is skipped over, not taken apart: nobody waits for a count.
fn documents(operation: Operation, body: &[u8]) -> (u32, u32) {
    let listed = || serde_json::from_slice::<Vec<Answer>>(body).unwrap_or_default();
    let whole = || serde_json::from_slice::<Whole>(body).unwrap_or_default();
    let (reads, writes) = match operation {
        Operation::Get | Operation::Query => {
            let told = |one: &&Answer| one.document.is_some() || one.found.is_some() || one.missing.is_some();
            (listed().iter().filter(told).count().max(1), 0)
        }
        Operation::Aggregate => (1, 0),
        Operation::List => (whole().documents.len().max(1), 0),
        Operation::Commit => (0, whole().write_results.len()),
        Operation::Transaction => (0, 0),
    };
    (u32::try_from(reads).unwrap_or(u32::MAX), u32::try_from(writes).unwrap_or(u32::MAX))
}

/// Adds up what one request, or one conversation between two reports, asked of the store. Its clones share one count.
#[derive(Debug, Clone, Default)]
pub struct StoreTally(Arc<Mutex<BTreeMap<Operation, Work>>>);

impl StoreTally {
    /// Adds a call.
    pub fn add(&self, operation: Operation, work: Work) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = kept.get(&operation).copied().unwrap_or_default().plus(work);
        kept.insert(operation, sum);
    }

    /// What was counted so far.
    #[must_use]
    pub fn by_operation(&self) -> BTreeMap<Operation, Work> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was counted so far; then it begins anew.
    #[must_use]
    pub fn take(&self) -> BTreeMap<Operation, Work> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All of it in one.
    #[must_use]
    pub fn total(&self) -> Work {
        self.by_operation().into_values().fold(Work::default(), Work::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Response, StatusCode};

    fn work(operation: Operation, status: StatusCode, body: &str) -> Work {
        let reply = Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
        Work::of(operation, Ok(&reply), 7)
    }

    #[test]
    fn a_document_that_is_not_there_was_read_all_the_same() {
        let body = r#"[{"found":{"name":"n","fields":{"missing":{"stringValue":"x"}}}},{"missing":"m"},{"readTime":"t"}]"#;
        let work = work(Operation::Get, StatusCode::OK, body);
        assert_eq!((work.calls, work.failures, work.reads, work.writes, work.ms), (1, 0, 2, 0, 7));
    }

    #[test]
    fn a_query_counts_what_it_finds_and_one_when_it_finds_none() {
        let found = r#"[{"document":{"name":"a"},"readTime":"t"},{"document":{"name":"b"}}]"#;
        assert_eq!(work(Operation::Query, StatusCode::OK, found).reads, 2);
        assert_eq!(work(Operation::Query, StatusCode::OK, r#"[{"readTime":"t"}]"#).reads, 1);
        assert_eq!(work(Operation::List, StatusCode::OK, r#"{"documents":[{},{},{}]}"#).reads, 3);
    }

    #[test]
    fn a_commit_counts_its_writes_and_one_that_failed_none() {
        let body = r#"{"writeResults":[{"updateTime":"t"},{}],"commitTime":"t"}"#;
        assert_eq!(work(Operation::Commit, StatusCode::OK, body).writes, 2);
        let failed = work(Operation::Commit, StatusCode::CONFLICT, r#"{"error":{"code":409}}"#);
        assert_eq!((failed.calls, failed.failures, failed.writes), (1, 1, 0));
        let lost = Work::of(Operation::Commit, Err(&TransportError::TimedOut), 10_000);
        assert_eq!((lost.calls, lost.failures, lost.writes, lost.ms), (1, 1, 0, 10_000));
    }

    #[test]
    fn an_operation_is_read_off_the_path() {
        let root = "/v1/projects/p/databases/(default)/documents";
        for (path, operation) in [
            (":batchGet", Operation::Get),
            ("/courses/a:b:runQuery", Operation::Query),
            (":runAggregationQuery", Operation::Aggregate),
            (":commit", Operation::Commit),
            (":beginTransaction", Operation::Transaction),
            (":rollback", Operation::Transaction),
        ] {
            assert_eq!(Operation::of(&Method::POST, &format!("{root}{path}")), operation, "{path}");
        }
        assert_eq!(Operation::of(&Method::GET, &format!("{root}/courses")), Operation::List);
    }

    #[test]
    fn clones_count_together_and_taking_begins_anew() {
        let tally = StoreTally::default();
        let one = Work { calls: 1, reads: 2, ms: 3, ..Work::default() };
        tally.clone().add(Operation::Get, one);
        tally.add(Operation::Get, one);
        tally.add(Operation::Commit, Work { calls: 1, writes: 1, ..Work::default() });
        assert_eq!(tally.total(), Work { calls: 3, reads: 4, writes: 1, ms: 6, ..Work::default() });
        assert_eq!(tally.take().len(), 2);
        assert_eq!(tally.total(), Work::default());
    }
}
