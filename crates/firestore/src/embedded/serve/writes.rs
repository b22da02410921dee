//! Commits, batches and transactions.

use std::collections::BTreeSet;

use super::Desk;
use crate::{
    embedded::{
        Sql,
        answer::{self, BatchWriteOut, CommitOut, EmptyOut, StatusOut, TransactionOut, WriteResultOut},
        commit,
        fault::Fault,
        transaction,
        wire::{self, BatchWriteBody, BeginTransactionBody, CommitBody, RollbackBody, WriteIn},
    },
    reply::HttpResponse,
    write::Write,
};

/// `POST …/documents:commit`
pub(super) fn commit<S: Sql>(desk: &mut Desk<'_, S>, body: &[u8]) -> Result<HttpResponse, Fault> {
    let CommitBody { writes, transaction } = wire::body(body)?;
    let writes = located(desk, writes)?;
    if let Some(id) = transaction {
        let open = transaction::resume(desk.shelf, &desk.database, &id, desk.now)?;
        transaction::close(desk.shelf, &desk.database, &open, !writes.is_empty())?;
    }
    let committed = commit::commit(desk.shelf, &desk.database, &writes, desk.now)?;
    answer::json(&CommitOut::from(committed))
}

/// `POST …/documents:batchWrite`: each write succeeds or fails by itself.
pub(super) fn batch_write<S: Sql>(desk: &mut Desk<'_, S>, body: &[u8]) -> Result<HttpResponse, Fault> {
    let BatchWriteBody { writes, .. } = wire::body(body)?;
    let writes = located(desk, writes)?;
    let mut seen = BTreeSet::new();
    if !writes.iter().all(|write| seen.insert(&write.path)) {
        return Err(Fault::invalid("the same document cannot be written more than once in a single request"));
    }

    let mut out = BatchWriteOut::default();
    for write in writes {
        let outcome = commit::commit(desk.shelf, &desk.database, &[write], desk.now);
        let (result, status) = match outcome.map(|committed| committed.results.into_iter().next()) {
            Ok(written) => (written.map(WriteResultOut::from).unwrap_or_default(), StatusOut::default()),
            Err(fault) => (WriteResultOut::default(), StatusOut::from(fault)),
        };
        out.write_results.push(result);
        out.status.push(status);
    }
    answer::json(&out)
}

/// `POST …/documents:beginTransaction`
pub(super) fn begin_transaction<S: Sql>(desk: &mut Desk<'_, S>, body: &[u8]) -> Result<HttpResponse, Fault> {
    let BeginTransactionBody { options } = wire::body(body)?;
    let open =
        transaction::begin(desk.shelf, &desk.database, options, transaction::Unsaid::ReadWrite, desk.now)?;
    answer::json(&TransactionOut { transaction: open.id })
}

/// `POST …/documents:rollback`
pub(super) fn rollback<S: Sql>(desk: &mut Desk<'_, S>, body: &[u8]) -> Result<HttpResponse, Fault> {
    let RollbackBody { transaction } = wire::body(body)?;
    transaction::forget(desk.shelf, &transaction)?;
    answer::json(&EmptyOut {})
}

fn located<S: Sql>(desk: &Desk<'_, S>, writes: Vec<WriteIn>) -> Result<Vec<Write>, Fault> {
    writes.into_iter().map(|write| write.located(&desk.database)).collect()
}
