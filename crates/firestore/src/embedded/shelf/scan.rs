//! The documents of a place.

use super::{Shelf, Stored, stored_of, text, unreadable};
use crate::{
    embedded::{Sql, SqlValue, fault::Fault},
    name::{CollectionPath, Database, DocumentPath, numeric_id},
    query::Direction,
};

/// Where a query looks.
#[derive(Debug, Clone)]
pub(in crate::embedded) enum Scope<'a> {
    /// One collection.
    Collection(&'a CollectionPath),
    /// The collections of one id below a document, or below the root; of every id where there is none.
    Group { id: Option<&'a str>, below: Option<&'a DocumentPath> },
    /// All collections directly below a document, or the root.
    Children(Option<&'a DocumentPath>),
}

/// A document behind which a pass begins.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Edge {
    pub(in crate::embedded) path: String,
    /// Does the pass begin with it?
    pub(in crate::embedded) included: bool,
}

const DOCUMENTS: &str = "SELECT path, fields, created, updated FROM documents WHERE database = ?";

impl<S: Sql> Shelf<S> {
    /// The documents of a scope, in no order that matters.
    pub(in crate::embedded) fn scan(
        &mut self,
        database: &Database,
        scope: &Scope<'_>,
    ) -> Result<Vec<Stored>, Fault> {
        let mut statement = String::from(DOCUMENTS);
        let mut bindings: Vec<SqlValue> = vec![database.to_string().into()];
        place(&mut statement, &mut bindings, scope);
        self.exec(&statement, &bindings)?.into_iter().map(stored_of).collect()
    }

    /// The next documents of a collection in the order of their names, from the edge on.
    pub(in crate::embedded) fn pass(
        &mut self,
        database: &Database,
        collection: &CollectionPath,
        direction: Direction,
        edge: Option<&Edge>,
        count: usize,
    ) -> Result<Vec<Stored>, Fault> {
        let mut statement = format!("{DOCUMENTS} AND parent = ?");
        let mut bindings: Vec<SqlValue> = vec![database.to_string().into(), collection.as_str().into()];
        let (beyond, order) = match direction {
            Direction::Ascending => (">", "ASC"),
            Direction::Descending => ("<", "DESC"),
        };
        if let Some(Edge { path, included }) = edge {
            let or_equal = if *included { "=" } else { "" };
            statement.push_str(&format!(" AND path {beyond}{or_equal} ?"));
            bindings.push(path.as_str().into());
        }
        statement.push_str(&format!(" ORDER BY path {order} LIMIT ?"));
        bindings.push(i64::try_from(count).unwrap_or(i64::MAX).into());
        self.exec(&statement, &bindings)?.into_iter().map(stored_of).collect()
    }

    /// The documents of a collection whose ids are numbers.
    pub(in crate::embedded) fn numbered(
        &mut self,
        database: &Database,
        collection: &CollectionPath,
    ) -> Result<Vec<Stored>, Fault> {
        let statement = format!("{DOCUMENTS} AND parent = ? AND path >= ? AND path < ?");
        let bindings = [
            database.to_string().into(),
            collection.as_str().into(),
            format!("{collection}/__id").into(),
            format!("{collection}/__ie").into(),
        ];
        let stored = self.exec(&statement, &bindings)?.into_iter().map(stored_of);
        let is_numbered = |stored: &Result<Stored, Fault>| {
            stored.as_ref().map_or(true, |stored| numeric_id(stored.path.id()).is_some())
        };
        stored.filter(is_numbered).collect()
    }

    /// The paths of everything below a document or a collection, the documents of other collections included.
    pub(in crate::embedded) fn paths_below(
        &mut self,
        database: &Database,
        place: Option<&str>,
    ) -> Result<Vec<String>, Fault> {
        let mut statement = String::from("SELECT path FROM documents WHERE database = ?");
        let mut bindings: Vec<SqlValue> = vec![database.to_string().into()];
        if let Some(place) = place {
            within(&mut statement, &mut bindings, "path", place);
        }
        let rows = self.exec(&statement, &bindings)?;
        rows.into_iter().map(|row| row.into_iter().next().and_then(text).ok_or_else(unreadable)).collect()
    }
}

/// Adds that a document is in a scope.
pub(super) fn place(statement: &mut String, bindings: &mut Vec<SqlValue>, scope: &Scope<'_>) {
    match scope {
        Scope::Collection(path) => {
            statement.push_str(" AND documents.parent = ?");
            bindings.push(path.as_str().into());
        }
        Scope::Group { id, below } => {
            if let Some(id) = id {
                statement.push_str(" AND documents.collection = ?");
                bindings.push((*id).into());
            }
            if let Some(below) = below {
                within(statement, bindings, "documents.path", below.as_str());
            }
        }
        Scope::Children(None) => statement.push_str(" AND documents.parent = documents.collection"),
        Scope::Children(Some(below)) => {
            within(statement, bindings, "documents.parent", below.as_str());
            statement.push_str(" AND documents.parent = ? || '/' || documents.collection");
            bindings.push(below.as_str().into());
        }
    }
}

/// Adds "`column` begins with `place/`" as a range, which an index can serve; `0` is the character behind the slash.
pub(super) fn within(statement: &mut String, bindings: &mut Vec<SqlValue>, column: &str, place: &str) {
    statement.push_str(&format!(" AND {column} > ? AND {column} < ?"));
    bindings.extend([format!("{place}/").into(), format!("{place}0").into()]);
}
