//! Queries: the documents of a scope, filtered, ordered, cut by cursors.
//!
//! - `way`: how the documents are come by; `filter`: which are wanted; `order`: where they and the cursors stand

mod disjunctions;
mod filter;
mod order;
#[cfg(test)]
mod tests;
mod way;

use std::borrow::Cow;

use self::{
    order::{Keys, Ordering},
    way::Way,
};
use super::{
    Sql,
    fault::Fault,
    fields,
    shelf::{Edge, Reached, Scope, Shelf, Stored, Walk},
};
use crate::{
    field_path::FieldPath,
    name::{CollectionPath, Database},
    query::{Direction, Query},
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
    filter::check(query.filter.as_ref())?;
    let ordering = Ordering::of(query, indexed)?;
    check_scope(query)?;
    let collection = collection_of(query)?;
    let scope = scope_of(query, collection.as_ref());
    let mut gathered = Gathered { database, query, ordering: &ordering, candidates: Vec::new() };
    match Way::of(shelf, database, &scope, query, &ordering, few)? {
        Way::Nowhere => {}
        Way::Everywhere => gathered.look_at_all(shelf.scan(database, &scope)?),
        Way::Meeting { first, rest } => {
            gathered.look_at_all(shelf.meeting(database, &scope, &first, &rest)?);
        }
        Way::ByName { direction, behind } => gathered.pass(shelf, collection.as_ref(), direction, behind)?,
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

/// What was found on the way.
struct Gathered<'a> {
    database: &'a Database,
    query: &'a Query,
    ordering: &'a Ordering,
    candidates: Vec<(Keys, Stored)>,
}

impl Gathered<'_> {
    fn look_at_all(&mut self, documents: Vec<Stored>) {
        for stored in documents {
            self.look_at(stored);
        }
    }

    /// Keeps a document, if the query wants it.
    fn look_at(&mut self, stored: Stored) {
        let candidate = Candidate { name: self.database.name_of(&stored.path), fields: &stored.fields };
        if self.query.filter.as_ref().is_some_and(|filter| !filter::matches(filter, &candidate)) {
            return;
        }
        // A document without one of the ordered fields is not in that order at all.
        if let Some(keys) = self.ordering.keys(&candidate)
            && self.ordering.within(&keys, self.query.start.as_ref(), self.query.end.as_ref())
        {
            self.candidates.push((keys, stored));
        }
    }

    /// Looks at the documents of a collection by name, until there are enough.
    fn pass<S: Sql>(
        &mut self,
        shelf: &mut Shelf<S>,
        collection: Option<&CollectionPath>,
        direction: Direction,
        mut edge: Option<Edge>,
    ) -> Result<(), Fault> {
        let Some(collection) = collection else { return Ok(()) };
        while self.candidates.len() < self.wanted() {
            let documents =
                shelf.pass(self.database, collection, direction, edge.as_ref(), self.at_once())?;
            let Some(last) = documents.last() else { break };
            edge = Some(Edge { path: last.path.as_str().to_owned(), included: false });
            self.look_at_all(documents);
        }
        Ok(())
    }

    /// Looks at documents along the index, until there are enough and no further one shares the last one's key.
    fn walk<S: Sql>(&mut self, shelf: &mut Shelf<S>, scope: &Scope<'_>, walk: &Walk) -> Result<(), Fault> {
        let mut reached: Option<Reached> = None;
        let mut enough: Option<Reached> = None;
        loop {
            let count = self.at_once();
            let stretch = shelf.walk(self.database, scope, walk, reached.as_ref(), count)?;
            let is_last = stretch.len() < count;
            for (place, stored) in stretch {
                if enough.as_ref().is_some_and(|enough| !enough.shares_key(&place)) {
                    return Ok(());
                }
                self.look_at(stored);
                if enough.is_none() && self.candidates.len() >= self.wanted() {
                    enough = Some(place.clone());
                }
                reached = Some(place);
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// How many documents the query passes over and returns at most.
    fn wanted(&self) -> usize {
        let limit = self.query.limit.and_then(|limit| usize::try_from(limit).ok());
        limit.map_or(usize::MAX, |limit| limit.saturating_add(self.offset()))
    }

    /// How many documents are read at once on a way that may end early.
    fn at_once(&self) -> usize {
        self.wanted().saturating_add(1).clamp(16, 512)
    }

    fn offset(&self) -> usize {
        usize::try_from(self.query.offset).unwrap_or(usize::MAX)
    }

    fn found(mut self) -> Found {
        let ordering = self.ordering;
        self.candidates.sort_by(|(left, _), (right, _)| ordering.compare(left, right));
        let (offset, wanted) = (self.offset(), self.wanted());
        let skipped = offset.min(self.candidates.len());
        let documents = self.candidates.into_iter().take(wanted).skip(offset).map(|(_, stored)| stored);
        Found { documents: documents.collect(), skipped }
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
