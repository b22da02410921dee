//! The calls.

use crate::{
    aggregate::Aggregation,
    document::Document,
    error::{Error, Kind},
    field_path::FieldPath,
    name::{CollectionPath, Database, DocumentPath},
    query::Query,
    reply::{self, CommitResult, HttpResponse, Page, Transaction, WriteResult},
    request::Request,
    transport::{Transport, TransportError},
    value::{Fields, Value},
    write::Write,
};

/// Google's service.
pub const GOOGLE: &str = "https://firestore.googleapis.com";

/// The token that Google's emulator and our own store take for an administrator.
pub const EMULATOR_TOKEN: &str = "owner";

const DEFAULT_DEADLINE_MS: u32 = 10_000;

/// Where a database is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base_url: String,
    database: Database,
}

impl Endpoint {
    /// A base URL without the `/v1`, as [`GOOGLE`] or `http://127.0.0.1:8080`, and a database there.
    pub fn new(base_url: &str, database: Database) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), database }
    }

    /// The base URL, without a final slash.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

/// Speaks to one database with one access token: a cheap value, made where a token is at hand.
#[derive(Debug, Clone)]
pub struct Client<T> {
    transport: T,
    endpoint: Endpoint,
    token: Option<String>,
    deadline_ms: u32,
}

impl<T: Transport> Client<T> {
    /// A client without credentials and with a deadline of ten seconds a call.
    pub fn new(transport: T, endpoint: Endpoint) -> Self {
        Self { transport, endpoint, token: None, deadline_ms: DEFAULT_DEADLINE_MS }
    }

    /// Sends this access token.
    #[must_use]
    pub fn with_token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// Gives each call so many milliseconds.
    #[must_use]
    pub fn with_deadline_ms(self, deadline_ms: u32) -> Self {
        Self { deadline_ms, ..self }
    }

    /// The database.
    pub fn database(&self) -> &Database {
        self.endpoint.database()
    }

    /// A document as a value to store or to compare `__name__` with.
    pub fn reference(&self, path: &DocumentPath) -> Value {
        Value::Reference(self.database().name_of(path))
    }

    /// Reads a document; `None` if it is not there.
    pub async fn get(&self, path: &DocumentPath) -> Result<Option<Document>, Error> {
        let mut documents = self.batch_get(std::slice::from_ref(path)).await?;
        documents.pop().ok_or_else(|| Error::malformed("a document was neither found nor missing"))
    }

    /// Reads documents, in the order asked.
    pub async fn batch_get(&self, paths: &[DocumentPath]) -> Result<Vec<Option<Document>>, Error> {
        self.batch_get_within(None, paths).await
    }

    /// Reads documents that must not change until the transaction commits.
    pub async fn batch_get_in(
        &self,
        transaction: &Transaction,
        paths: &[DocumentPath],
    ) -> Result<Vec<Option<Document>>, Error> {
        self.batch_get_within(Some(transaction), paths).await
    }

    /// Applies all writes or none. [`Kind::UnknownOutcome`] says that they may have been applied: send them again only
    /// if that does no harm, see [`Error::retry`].
    pub async fn commit(&self, writes: &[Write]) -> Result<CommitResult, Error> {
        self.commit_within(None, writes).await
    }

    /// Applies all writes or none, if nothing that the transaction read has changed.
    pub async fn commit_in(
        &self,
        transaction: &Transaction,
        writes: &[Write],
    ) -> Result<CommitResult, Error> {
        self.commit_within(Some(transaction), writes).await
    }

    /// Makes a document; [`Kind::AlreadyExists`] if it is there.
    pub async fn create(&self, path: DocumentPath, fields: Fields) -> Result<WriteResult, Error> {
        let CommitResult { mut writes, .. } = self.commit(&[Write::create(path, fields)]).await?;
        writes.pop().ok_or_else(|| Error::local(Kind::UnknownOutcome, "a commit told nothing of its write"))
    }

    /// Runs a query.
    pub async fn run_query(&self, query: &Query) -> Result<Vec<Document>, Error> {
        self.run_query_within(None, query).await
    }

