//! Lists in pages. Every list is ordered by integers that its documents hold, ties by name: most run from the newest to
//! the oldest by a time that never changes. A cursor is a place in that order, so what is added meanwhile neither repeats
//! nor hides an item.
//!
//! This is the only place that runs a query. Production refuses one that has no index, which no store of the tests
//! does; so a list is made from a [`Listing`], which tells the tests what it can ask.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mentora_firestore::{
    Client, Direction, Document, DocumentPath, FieldPath, Query, Transaction, Transport, Value,
};

use serde::de::DeserializeOwned;

use super::{RepositoryError, Stored};

/// Most items of a page.
pub const MAX_LIMIT: u32 = 100;

/// How many documents are read at once where all are wanted: some 600 KiB of a roster.
const BATCH: u32 = 1000;

/// Longest cursor that is looked at, in bytes.
const MAX_CURSOR_BYTES: usize = 1024;

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many items; held to 1..=100.
    pub limit: u32,
    /// Behind which place; the beginning when there is none.
    pub cursor: Option<Cursor>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 20, cursor: None }
    }
}

/// A place in a list, behind an item. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// What the item holds in the fields of the order.
    at: Vec<i64>,
    path: DocumentPath,
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that a list of ours gave out")]
pub struct InvalidCursor;

impl Cursor {
    /// Behind the document at `path`, which holds this in the fields of the order.
    pub(super) fn behind(at: Vec<i64>, path: DocumentPath) -> Self {
        Self { at, path }
    }

    /// What the item that it is behind holds in the fields of the order.
    pub(super) fn at(&self) -> &[i64] {
        &self.at
    }

    /// As a client sees it.
    #[must_use]
    pub fn encode(&self) -> String {
        let at = self.at.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        URL_SAFE_NO_PAD.encode(format!("{at}:{}", self.path))
    }

    /// Reads what a client brings back. It may be anything; at worst it names a place where nothing was.
    ///
    /// # Errors
    /// [`InvalidCursor`]
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        if text.len() > MAX_CURSOR_BYTES {
            return Err(InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let place = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        let (at, path) = place.split_once(':').ok_or(InvalidCursor)?;
        // A list that is ordered by name alone has no numbers.
        let at =
            at.split(',').filter(|_| !at.is_empty()).map(str::parse::<i64>).collect::<Result<Vec<_>, _>>();
        let at = at.map_err(|_| InvalidCursor)?;
        Ok(Self { at, path: DocumentPath::parse(path).map_err(|_| InvalidCursor)? })
    }
}

/// What a list holds. Queries are run for listings only, and the tests know all listings: see `index_coverage`.
pub(super) trait Listing: Sized {
    /// The integer fields by which it is ordered, and which way; all are always there. Documents that are equal in them
    /// stand by name, in the direction of the last.
    ///
    /// An item whose fields change while somebody turns the pages may be seen twice or not at all.
    const ORDER: &'static [(&'static str, Direction)];

    /// Which documents; the order is added to it for a page.
    fn query(&self) -> Result<Query, RepositoryError>;

    /// One listing of each shape that the query can have: every subset of what may be given.
    #[cfg(test)]
    fn shapes() -> Vec<Self>;
}

/// What is only counted, or summed up.
pub(super) trait Counted: Sized {
    /// Which documents.
    fn query(&self) -> Result<Query, RepositoryError>;

    /// One of each shape that the query can have.
    #[cfg(test)]
    fn shapes() -> Vec<Self>;
}

/// How many there are.
pub(super) async fn count<T: Transport, C: Counted>(
    documents: &Client<T>,
    counted: &C,
) -> Result<u32, RepositoryError> {
    let count = documents.count(&counted.query()?).await?;
    Ok(u32::try_from(count).unwrap_or(0))
}

