//! Queries: the documents of a scope, filtered, ordered, cut by cursors.

mod disjunctions;
mod filter;
mod nearest;
mod order;
mod refused;

use std::borrow::Cow;

use self::{
    nearest::Neighbours,
    order::{Keys, Ordering},
};
use super::{
    Sql,
    fault::Fault,
    fields,
    shelf::{Scope, Shelf, Stored},
};
use crate::{
    field_path::FieldPath,
    name::Database,
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
    refused::check(query)?;
    let ordering = Ordering::of(query, indexed)?;
    check_scope(query)?;
    let collection = match (&query.collection, query.all_descendants) {
        (Some(id), false) => Some(match &query.parent {
            Some(parent) => parent.collection(id)?,
            None => crate::name::CollectionPath::parse(id)?,
        }),
        _ => None,
    };
    let scope = match &collection {
        Some(path) => Scope::Collection(path),
        None if query.all_descendants => {
            Scope::Group { id: query.collection.as_deref(), below: query.parent.as_ref() }
        }
        None => Scope::Children(query.parent.as_ref()),
    };

    let narrowing = filter::narrowing(query.filter.as_ref());
    let mut neighbours = query.nearest.as_ref().map(Neighbours::of);
    let mut candidates: Vec<(Keys, Stored)> = Vec::new();
    for stored in shelf.scan(database, &scope, &narrowing)? {
        let candidate = Candidate { name: database.name_of(&stored.path), fields: &stored.fields };
        if query.filter.as_ref().is_some_and(|filter| !filter::matches(filter, &candidate)) {
            continue;
        }
        // A document without one of the ordered fields is not in that order at all.
        if let Some(keys) = ordering.keys(&candidate)
            && ordering.within(&keys, query.start.as_ref(), query.end.as_ref())
        {
            match &mut neighbours {
                Some(neighbours) => neighbours.offer(stored),
                None => candidates.push((keys, stored)),
            }
        }
    }
    if let Some(neighbours) = neighbours {
        return Ok(Found { documents: neighbours.nearest(), skipped: 0 });
    }
    candidates.sort_by(|(left, _), (right, _)| ordering.compare(left, right));

    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    let limit = query.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let skipped = offset.min(candidates.len());
    let documents = candidates.into_iter().map(|(_, stored)| stored).skip(offset).take(limit).collect();
    Ok(Found { documents, skipped })
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

/// The fields that a query selects.
pub(super) fn selected(select: Option<&[FieldPath]>, fields: Fields) -> Fields {
    match select {
        Some(mask) => fields::project(&fields, mask),
        None => fields,
    }
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
