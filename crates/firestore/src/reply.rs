//! HTTP responses as results of calls.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    aggregate,
    document::Document,
    error::Error,
    name::{Database, DocumentPath},
    timestamp::Timestamp,
    value::{Fields, Value},
};

/// An HTTP response with its whole body.
pub type HttpResponse = http::Response<Vec<u8>>;

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommitResult {
    /// One for each write, in order.
    pub writes: Vec<WriteResult>,
    /// When it happened; the emulator leaves it out where there were no writes.
    pub commit_time: Option<Timestamp>,
}

/// What one write did.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteResult {
    /// The version of the document; that of before where nothing changed, none after a delete.
    pub update_time: Option<Timestamp>,
    /// The new value for each transform; null for those of arrays.
    #[serde(default)]
    pub transform_results: Vec<Value>,
}

/// One page of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The documents, by name.
    pub documents: Vec<Document>,
    /// Given to the next call; none on the last page.
    pub next_page_token: Option<String>,
}

/// An open transaction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Transaction {
    transaction: String,
}

impl Transaction {
    pub(crate) fn as_str(&self) -> &str {
        &self.transaction
    }
}

/// The documents of a `:batchGet`, in the order of the answer: the path, and the document if it is there.
pub(crate) fn batch_get(
    database: &Database,
    response: &HttpResponse,
) -> Result<Vec<(DocumentPath, Option<Document>)>, Error> {
    #[derive(Deserialize)]
    struct Element {
        found: Option<WireDocument>,
        missing: Option<String>,
    }

    let mut documents = Vec::new();
    for Element { found, missing } in read::<Vec<Element>>(response)? {
        if let Some(found) = found {
            let document = found.located(database)?;
            documents.push((document.path.clone(), Some(document)));
        } else if let Some(name) = missing {
            documents.push((path_of(database, &name)?, None));
        }
    }
    Ok(documents)
}

pub(crate) fn commit(response: &HttpResponse) -> Result<CommitResult, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reply {
        #[serde(default)]
        write_results: Vec<WriteResult>,
        commit_time: Option<Timestamp>,
    }

    let Reply { write_results, commit_time } = read(response)?;
    Ok(CommitResult { writes: write_results, commit_time })
}

pub(crate) fn run_query(database: &Database, response: &HttpResponse) -> Result<Vec<Document>, Error> {
    #[derive(Deserialize)]
    struct Element {
        document: Option<WireDocument>,
    }

    let elements = read::<Vec<Element>>(response)?;
    elements
        .into_iter()
        .filter_map(|element| element.document)
        .map(|document| document.located(database))
        .collect()
}

/// One value for each of `count` aggregations.
pub(crate) fn run_aggregation(response: &HttpResponse, count: usize) -> Result<Vec<Value>, Error> {
    #[derive(Deserialize)]
    struct Element {
        result: Option<Figures>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Figures {
        aggregate_fields: Fields,
    }

    let elements = read::<Vec<Element>>(response)?;
    let mut figures =
        elements.into_iter().find_map(|element| element.result).map(|result| result.aggregate_fields);
    let mut named = |index| figures.as_mut().and_then(|figures| figures.remove(&aggregate::alias(index)));
    (0..count)
        .map(|index| named(index).ok_or_else(|| Error::malformed("an aggregation has no result")))
        .collect()
}

pub(crate) fn list(database: &Database, response: &HttpResponse) -> Result<Page, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reply {
        #[serde(default)]
        documents: Vec<WireDocument>,
        next_page_token: Option<String>,
    }

    let Reply { documents, next_page_token } = read(response)?;
    let documents =
        documents.into_iter().map(|document| document.located(database)).collect::<Result<_, _>>()?;
    Ok(Page { documents, next_page_token: next_page_token.filter(|token| !token.is_empty()) })
}

pub(crate) fn begin_transaction(response: &HttpResponse) -> Result<Transaction, Error> {
    read(response)
}

pub(crate) fn rollback(response: &HttpResponse) -> Result<(), Error> {
    read::<serde::de::IgnoredAny>(response).map(|_| ())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDocument {
    name: String,
    #[serde(default)]
    fields: Fields,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl WireDocument {
    fn located(self, database: &Database) -> Result<Document, Error> {
        let Self { name, fields, create_time, update_time } = self;
        Ok(Document { path: path_of(database, &name)?, fields, create_time, update_time })
    }
}

fn path_of(database: &Database, name: &str) -> Result<DocumentPath, Error> {
    database.path_of(name).map_err(|error| Error::malformed(error.to_string()))
}

fn read<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, Error> {
    let status = response.status().as_u16();
    if !response.status().is_success() {
        return Err(Error::from_reply(status, response.body()));
    }
    serde_json::from_slice(response.body())
        .map_err(|error| Error { status, ..Error::malformed(error.to_string()) })
}
