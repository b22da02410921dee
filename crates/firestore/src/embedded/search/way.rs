//! Which way leads to the documents of a query without looking at all of them.
//!
//! A way may bring documents that the query does not want, never leave out one that it does; and a way with an order
//! brings them in the order of its keys, those that share a key in any order.

use super::{filter, order::Ordering};
use crate::{
    embedded::{
        Sql,
        fault::Fault,
        index,
        shelf::{Condition, Edge, Lookup, Scope, Shelf, Walk},
    },
    field_path::FieldPath,
    name::{CollectionPath, Database, numeric_id},
    query::{Cursor, Direction, Filter, Operator, Query},
    value::Value,
};

/// A condition that fewer documents than this meet is the shortest way.
pub(super) const FEW: u32 = 1000;

pub(super) enum Way<'a> {
    /// No document ever had a field that the query asks for.
    Nowhere,
    /// All documents of the scope.
    Everywhere,
    /// The documents of a collection, by name.
    ByName { collection: &'a CollectionPath, direction: Direction, behind: Option<Edge> },
    /// What meets all conditions; the first is met by the fewest.
    Meeting { first: Lookup, rest: Vec<Lookup> },
    /// Along the first field of the order.
    Along(Walk),
}

impl<'a> Way<'a> {
    /// The way that is likely the shortest; `few` is what counts as few documents.
    pub(super) fn of<S: Sql>(
        shelf: &mut Shelf<S>,
        database: &Database,
        scope: &Scope<'a>,
        query: &Query,
        ordering: &Ordering,
        few: u32,
    ) -> Result<Self, Fault> {
        let collection = match scope {
            Scope::Collection(path) => path.id(),
            Scope::Group { id: Some(id), .. } => id,
            // Entries are kept by collection.
            Scope::Group { id: None, .. } | Scope::Children(_) => return Ok(Self::Everywhere),
        };
        let Some(lookups) = shelf.lookups(database, collection, &conditions(query.filter.as_ref()))? else {
            return Ok(Self::Nowhere);
        };
        let mut weighed = Vec::with_capacity(lookups.len());
        for lookup in lookups {
            weighed.push((shelf.weigh(&lookup, few)?, lookup));
        }
        weighed.sort_by_key(|(weight, _)| *weight);
        let met_by_few = weighed.first().is_some_and(|(weight, _)| *weight < i64::from(few));
        let mut lookups: Vec<Lookup> = weighed.into_iter().map(|(_, lookup)| lookup).collect();

        let is_cut = query.limit.is_some();
        let first_order = ordering.first().map(|(field, direction)| (field, *direction));
        let (by_name, by_field) = match first_order {
            Some((field, direction)) if field.is_document_id() => (Some(direction), None),
            first_order => (None, first_order.filter(|_| is_walkable(scope))),
        };
        if let Some((field, direction)) = by_field.filter(|_| !met_by_few) {
            let bounds = bounds(query, field, direction);
            if is_cut || (bounds.is_some() && lookups.is_empty()) {
                let bounds = bounds.unwrap_or_else(index::all_keys);
                let field = shelf.field_id(database, collection, &field.to_string())?;
                return Ok(field.map_or(Self::Nowhere, |field| {
                    Self::Along(Walk { field, direction, bounds, conditions: lookups })
                }));
            }
        }
        if !lookups.is_empty() {
            let first = lookups.remove(0);
            return Ok(Self::Meeting { first, rest: lookups });
        }
        match (scope, by_name) {
            (Scope::Collection(collection), Some(direction)) if is_cut => {
                let behind = query.start.as_ref().and_then(|cursor| behind(database, collection, cursor));
                Ok(Self::ByName { collection, direction, behind })
            }
            _ => Ok(Self::Everywhere),
        }
    }
}

/// Does a walk along a field meet hardly any documents of other places? Entries of all collections of one id lie
/// together, so a walk for one of many sub-collections would pass by all the others.
fn is_walkable(scope: &Scope<'_>) -> bool {
    match scope {
        Scope::Collection(path) => path.as_str() == path.id(),
        Scope::Group { .. } => true,
        Scope::Children(_) => false,
    }
}

/// What every match has to fulfil, as far as the index can tell.
fn conditions(filter: Option<&Filter>) -> Vec<Condition> {
    match filter {
        Some(Filter::And(filters)) => filters.iter().flat_map(|filter| conditions(Some(filter))).collect(),
        Some(Filter::Field(path, operator, operand)) if !path.is_document_id() => {
            let keys = match (operator, operand) {
                (Operator::Equal, value) => vec![index::key(value)],
                (Operator::In, Value::Array(values)) => values.iter().map(index::key).collect(),
                _ => return Vec::new(),
            };
            vec![Condition { field: path.to_string(), keys }]
        }
        Some(Filter::Unary(path, operator)) if !path.is_document_id() => filter::only_value(*operator)
            .map(|value| Condition { field: path.to_string(), keys: vec![index::key(&value)] })
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// The keys between which the cursors and the range filters leave a field; None where they say nothing of it.
fn bounds(query: &Query, field: &FieldPath, direction: Direction) -> Option<(String, String)> {
    let mut bounds = None;
    let mut narrow = |least: Option<String>, greatest: Option<String>| {
        let (low, high) = bounds.get_or_insert_with(index::all_keys);
        if let Some(least) = least.filter(|least| least > low) {
            *low = least;
        }
        if let Some(greatest) = greatest.filter(|greatest| greatest < high) {
            *high = greatest;
        }
    };
    let first_key = |cursor: &Option<Cursor>| cursor.as_ref()?.values.first().map(index::key);
    let (start, end) = (first_key(&query.start), first_key(&query.end));
    if start.is_some() || end.is_some() {
        match direction {
            Direction::Ascending => narrow(start, end),
            Direction::Descending => narrow(end, start),
        }
    }
    for (operator, value) in filter::ranges(query.filter.as_ref(), field) {
        // A range never leaves the type of its operand.
        let (first, last) = index::keys_of_type(value);
        match operator {
            Operator::LessThan | Operator::LessThanOrEqual => narrow(Some(first), Some(index::key(value))),
            Operator::GreaterThan | Operator::GreaterThanOrEqual => {
                narrow(Some(index::key(value)), Some(last));
            }
            _ => {}
        }
    }
    bounds
}

/// Where a cursor stands that names a document of the collection.
fn behind(database: &Database, collection: &CollectionPath, cursor: &Cursor) -> Option<Edge> {
    match cursor.values.as_slice() {
        [Value::Reference(name)] => {
            let path = database.path_of(name).ok().filter(|path| path.parent() == *collection)?;
            // The pass goes along names; numbers stand elsewhere in that order.
            if numeric_id(path.id()).is_some() {
                return None;
            }
            Some(Edge { path: path.as_str().to_owned(), included: cursor.before })
        }
        _ => None,
    }
}
