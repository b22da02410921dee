//! Resource names: `projects/{project}/databases/{database}/documents/{collection}/{document}/…`.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Longest collection or document id, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 1500;

/// What RFC 3986 leaves unreserved; `(` and `)` too, so that `(default)` stays readable in logs.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'(').remove(b')');

/// A name that Firestore would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// An id between two slashes is empty.
    #[error("\"{0}\" has an empty id")]
    EmptyId(String),
    /// An id is longer than [`MAX_ID_BYTES`].
    #[error("an id is {0} bytes long; {MAX_ID_BYTES} are allowed")]
    IdTooLong(usize),
    /// `.`, `..` and `__…__` belong to Firestore; a slash separates ids.
    #[error("the id \"{0}\" is reserved or holds a slash")]
    ReservedId(String),
    /// An even number of segments where a collection is meant, or an odd one where a document is.
    #[error("\"{path}\" is not the path of a {wanted}")]
    WrongDepth {
        /// The path as given.
        path: String,
        /// `collection` or `document`.
        wanted: &'static str,
    },
    /// A resource name of another project or database.
    #[error("\"{name}\" is not a document of {database}")]
    ForeignName {
        /// The name as given.
        name: String,
        /// The database it should belong to.
        database: String,
    },
}

/// One database of one project.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Database {
    project: String,
    database: String,
}

impl Database {
    /// The database `(default)` of a project.
    pub fn new(project: impl Into<String>) -> Result<Self, NameError> {
        Self::named(project, "(default)")
    }

    /// A database with a name of its own.
    pub fn named(project: impl Into<String>, database: impl Into<String>) -> Result<Self, NameError> {
        let (project, database) = (project.into(), database.into());
        for part in [&project, &database] {
            if part.is_empty() {
                return Err(NameError::EmptyId(format!("projects/{project}/databases/{database}")));
            }
            if part.contains('/') {
                return Err(NameError::ReservedId(part.clone()));
            }
        }
        Ok(Self { project, database })
    }

    /// The project id.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// `projects/{project}/databases/{database}/documents`, the root of every name.
    pub fn root(&self) -> String {
        format!("{self}/documents")
    }

    /// The full resource name of a document.
    pub fn name_of(&self, path: &DocumentPath) -> String {
        format!("{self}/documents/{path}")
    }

    /// The path of a document given by its full resource name.
    pub fn path_of(&self, name: &str) -> Result<DocumentPath, NameError> {
        let foreign = || NameError::ForeignName { name: name.to_owned(), database: self.to_string() };
        let path =
            name.strip_prefix(&self.root()).and_then(|rest| rest.strip_prefix('/')).ok_or_else(foreign)?;
        DocumentPath::parse(path)
    }

    /// The root as the path of a URL, without a leading slash.
    pub(crate) fn url_root(&self) -> String {
        format!("v1/projects/{}/databases/{}/documents", encoded(&self.project), encoded(&self.database))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "projects/{}/databases/{}", self.project, self.database)
    }
}

/// A collection relative to its database: `users`, `courses/c1/roster`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CollectionPath(String);

impl CollectionPath {
    /// Parses a path with an odd number of ids.
    pub fn parse(path: &str) -> Result<Self, NameError> {
        if checked_depth(path)?.is_multiple_of(2) {
            return Err(NameError::WrongDepth { path: path.to_owned(), wanted: "collection" });
        }
        Ok(Self(path.to_owned()))
    }

    /// A document of this collection.
    pub fn doc(&self, id: &str) -> Result<DocumentPath, NameError> {
        check_document_id(id, id)?;
        Ok(DocumentPath(format!("{}/{id}", self.0)))
    }

    /// The last id: what a collection group is named by.
    pub fn id(&self) -> &str {
        last_segment(&self.0)
    }