/// What an integer field of theirs comes to. Over all documents of a collection alone: with a filter, Firestore wants an
/// index that has the field, too.
pub(super) async fn sum<T: Transport, C: Counted>(
    documents: &Client<T>,
    counted: &C,
    field: &str,
) -> Result<i64, RepositoryError> {
    Ok(documents.sum(&counted.query()?, FieldPath::new([field])).await?)
}

/// The query for one page of a listing.
pub(super) fn query<L: Listing>(
    listing: &L,
    page: &Page,
    reference: impl Fn(&DocumentPath) -> Value,
) -> Result<Query, RepositoryError> {
    // One more than asked tells whether there is a next page.
    Ok(ordered(listing, page.cursor.as_ref(), reference)?.limit(limit(page) + 1))
}

/// The query for what stands behind a cursor.
fn ordered<L: Listing>(
    listing: &L,
    cursor: Option<&Cursor>,
    reference: impl Fn(&DocumentPath) -> Value,
) -> Result<Query, RepositoryError> {
    let fields = L::ORDER.iter().fold(listing.query()?, |query, (field, way)| query.order_by(*field, *way));
    let names = L::ORDER.last().map_or(Direction::Ascending, |(_, way)| *way);
    let query = fields.order_by(FieldPath::document_id(), names);
    let Some(Cursor { at, path }) = cursor else { return Ok(query) };
    if at.len() != L::ORDER.len() || !may_stand_in(&query, path) {
        return Err(RepositoryError::InvalidCursor);
    }
    let mut values: Vec<Value> = at.iter().copied().map(Value::Integer).collect();
    values.push(reference(path));
    Ok(query.start(mentora_firestore::Cursor { values, before: false }))
}

/// Whether a document is of the collection that is asked, or of one of the group.
fn may_stand_in(query: &Query, path: &DocumentPath) -> bool {
    let collection = path.parent();
    query.collection.as_deref() == Some(collection.id())
        && (query.all_descendants || query.parent == collection.parent())
}

/// Reads one page of a listing.
pub(super) async fn fetch<T: Transport, L: Listing>(
    documents: &Client<T>,
    listing: &L,
    page: &Page,
) -> Result<(Vec<Document>, Option<Cursor>), RepositoryError> {
    let query = query(listing, page, |path| documents.reference(path))?;
    let mut found = documents.run_query(&query).await?;
    let wanted = usize::try_from(limit(page)).unwrap_or(usize::MAX);
    let more = found.len() > wanted;
    found.truncate(wanted);
    let next = found.last().filter(|_| more).map(|last| place_of(last, L::ORDER)).transpose()?;
    Ok((found, next))
}

/// Reads one page of a listing as what its documents are.
pub(super) async fn list<
    T: Transport,
    L: Listing,
    I: TryFrom<String, Error: ToString>,
    D: DeserializeOwned,
>(
    documents: &Client<T>,
    listing: &L,
    page: &Page,
) -> Result<(Vec<(I, Stored<D>)>, Option<Cursor>), RepositoryError> {
    let (found, next) = fetch(documents, listing, page).await?;
    Ok((found.iter().map(item).collect::<Result<_, _>>()?, next))
}

/// Where the first documents of a listing stand; none when it holds none.
pub(super) async fn names<T: Transport, L: Listing>(
    documents: &Client<T>,
    listing: &L,
) -> Result<Vec<DocumentPath>, RepositoryError> {
    let query = query(listing, &Page { limit: MAX_LIMIT, cursor: None }, |path| documents.reference(path))?;
    let found = documents.run_query(&query.select([FieldPath::document_id()])).await?;
    Ok(found.into_iter().map(|document| document.path).collect())
}

/// A document as what it is, with its id.
pub(super) fn item<I: TryFrom<String, Error: ToString>, D: DeserializeOwned>(
    document: &Document,
) -> Result<(I, Stored<D>), RepositoryError> {
    let id = I::try_from(document.id().to_owned());
    let id = id.map_err(|error| RepositoryError::Internal(error.to_string()))?;
    Ok((id, Stored::of(document)?))
}

