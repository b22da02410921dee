//! Queries: the documents of a scope, filtered, ordered, cut by cursors.
//!
//! - `refused`, `disjunctions`: what production does not answer
//! - `way`: how the documents are come by; `gathered`: those that are wanted
//! - `filter`: which are wanted; `order`: where they and the cursors stand; `nearest`: how far they lie from a vector

mod disjunctions;
mod filter;
mod gathered;
mod nearest;
mod order;
mod refused;
#[cfg(test)]
mod tests;
mod way;

use std::borrow::Cow;

use self::{gathered::Gathered, order::Ordering, way::Way};
use super::{
    Sql,
    fault::Fault,
    fields,
    shelf::{Scope, Shelf, Stored},
};
use crate::{
    field_path::FieldPath,
    name::{CollectionPath, Database},
    query::Query,
    value::{Fields, Value},
};

/// What a query found.
pub(super) struct Found {
    pub(super) documents: Vec<Stored>,
    /// How many the offset passed over.
    pub(super) skipped: usize,
}

/// Runs a query; the documents come whole, whatever it selects.
pub(super) fn run<S: Sql>(shelf: &mut Shelf<S>, database: &Database, query: &Query) -> Result<Found, Fault> {
    run_over(shelf, database, query, &[])
}

/// Runs a query as an index over these fields does, too: what lacks one is left out, the rest is ordered by them.
pub(super) fn run_over<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    query: &Query,
    indexed: &[&FieldPath],
) -> Result<Found, Fault> {
    run_where(shelf, database, query, indexed, way::FEW)
}

fn run_where<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    query: &Query,
    indexed: &[&FieldPath],
    few: u32,
) -> Result<Found, Fault> {
    refused::check(query)?;
    let ordering = Ordering::of(query, indexed)?;
    check_scope(query)?;
    let collection = collection_of(query)?;
    let scope = scope_of(query, collection.as_ref());
    let mut gathered = Gathered::new(database, query, &ordering);
    match Way::of(shelf, database, &scope, query, &ordering, few)? {
        Way::Nowhere => {}
        Way::Everywhere => gathered.look_at_all(shelf.scan(database, &scope)?),
        Way::Meeting { first, rest } => {
            gathered.look_at_all(shelf.meeting(database, &scope, &first, &rest)?);
        }
        Way::ByName { collection, direction, behind } => {
            gathered.pass(shelf, collection, direction, behind)?;
        }
        Way::Along(walk) => gathered.walk(shelf, &scope, &walk)?,
    }
    Ok(gathered.found())
}

/// The one collection that a query looks at, if it is one.
fn collection_of(query: &Query) -> Result<Option<CollectionPath>, Fault> {
    match (&query.collection, query.all_descendants, &query.parent) {
        (Some(id), false, Some(parent)) => Ok(Some(parent.collection(id)?)),
        (Some(id), false, None) => Ok(Some(CollectionPath::parse(id)?)),
        _ => Ok(None),
    }
}

fn scope_of<'a>(query: &'a Query, collection: Option<&'a CollectionPath>) -> Scope<'a> {
    match collection {
        Some(path) => Scope::Collection(path),
        None if query.all_descendants => {
            Scope::Group { id: query.collection.as_deref(), below: query.parent.as_ref() }
        }
        None => Scope::Children(query.parent.as_ref()),
    }
}

/// The fields that a query compares by range, and is therefore ordered by.
pub(super) fn ranged(query: &Query) -> Vec<FieldPath> {
    query.filter.as_ref().map(filter::ranged).unwrap_or_default()
}

/// Are names part of what is asked for, in the order, in the filter or by the place?
pub(super) fn is_by_name(query: &Query) -> bool {
    query.order.iter().any(|(path, _)| path.is_document_id())
        || query.filter.as_ref().is_some_and(filter::asks_for_names)
        || (query.all_descendants && query.parent.is_some())
}

/// Fields are indexed by the id of a collection: one that is not named, or a group below a document, is looked through
/// by name alone.
fn check_scope(query: &Query) -> Result<(), Fault> {
    let filtered = query.filter.as_ref().and_then(filter::field);
    if let (None, Some(path)) = (&query.collection, &filtered) {
        return Err(Fault::invalid(format!("kind is required for filter: {path}")));
    }
    let ordered = query.order.iter().any(|(path, _)| !path.is_document_id());
    if query.all_descendants && query.parent.is_some() && (ordered || filtered.is_some()) {
        return Err(Fault::invalid("collection group queries are only allowed at the root parent"));
    }
    Ok(())
}

/// A document that a query looks at.
struct Candidate<'a> {
    name: String,
    fields: &'a Fields,
}

impl Candidate<'_> {
    fn get(&self, path: &FieldPath) -> Option<Cow<'_, Value>> {
        if path.is_document_id() {
            return Some(Cow::Owned(Value::Reference(self.name.clone())));
        }
        fields::get(self.fields, path).map(Cow::Borrowed)
    }
}