    /// The document that this collection belongs to, unless it is at the root.
    pub fn parent(&self) -> Option<DocumentPath> {
        self.0.rsplit_once('/').map(|(parent, _)| DocumentPath(parent.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A document relative to its database: `users/u1`, `courses/c1/roster/m1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentPath(String);

impl DocumentPath {
    /// Parses a path with an even number of ids.
    pub fn parse(path: &str) -> Result<Self, NameError> {
        if !checked_depth(path)?.is_multiple_of(2) {
            return Err(NameError::WrongDepth { path: path.to_owned(), wanted: "document" });
        }
        Ok(Self(path.to_owned()))
    }

    /// A collection below this document.
    pub fn collection(&self, id: &str) -> Result<CollectionPath, NameError> {
        check_id(id, id)?;
        Ok(CollectionPath(format!("{}/{id}", self.0)))
    }

    /// The last id.
    pub fn id(&self) -> &str {
        last_segment(&self.0)
    }

    /// The collection that holds this document.
    pub fn parent(&self) -> CollectionPath {
        let parent = self.0.rsplit_once('/').map_or("", |(parent, _)| parent);
        CollectionPath(parent.to_owned())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CollectionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A relative path with each id percent-encoded.
pub(crate) fn encoded_path(path: &str) -> String {
    path.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// One id, or one value of a query string, percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

fn last_segment(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, id)| id)
}

fn checked_depth(path: &str) -> Result<usize, NameError> {
    path.split('/').try_fold(0_usize, |depth, id| {
        // Every second id is a document's.
        let check = if depth.is_multiple_of(2) { check_id } else { check_document_id };
        check(id, path).map(|()| depth + 1)
    })
}

/// The number of a document that has one in place of a name, as documents of Datastore may: `__id7__` is 7.
pub(crate) fn numeric_id(id: &str) -> Option<i64> {
    let digits = id.strip_prefix("__id")?.strip_suffix("__")?;
    let number: i64 = digits.parse().ok().filter(|number| *number != 0)?;
    // Only as it is written by Firestore: no zeros in front, no plus sign.
    (number.to_string() == digits).then_some(number)
}

/// Is this the name of something of Firestore's own?
pub(crate) fn is_reserved(name: &str) -> bool {
    name.len() >= 4 && name.starts_with("__") && name.ends_with("__")
}

fn check_document_id(id: &str, path: &str) -> Result<(), NameError> {
    if numeric_id(id).is_some() { Ok(()) } else { check_id(id, path) }
}

fn check_id(id: &str, path: &str) -> Result<(), NameError> {
    if id.is_empty() {
        return Err(NameError::EmptyId(path.to_owned()));
    }
    if id.len() > MAX_ID_BYTES {
        return Err(NameError::IdTooLong(id.len()));
    }
    if id == "." || id == ".." || is_reserved(id) || id.contains('/') {
        return Err(NameError::ReservedId(id.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_knows_its_depth() {
        assert!(DocumentPath::parse("users/u1").is_ok());
        assert!(matches!(DocumentPath::parse("users"), Err(NameError::WrongDepth { .. })));
        assert!(matches!(CollectionPath::parse("users/u1"), Err(NameError::WrongDepth { .. })));
    }

    #[test]
    fn ids_that_firestore_keeps_for_itself_are_refused() {
        let users = CollectionPath::parse("users").unwrap();
        let numbers = ["__id__", "__id0__", "__id07__", "__id+7__", "__id9223372036854775808__"];
        for id in ["", ".", "..", "__x__", "____", "a/b", &"x".repeat(1501)].into_iter().chain(numbers) {
            assert!(users.doc(id).is_err(), "{id:?} was accepted");
        }
        for id in
            ["__", "_x_", "...", "a b", "課程", &"x".repeat(1500), "__id7__", "__id-9223372036854775808__"]
        {
            assert!(users.doc(id).is_ok(), "{id:?} was refused");
        }
    }

    #[test]
    fn walking_up_and_down_gives_the_same_path() {
        let member = DocumentPath::parse("courses/c1/roster/m1").unwrap();
        assert_eq!(member.id(), "m1");
        assert_eq!(member.parent().id(), "roster");
        assert_eq!(member.parent().parent().unwrap().as_str(), "courses/c1");
        assert_eq!(member.parent().doc("m1").unwrap(), member);
    }

    #[test]
    fn a_name_belongs_to_one_database() {
        let database = Database::new("demo").unwrap();
        let path = DocumentPath::parse("users/u1").unwrap();
        let name = database.name_of(&path);
        assert_eq!(name, "projects/demo/databases/(default)/documents/users/u1");
        assert_eq!(database.path_of(&name), Ok(path));
        let other = Database::new("other").unwrap();
        assert!(matches!(other.path_of(&name), Err(NameError::ForeignName { .. })));
        assert!(database.path_of("projects/demo/databases/(default)/documentsX/users/u1").is_err());
    }

    #[test]
    fn odd_characters_are_escaped_in_urls() {
        assert_eq!(encoded_path("users/a b?#%/é/x"), "users/a%20b%3F%23%25/%C3%A9/x");
    }
}
