//! In which order a query returns its documents, and where its cursors stand.

use std::{cmp, collections::BTreeSet};

use super::Candidate;
use crate::{
    embedded::fault::Fault,
    field_path::FieldPath,
    query::{Cursor, Direction, Query},
    value::{Value, order},
};

/// The orders that were asked for, those that follow from the filters, and the name last.
pub(super) struct Ordering(Vec<(FieldPath, Direction)>);

/// The values a document is ordered by.
pub(super) struct Keys(Vec<Value>);

/// Refuses orders that production has no index for and will make none.
fn check(query: &Query) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    let mut behind_name = false;
    for (path, direction) in &query.order {
        if behind_name {
            return Err(nothing_behind_names());
        }
        if !seen.insert(path) {
            return Err(Fault::invalid(format!("order by clause cannot contain duplicate fields {path}")));
        }
        behind_name = path.is_document_id();
        if query.collection.is_none() && !(behind_name && *direction == Direction::Ascending) {
            return Err(Fault::invalid("kind is required for all orders except __key__ ascending"));
        }
    }
    Ok(())
}

fn nothing_behind_names() -> Fault {
    Fault::invalid("order by clause cannot contain more fields after the key")
}

impl Ordering {
    pub(super) fn of(query: &Query, indexed: &[&FieldPath]) -> Result<Self, Fault> {
        for cursor in query.start.iter().chain(&query.end) {
            if cursor.values.len() > query.order.len() {
                return Err(Fault::invalid("Cursor has too many values."));
            }
        }
        check(query)?;
        let mut order = query.order.clone();
        // What follows implicitly runs the way of the last explicit order.
        let direction = order.last().map_or(Direction::Ascending, |(_, direction)| *direction);
        let ranged = super::ranged(query);
        for path in ranged {
            if !path.is_document_id() && !order.iter().any(|(ordered, _)| *ordered == path) {
                order.push((path, direction));
            }
        }
        for path in indexed {
            if !order.iter().any(|(ordered, _)| ordered == *path) {
                order.push(((*path).clone(), direction));
            }
        }
        match query.order.last() {
            Some((last, _)) if last.is_document_id() && order.len() > query.order.len() => {
                return Err(nothing_behind_names());
            }
            Some((last, _)) if last.is_document_id() => {}
            _ => order.push((FieldPath::document_id(), direction)),
        }
        Ok(Self(order))
    }

    /// What comes first.
    pub(super) fn first(&self) -> Option<&(FieldPath, Direction)> {
        self.0.first()
    }

    /// The keys of a document, if it has all the fields.
    pub(super) fn keys(&self, candidate: &Candidate<'_>) -> Option<Keys> {
        let values = self.0.iter().map(|(path, _)| candidate.get(path).map(std::borrow::Cow::into_owned));
        values.collect::<Option<_>>().map(Keys)
    }

    pub(super) fn compare(&self, left: &Keys, right: &Keys) -> cmp::Ordering {
        self.compare_values(&left.0, &right.0)
    }

    /// Is a document between the cursors?
    pub(super) fn within(&self, keys: &Keys, start: Option<&Cursor>, end: Option<&Cursor>) -> bool {
        let started = start.is_none_or(|Cursor { values, before }| {
            let position = self.compare_values(&keys.0, values);
            position.is_gt() || (*before && position.is_eq())
        });
        let ended = end.is_some_and(|Cursor { values, before }| {
            let position = self.compare_values(&keys.0, values);
            position.is_gt() || (*before && position.is_eq())
        });
        started && !ended
    }

    /// Compares as many values as both sides have.
    fn compare_values(&self, left: &[Value], right: &[Value]) -> cmp::Ordering {
        let compared = self.0.iter().zip(left.iter().zip(right)).map(|((_, direction), (left, right))| {
            let order = order::compare(left, right);
            match direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        });
        compared.into_iter().find(|order| order.is_ne()).unwrap_or(cmp::Ordering::Equal)
    }
}
