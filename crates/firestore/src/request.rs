//! Calls as HTTP requests.

use http::{HeaderValue, Method, header};
use serde::Serialize;
use serde_json::json;

use crate::{
    aggregate::{self, Aggregation},
    client::Endpoint,
    error::{Error, Kind},
    name::{CollectionPath, DocumentPath, encoded, encoded_path},
    query::Query,
    reply::Transaction,
    write::{WireWrite, Write},
};

/// An HTTP request with its whole body.
pub type HttpRequest = http::Request<Vec<u8>>;

/// One call of Firestore's REST API.
#[derive(Debug, Clone)]
pub enum Request<'a> {
    /// Reads documents; says of each whether it is there. Also the way to read one: the answer "missing" is then
    /// not confused with a missing database, and it works inside a transaction.
    BatchGet {
        /// Which.
        documents: &'a [DocumentPath],
        /// The transaction that has to see the same documents at its commit.
        transaction: Option<&'a Transaction>,
    },
    /// Applies all writes, or none.
    Commit {
        /// The changes, applied in order.
        writes: &'a [Write],
        /// The transaction that ends with this commit.
        transaction: Option<&'a Transaction>,
    },
    /// Runs a query.
    RunQuery {
        /// The query.
        query: &'a Query,
        /// The transaction that has to see the same result at its commit.
        transaction: Option<&'a Transaction>,
    },
    /// Computes figures over a query.
    RunAggregation {
        /// The query.
        query: &'a Query,
        /// At most five.
        aggregations: &'a [Aggregation],
    },
    /// One page of a collection, by name.
    List {
        /// The collection.
        collection: &'a CollectionPath,
        /// How many at most.
        page_size: u32,
        /// Where the page before ended.
        page_token: Option<&'a str>,
    },
    /// Opens a transaction that may write.
    BeginTransaction,
    /// Gives a transaction up.
    Rollback(&'a Transaction),
}

#[derive(Serialize)]
struct CommitBody<'a> {
    writes: Vec<WireWrite<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<&'a str>,
}

impl Request<'_> {
    /// Builds the HTTP request.
    pub fn to_http(&self, endpoint: &Endpoint, token: Option<&str>) -> Result<HttpRequest, Error> {
        let database = endpoint.database();
        let root = database.url_root();
        let (method, path, body) = match self {
            Self::BatchGet { documents, transaction } => {
                let names: Vec<String> = documents.iter().map(|path| database.name_of(path)).collect();
                (Method::POST, format!("{root}:batchGet"), with(json!({ "documents": names }), *transaction)?)
            }
            Self::Commit { writes, transaction } => {
                let body = CommitBody {
                    writes: writes.iter().map(|write| write.wire(database)).collect(),
                    transaction: transaction.map(Transaction::as_str),
                };
                (Method::POST, format!("{root}:commit"), written(&body)?)
            }
            Self::RunQuery { query, transaction } => {
                let body = with(json!({ "structuredQuery": query.wire() }), *transaction)?;
                (Method::POST, format!("{}:runQuery", below(&root, query)), body)
            }
            Self::RunAggregation { query, aggregations } => {
                let body = json!({ "structuredAggregationQuery": aggregate::wire(query, aggregations) });
                (Method::POST, format!("{}:runAggregationQuery", below(&root, query)), written(&body)?)
            }
            Self::List { collection, page_size, page_token } => {
                let mut path = format!("{root}/{}?pageSize={page_size}", encoded_path(collection.as_str()));
                if let Some(token) = page_token {
                    path.push_str("&pageToken=");
                    path.push_str(&encoded(token));
                }
                (Method::GET, path, Vec::new())
            }
            Self::BeginTransaction => (Method::POST, format!("{root}:beginTransaction"), b"{}".to_vec()),
            Self::Rollback(transaction) => {
                (Method::POST, format!("{root}:rollback"), with(json!({}), Some(transaction))?)
            }
        };

        let mut request =
            http::Request::builder().method(method).uri(format!("{}/{path}", endpoint.base_url()));
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = token {
            let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(unsendable)?;
            bearer.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, bearer);
        }
        request.body(body).map_err(unsendable)
    }
}

fn below(root: &str, query: &Query) -> String {
    match &query.parent {
        Some(parent) => format!("{root}/{}", encoded_path(parent.as_str())),
        None => root.to_owned(),
    }
}

fn with(mut body: serde_json::Value, transaction: Option<&Transaction>) -> Result<Vec<u8>, Error> {
    if let (Some(object), Some(transaction)) = (body.as_object_mut(), transaction) {
        object.insert("transaction".into(), json!(transaction.as_str()));
    }
    written(&body)
}

fn written(body: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(unsendable)
}

fn unsendable(error: impl std::fmt::Display) -> Error {
    Error::local(Kind::InvalidArgument, error.to_string())
}