    /// Runs a query whose result must not change until the transaction commits.
    pub async fn run_query_in(
        &self,
        transaction: &Transaction,
        query: &Query,
    ) -> Result<Vec<Document>, Error> {
        self.run_query_within(Some(transaction), query).await
    }

    /// Computes figures over a query, in the order asked.
    pub async fn aggregate(&self, query: &Query, aggregations: &[Aggregation]) -> Result<Vec<Value>, Error> {
        let response = self.read(Request::RunAggregation { query, aggregations }).await?;
        reply::run_aggregation(&response, aggregations.len())
    }

    /// How many documents a query has.
    pub async fn count(&self, query: &Query) -> Result<i64, Error> {
        match self.aggregate(query, &[Aggregation::Count { up_to: None }]).await?.as_slice() {
            [Value::Integer(count)] => Ok(*count),
            _ => Err(Error::malformed("a count is not an integer")),
        }
    }

    /// What an integer field of the documents of a query comes to.
    pub async fn sum(&self, query: &Query, field: FieldPath) -> Result<i64, Error> {
        match self.aggregate(query, &[Aggregation::Sum(field)]).await?.as_slice() {
            [Value::Integer(sum)] => Ok(*sum),
            _ => Err(Error::malformed("a sum is not an integer")),
        }
    }

    /// One page of a collection, by name.
    pub async fn list(
        &self,
        collection: &CollectionPath,
        page_size: u32,
        page_token: Option<&str>,
    ) -> Result<Page, Error> {
        let response = self.read(Request::List { collection, page_size, page_token }).await?;
        reply::list(self.database(), &response)
    }

    /// Opens a transaction. Prefer preconditions and increments: transactions contend.
    pub async fn begin_transaction(&self) -> Result<Transaction, Error> {
        reply::begin_transaction(&self.read(Request::BeginTransaction).await?)
    }

    /// Gives a transaction up.
    pub async fn rollback(&self, transaction: &Transaction) -> Result<(), Error> {
        reply::rollback(&self.read(Request::Rollback(transaction)).await?)
    }

    async fn batch_get_within(
        &self,
        transaction: Option<&Transaction>,
        documents: &[DocumentPath],
    ) -> Result<Vec<Option<Document>>, Error> {
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        let response = self.read(Request::BatchGet { documents, transaction }).await?;
        // The answer comes in any order, and once for a document that was asked for twice.
        let answers = reply::batch_get(self.database(), &response)?;
        let answer = |path: &DocumentPath| answers.iter().find(|(answered, _)| answered == path);
        documents
            .iter()
            .map(|path| answer(path).map(|(_, document)| document.clone()))
            .collect::<Option<_>>()
            .ok_or_else(|| Error::malformed("a document was neither found nor missing"))
    }

    async fn commit_within(
        &self,
        transaction: Option<&Transaction>,
        writes: &[Write],
    ) -> Result<CommitResult, Error> {
        let sent = self.send(Request::Commit { writes, transaction }).await?;
        let response = sent.map_err(|error| match error {
            TransportError::NotSent(_) => Error::from(error),
            TransportError::TimedOut | TransportError::Broken(_) => {
                Error::local(Kind::UnknownOutcome, error.to_string())
            }
        })?;
        reply::commit(&response).map_err(Error::of_commit)
    }

    async fn run_query_within(
        &self,
        transaction: Option<&Transaction>,
        query: &Query,
    ) -> Result<Vec<Document>, Error> {
        let response = self.read(Request::RunQuery { query, transaction }).await?;
        reply::run_query(self.database(), &response)
    }

    /// A call that may be repeated without harm.
    async fn read(&self, request: Request<'_>) -> Result<HttpResponse, Error> {
        Ok(self.send(request).await??)
    }

    async fn send(&self, request: Request<'_>) -> Result<Result<HttpResponse, TransportError>, Error> {
        let request = request.to_http(&self.endpoint, self.token.as_deref())?;
        Ok(self.transport.send(request, self.deadline_ms).await)
    }
}
