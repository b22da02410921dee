//! Lists in pages. Every list runs from the newest to the oldest by a time that never changes, ties by name; a cursor
//! is a place in that order, so what is added meanwhile neither repeats nor hides an item.
//!
//! This is the only place that runs a query. Production refuses one that has no index, which no store of the tests
//! does; so a list is made from a [`Listing`], which tells the tests what it can ask.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mentora_firestore::{Client, Direction, Document, DocumentPath, FieldPath, Query, Transport, Value};

use super::RepositoryError;

/// Most items of a page.
pub const MAX_LIMIT: u32 = 100;

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
    at: i64,
    path: DocumentPath,
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that a list of ours gave out")]
pub struct InvalidCursor;

impl Cursor {
    /// As a client sees it.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.at, self.path))
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
        let at = at.parse().map_err(|_| InvalidCursor)?;
        Ok(Self { at, path: DocumentPath::parse(path).map_err(|_| InvalidCursor)? })
    }
}

/// What a list holds. Queries are run for listings only, and the tests know all listings: see `index_coverage`.
pub(super) trait Listing: Sized {
    /// The time by which it is ordered: a field that is always there and never changes.
    const BY: &'static str;

    /// Which documents; the order is the page's matter.
    fn query(&self) -> Result<Query, RepositoryError>;

    /// One listing of each shape that the query can have: every subset of what may be given.
    #[cfg(test)]
    fn shapes() -> Vec<Self>;
}

/// The query for one page of a listing, newest first.
pub(super) fn query<L: Listing>(
    listing: &L,
    page: &Page,
    reference: impl Fn(&DocumentPath) -> Value,
) -> Result<Query, RepositoryError> {
    let query = listing
        .query()?
        .order_by(L::BY, Direction::Descending)
        .order_by(FieldPath::document_id(), Direction::Descending)
        // One more than asked tells whether there is a next page.
        .limit(limit(page) + 1);
    let Some(Cursor { at, path }) = &page.cursor else { return Ok(query) };
    if query.collection.as_deref() != Some(path.parent().id()) {
        return Err(RepositoryError::InvalidCursor);
    }
    let values = vec![Value::Integer(*at), reference(path)];
    Ok(query.start(mentora_firestore::Cursor { values, before: false }))
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
    let next = found.last().filter(|_| more).map(|last| place_of(last, L::BY)).transpose()?;
    Ok((found, next))
}

fn limit(page: &Page) -> u32 {
    page.limit.clamp(1, MAX_LIMIT)
}

fn place_of(document: &Document, time: &str) -> Result<Cursor, RepositoryError> {
    match document.fields.get(time) {
        Some(Value::Integer(at)) => Ok(Cursor { at: *at, path: document.path.clone() }),
        _ => Err(RepositoryError::Internal(format!("{} has no `{time}`", document.path))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_given() {
        let path = DocumentPath::parse("courses/c1/roster/u:1").unwrap();
        let cursor = Cursor { at: 1_795_348_800_000, path };
        let text = cursor.encode();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert_eq!(Cursor::decode(&text), Ok(cursor));
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
            &encoded("5:courses"),
            &encoded("5:a//b"),
        ];
        for text in bad {
            assert_eq!(Cursor::decode(text), Err(InvalidCursor), "{text}");
        }
        assert_eq!(Cursor::decode(&URL_SAFE_NO_PAD.encode([0xff, 0xfe])), Err(InvalidCursor));
    }
}
