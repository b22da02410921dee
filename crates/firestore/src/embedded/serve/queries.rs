//! Queries and aggregations.

use super::{Desk, Reading, documents::masked};
use crate::{
    embedded::{
        Sql,
        answer::{self, AggregateOut, DocumentOut, Element},
        fault::Fault,
        figures, search, transaction,
        wire::{self, AggregationQueryBody, QueryBody},
    },
    name::DocumentPath,
    reply::HttpResponse,
};

/// `POST …/documents[/{path}]:runQuery`
pub(super) fn run<S: Sql>(
    desk: &mut Desk<'_, S>,
    below: Option<DocumentPath>,
    body: &[u8],
) -> Result<HttpResponse, Fault> {
    let QueryBody { structured_query, transaction, new_transaction, read_time, .. } = wire::body(body)?;
    let query = structured_query.ok_or_else(|| Fault::invalid("only structured queries are supported"))?;
    let query = query.located(below)?;
    let Reading { open, begun, time } = desk.reading(transaction.as_deref(), new_transaction, read_time)?;

    let found = search::run(desk.shelf, &desk.database, &query)?;
    if let Some(open) = &open {
        transaction::note_query(desk.shelf, open, &query, &[], &found.documents)?;
    }

    let at = || Element { read_time: Some(time.clone()), ..Element::default() };
    let mut elements = Vec::with_capacity(found.documents.len() + 2);
    if begun.is_some() {
        elements.push(Element { transaction: begun, ..Element::default() });
    }
    if found.skipped > 0 {
        elements.push(Element { skipped_results: Some(found.skipped), ..at() });
    }
    for stored in found.documents {
        let document = DocumentOut::of(&desk.database, masked(stored, query.select.as_deref()));
        elements.push(Element { document: Some(document), ..at() });
    }
    if elements.iter().all(|element| element.read_time.is_none()) {
        elements.push(at());
    }
    answer::json(&elements)
}

/// `POST …/documents[/{path}]:runAggregationQuery`
pub(super) fn run_aggregation<S: Sql>(
    desk: &mut Desk<'_, S>,
    below: Option<DocumentPath>,
    body: &[u8],
) -> Result<HttpResponse, Fault> {
    let AggregationQueryBody {
        structured_aggregation_query, transaction, new_transaction, read_time, ..
    } = wire::body(body)?;
    let asked = structured_aggregation_query
        .ok_or_else(|| Fault::invalid("only structured aggregation queries are supported"))?;
    let query =
        asked.structured_query.ok_or_else(|| Fault::invalid("only structured queries are supported"))?;
    let query = query.located(below)?;
    let named = figures::named(asked.aggregations)?;
    figures::check(&named, &query)?;
    let Reading { open, begun, time } = desk.reading(transaction.as_deref(), new_transaction, read_time)?;

    let mut needed: Vec<_> = figures::fields(&named).collect();
    needed.sort_unstable();
    let found = search::run_over(desk.shelf, &desk.database, &query, &needed)?;
    if let Some(open) = &open {
        // The figures hold as long as the query finds the same documents.
        transaction::note_query(desk.shelf, open, &query, &needed, &found.documents)?;
    }
    let result = AggregateOut { aggregate_fields: figures::compute(&named, &found.documents) };
    let read_time = Some(time);
    answer::json(&[Element { transaction: begun, result: Some(result), read_time, ..Element::default() }])
}
