//! The documents that a query wants, as they are come by.

use super::{
    Candidate, Found, filter,
    nearest::Neighbours,
    order::{Keys, Ordering},
};
use crate::{
    embedded::{
        Sql,
        fault::Fault,
        shelf::{Edge, Reached, Scope, Shelf, Stored, Walk},
    },
    name::{CollectionPath, Database, numeric_id},
    query::{Direction, Query},
};

/// What was found on the way.
pub(super) struct Gathered<'a> {
    database: &'a Database,
    query: &'a Query,
    ordering: &'a Ordering,
    candidates: Vec<(Keys, Stored)>,
    /// In place of candidates, where the documents nearest to a vector are asked for.
    neighbours: Option<Neighbours<'a>>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(database: &'a Database, query: &'a Query, ordering: &'a Ordering) -> Self {
        let neighbours = query.nearest.as_ref().map(Neighbours::of);
        Self { database, query, ordering, candidates: Vec::new(), neighbours }
    }

    pub(super) fn look_at_all(&mut self, documents: Vec<Stored>) {
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
            match &mut self.neighbours {
                Some(neighbours) => neighbours.offer(stored),
                None => self.candidates.push((keys, stored)),
            }
        }
    }

    /// Looks at the documents of a collection by name, until there are enough. Numbers stand before all names.
    pub(super) fn pass<S: Sql>(
        &mut self,
        shelf: &mut Shelf<S>,
        collection: &CollectionPath,
        direction: Direction,
        mut edge: Option<Edge>,
    ) -> Result<(), Fault> {
        if direction == Direction::Ascending {
            self.look_at_all(shelf.numbered(self.database, collection)?);
        }
        while self.candidates.len() < self.wanted() {
            let documents =
                shelf.pass(self.database, collection, direction, edge.as_ref(), self.at_once())?;
            let Some(last) = documents.last() else { break };
            edge = Some(Edge { path: last.path.as_str().to_owned(), included: false });
            let named = documents.into_iter().filter(|stored| numeric_id(stored.path.id()).is_none());
            self.look_at_all(named.collect());
        }
        if direction == Direction::Descending && self.candidates.len() < self.wanted() {
            self.look_at_all(shelf.numbered(self.database, collection)?);
        }
        Ok(())
    }

    /// Looks at documents along the index, until there are enough and no further one shares the last one's key.
    pub(super) fn walk<S: Sql>(
        &mut self,
        shelf: &mut Shelf<S>,
        scope: &Scope<'_>,
        walk: &Walk,
    ) -> Result<(), Fault> {
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

    pub(super) fn found(mut self) -> Found {
        if let Some(neighbours) = self.neighbours {
            return Found { documents: neighbours.nearest(), skipped: 0 };
        }
        let ordering = self.ordering;
        self.candidates.sort_by(|(left, _), (right, _)| ordering.compare(left, right));
        let (offset, wanted) = (self.offset(), self.wanted());
        let skipped = offset.min(self.candidates.len());
        let documents = self.candidates.into_iter().take(wanted).skip(offset).map(|(_, stored)| stored);
        Found { documents: documents.collect(), skipped }
    }
}
