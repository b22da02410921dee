//! Bodies of replies.

use http::{HeaderValue, header};
use serde::Serialize;

use super::{
    commit::{Committed, Written},
    fault::Fault,
    shelf::Stored,
};
use crate::{
    name::Database,
    reply::HttpResponse,
    timestamp::Timestamp,
    value::{Fields, Value},
};

/// A reply with a body of JSON, without a newline behind it: Google's Python client chokes on one.
pub(super) fn json(body: &impl Serialize) -> Result<HttpResponse, Fault> {
    let mut response = http::Response::new(serde_json::to_vec(body)?);
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// An instant as replies write it.
pub(super) fn time(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

/// A document; the times are missing where only its sub-collections exist.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentOut {
    name: String,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    fields: Fields,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_time: Option<String>,
}

impl DocumentOut {
    pub(super) fn of(database: &Database, stored: Stored) -> Self {
        Self {
            name: database.name_of(&stored.path),
            fields: stored.fields,
            create_time: Some(time(stored.created)),
            update_time: Some(time(stored.updated)),
        }
    }

    pub(super) fn missing(name: String) -> Self {
        Self { name, fields: Fields::new(), create_time: None, update_time: None }
    }
}

/// One element of the array that `:batchGet` and `:runQuery` answer.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Element {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<DocumentOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<DocumentOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<AggregateOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) read_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) skipped_results: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AggregateOut {
    pub(super) aggregate_fields: Fields,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommitOut {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    write_results: Vec<WriteResultOut>,
    commit_time: String,
}

impl From<Committed> for CommitOut {
    fn from(committed: Committed) -> Self {
        Self {
            write_results: committed.results.into_iter().map(WriteResultOut::from).collect(),
            commit_time: time(committed.time),
        }
    }
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct WriteResultOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    update_time: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transform_results: Vec<Value>,
}

impl From<Written> for WriteResultOut {
    fn from(written: Written) -> Self {
        Self { update_time: written.update_time.map(time), transform_results: written.transform_results }
    }
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchWriteOut {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) write_results: Vec<WriteResultOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) status: Vec<StatusOut>,
}

/// The outcome of one write of a batch; empty where it went well.
#[derive(Serialize, Default)]
pub(super) struct StatusOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Fault> for StatusOut {
    fn from(fault: Fault) -> Self {
        Self { code: Some(fault.code.number()), message: Some(fault.message) }
    }
}

#[derive(Serialize)]
pub(super) struct TransactionOut {
    pub(super) transaction: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageOut {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) documents: Vec<DocumentOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_page_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CollectionIdsOut {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) collection_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_page_token: Option<String>,
}

/// `{}`
#[derive(Serialize)]
pub(super) struct EmptyOut {}