/// Reads all of a listing, however long it is: for what must be seen as a whole. What is moved or added meanwhile may be
/// missed.
pub(super) async fn all<T: Transport, L: Listing>(
    documents: &Client<T>,
    listing: &L,
) -> Result<Vec<Document>, RepositoryError> {
    Ok(first(documents, listing, usize::MAX).await?.0)
}

/// Reads the first of a listing, some more than `most` where there are more; and whether that is all.
pub(super) async fn first<T: Transport, L: Listing>(
    documents: &Client<T>,
    listing: &L,
    most: usize,
) -> Result<(Vec<Document>, bool), RepositoryError> {
    let batch = usize::try_from(BATCH).unwrap_or(usize::MAX);
    let mut all = Vec::new();
    let mut behind = None;
    loop {
        let query = ordered(listing, behind.as_ref(), |path| documents.reference(path))?.limit(BATCH);
        let found = documents.run_query(&query).await?;
        let more = found.len() >= batch;
        behind = found.last().map(|last| place_of(last, L::ORDER)).transpose()?;
        all.extend(found);
        if !more || all.len() >= most {
            return Ok((all, !more));
        }
    }
}

/// The first items of a listing. The commit of the transaction fails if they have changed by then.
pub(super) async fn first_in<T: Transport, L: Listing>(
    documents: &Client<T>,
    transaction: &Transaction,
    listing: &L,
    limit: u32,
) -> Result<Vec<Document>, RepositoryError> {
    let query = ordered(listing, None, |path| documents.reference(path))?.limit(limit);
    Ok(documents.run_query_in(transaction, &query).await?)
}

/// Whether a listing holds anything. The commit of the transaction fails if that has changed by then.
pub(super) async fn any_in<T: Transport, L: Listing>(
    documents: &Client<T>,
    transaction: &Transaction,
    listing: &L,
) -> Result<bool, RepositoryError> {
    Ok(!first_in(documents, transaction, listing, 1).await?.is_empty())
}

/// How many a listing holds; [`MAX_LIMIT`] are as many as are counted. The commit of the transaction fails if that has
/// changed by then.
pub(super) async fn count_in<T: Transport, L: Listing>(
    documents: &Client<T>,
    transaction: &Transaction,
    listing: &L,
) -> Result<usize, RepositoryError> {
    let page = Page { limit: MAX_LIMIT - 1, cursor: None };
    let query = query(listing, &page, |path| documents.reference(path))?;
    Ok(documents.run_query_in(transaction, &query).await?.len())
}

fn limit(page: &Page) -> u32 {
    page.limit.clamp(1, MAX_LIMIT)
}

fn place_of(document: &Document, order: &[(&str, Direction)]) -> Result<Cursor, RepositoryError> {
    let at = order.iter().map(|(field, _)| match document.fields.get(*field) {
        Some(Value::Integer(at)) => Ok(*at),
        _ => Err(RepositoryError::Internal(format!("{} has no `{field}`", document.path))),
    });
    Ok(Cursor { at: at.collect::<Result<_, _>>()?, path: document.path.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_given() {
        let path = DocumentPath::parse("courses/c1/roster/u:1").unwrap();
        for at in [vec![], vec![1_795_348_800_000], vec![-3, i64::MAX]] {
            let cursor = Cursor { at, path: path.clone() };
            let text = cursor.encode();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            assert_eq!(Cursor::decode(&text), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let long = "a".repeat(MAX_CURSOR_BYTES + 1);
        let bad = [
            "",
            "!",
            "=",
            &long,
            &encoded("5"),
            &encoded("x:courses/c1"),
            &encoded("5,:courses/c1"),
            &encoded(",:courses/c1"),
            &encoded("5:courses"),
            &encoded("5:a//b"),
        ];
        for text in bad {
            assert_eq!(Cursor::decode(text), Err(InvalidCursor), "{text}");
        }
        assert_eq!(Cursor::decode(&URL_SAFE_NO_PAD.encode([0xff, 0xfe])), Err(InvalidCursor));
    }
}
