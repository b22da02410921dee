//! Which indexes a query needs in production, and whether a `firestore.indexes.json` has them.
//!
//! The emulator and our own store answer every query. Production answers only from an index, and refuses a query that
//! has none with `FAILED_PRECONDITION`: a fault that no test against a store would show. So it is computed here, from
//! the query alone.
//!
//! The rules (<https://firebase.google.com/docs/firestore/query-data/index-overview>):
//! - every field has ascending, descending and array indexes of its own in each collection, unless the file exempts it;
//!   across a collection group it has those that the file gives it;
//! - more than one field needs a composite index: fields compared for equality first, in any order and direction; then
//!   the fields of the order, in their order and direction. No index is read backwards;
//! - every index ends with the document's name, in the direction of its last field.
//!
//! Firestore can also merge several indexes into one answer. That is not relied on here: such a query reads more index
//! entries than it returns, without a bound. A sum or an average needs its field in the index as well; those are not
//! looked at.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::field_path::{FieldPath, FieldPathError};
use crate::query::{Direction, Filter, Operator, Query, UnaryOperator};

/// Most alternatives that Firestore makes of the `OR` and `IN` of one query.
const MAX_ALTERNATIVES: usize = 30;

/// What an index spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// Each collection of an id by itself.
    Collection,
    /// All collections of an id together.
    CollectionGroup,
}

/// How an index holds a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// From the lowest value to the highest.
    Ascending,
    /// From the highest value to the lowest.
    Descending,
    /// By the elements of an array.
    Contains,
}

impl From<Direction> for Mode {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Ascending => Self::Ascending,
            Direction::Descending => Self::Descending,
        }
    }
}

/// A composite index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The id of the collections.
    pub collection: String,
    /// Whether they are taken together.
    pub scope: Scope,
    /// The fields; the name at the end only where it is written out.
    pub fields: Vec<(FieldPath, Mode)>,
}

/// As it stands in the file.
impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().map(|(path, mode)| match mode {
            Mode::Ascending => json!({ "fieldPath": path.to_string(), "order": "ASCENDING" }),
            Mode::Descending => json!({ "fieldPath": path.to_string(), "order": "DESCENDING" }),
            Mode::Contains => json!({ "fieldPath": path.to_string(), "arrayConfig": "CONTAINS" }),
        });
        let fields: Vec<_> = fields.collect();
        let index = json!({ "collectionGroup": self.collection, "queryScope": self.scope, "fields": fields });
        write!(f, "{index}")
    }
}

/// What one alternative of a query asks of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The id of the collections.
    pub collection: String,
    /// Whether they are taken together.
    pub scope: Scope,
    /// Compared for equality.
    pub equal: BTreeSet<FieldPath>,
    /// Arrays that are looked into; Firestore allows one.
    pub contains: BTreeSet<FieldPath>,
    /// In this order, after those; without the name.
    pub ordered: Vec<(FieldPath, Direction)>,
    /// Which way the name runs in the end.
    pub name: Direction,
}

/// Why no index would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    /// The query names no collection: indexes belong to collection ids.
    #[error("a query over every collection has no index")]
    EveryCollection,
    /// More `OR` and `IN` than Firestore takes.
    #[error("the query has more than {MAX_ALTERNATIVES} alternatives")]
    TooManyAlternatives,
}

/// What a query needs, one item for each alternative of its `OR`s.
///
/// # Errors
/// [`Unanswerable`]
pub fn needs(query: &Query) -> Result<Vec<Need>, Unanswerable> {
    let collection = query.collection.as_ref().ok_or(Unanswerable::EveryCollection)?;
    let scope = if query.all_descendants { Scope::CollectionGroup } else { Scope::Collection };
    let alternatives = match &query.filter {
        None => vec![Vec::new()],
        Some(filter) => alternatives(filter)?,
    };
    let mut needs = Vec::new();
    for alternative in alternatives {
        let need = need(collection, scope, &alternative, &query.order);
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    Ok(needs)
}

/// The comparisons that hold together, for each alternative.
fn alternatives(filter: &Filter) -> Result<Vec<Vec<&Filter>>, Unanswerable> {
    let found = match filter {
        Filter::Field(..) | Filter::Unary(..) => vec![vec![filter]],
        Filter::Or(filters) => {
            let each = filters.iter().map(alternatives).collect::<Result<Vec<_>, _>>()?;
            each.into_iter().flatten().collect()
        }
        Filter::And(filters) => {
            let mut all = vec![Vec::new()];
            for filter in filters {
                let more = alternatives(filter)?;
                let both =
                    |one: &Vec<_>| more.iter().map(|other| [&**one, &**other].concat()).collect::<Vec<_>>();
                all = all.iter().flat_map(both).collect();
                if all.len() > MAX_ALTERNATIVES {
                    return Err(Unanswerable::TooManyAlternatives);
                }
            }
            all
        }
    };
    if found.len() > MAX_ALTERNATIVES { Err(Unanswerable::TooManyAlternatives) } else { Ok(found) }
}

fn need(collection: &str, scope: Scope, filters: &[&Filter], order: &[(FieldPath, Direction)]) -> Need {
    let (mut equal, mut contains, mut unequal) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for filter in filters {
        let (path, fields) = match filter {
            Filter::Field(path, operator, _) => match operator {
                // `IN` is as many equalities.
                Operator::Equal | Operator::In => (path, &mut equal),
                Operator::ArrayContains | Operator::ArrayContainsAny => (path, &mut contains),
                Operator::LessThan
                | Operator::LessThanOrEqual
                | Operator::GreaterThan
                | Operator::GreaterThanOrEqual
                | Operator::NotEqual
                | Operator::NotIn => (path, &mut unequal),
            },
            Filter::Unary(path, UnaryOperator::IsNan | UnaryOperator::IsNull) => (path, &mut equal),
            Filter::Unary(path, UnaryOperator::IsNotNan | UnaryOperator::IsNotNull) => (path, &mut unequal),
            // `alternatives` leaves comparisons only.
            Filter::And(_) | Filter::Or(_) => continue,
        };
        if !path.is_document_id() {
            fields.insert(path.clone());
        }
    }

    // What stands behind the name orders nothing.
    let mut ordered: Vec<_> = order.iter().take_while(|(path, _)| !path.is_document_id()).cloned().collect();
    let last = ordered.last().map_or(Direction::Ascending, |(_, direction)| *direction);
    let name = order.iter().find(|(path, _)| path.is_document_id()).map_or(last, |(_, direction)| *direction);
    // Firestore orders by the fields of inequalities too, after those that are named.
    for path in unequal {
        if !ordered.iter().any(|(other, _)| *other == path) {
            ordered.push((path, last));
        }
    }
    // What is equal throughout orders nothing.
    ordered.retain(|(path, _)| !equal.contains(path));
    Need { collection: collection.to_owned(), scope, equal, contains, ordered, name }
}

impl Need {
    /// An index that would do, whatever else there is.
    #[must_use]
    pub fn index(&self) -> Index {
        let equal = self.equal.iter().map(|path| (path.clone(), Mode::Ascending));
        let contains = self.contains.iter().map(|path| (path.clone(), Mode::Contains));
        let ordered = self.ordered.iter().map(|(path, direction)| (path.clone(), (*direction).into()));
        let mut fields: Vec<(FieldPath, Mode)> = equal.chain(contains).chain(ordered).collect();
        if name_after(&fields) != self.name {
            fields.push((FieldPath::document_id(), self.name.into()));
        }
        Index { collection: self.collection.clone(), scope: self.scope, fields }
    }

    /// The one field, if there is just one, and how it is to be held.
    fn single(&self) -> Option<(&FieldPath, Mode)> {
        // For an equality either direction does: the one in which the name runs as asked.
        let equal = self.equal.iter().map(|path| (path, self.name.into()));
        let contains = self.contains.iter().map(|path| (path, Mode::Contains));
        let ordered = self.ordered.iter().map(|(path, direction)| (path, (*direction).into()));
        let mut fields = equal.chain(contains).chain(ordered);
        let (path, mode) = fields.next()?;
        let alone = fields.next().is_none() && name_after(&[(path.clone(), mode)]) == self.name;
        alone.then_some((path, mode))
    }

    fn is_met_by(&self, index: &Index) -> bool {
        if (&index.collection, index.scope) != (&self.collection, self.scope) {
            return false;
        }
        let name = name_after(&index.fields);
        let named = index.fields.iter().filter(|(path, _)| !path.is_document_id());
        let fields: Vec<_> = named.map(|(path, mode)| (path, *mode)).collect();
        let Some((first, rest)) = fields.split_at_checked(self.equal.len() + self.contains.len()) else {
            return false;
        };
        let in_front = |contains: bool| {
            let fields = first.iter().filter(move |(_, mode)| (*mode == Mode::Contains) == contains);
            fields.map(|(path, _)| (*path).clone()).collect::<BTreeSet<_>>()
        };
        let ordered = self.ordered.iter().map(|(path, direction)| (path, Mode::from(*direction)));
        name == self.name
            && in_front(false) == self.equal
            && in_front(true) == self.contains
            && rest.iter().copied().eq(ordered)
    }
}

/// Which way the name runs at the end of an index.
fn name_after(fields: &[(FieldPath, Mode)]) -> Direction {
    match fields.last() {
        Some((_, Mode::Descending)) => Direction::Descending,
        Some((_, Mode::Ascending | Mode::Contains)) | None => Direction::Ascending,
    }
}

/// What a database has: the content of a `firestore.indexes.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexes {
    composites: Vec<Index>,
    overrides: Vec<FieldOverride>,
}

/// What a field has instead of the automatic indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FieldOverride {
    collection: String,
    /// Also speaks for the fields within, unless they have their own.
    field: FieldPath,
    indexes: Vec<(Mode, Scope)>,
}

/// What answers a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The documents in the order of their names.
    Names,
    /// The index that a field has by itself.
    SingleField,
    /// This one.
    Composite(&'a Index),
}

impl Indexes {
    /// The composite indexes.
    #[must_use]
    pub fn composites(&self) -> &[Index] {
        &self.composites
    }

    /// What answers such a query; nothing when production would refuse it.
    #[must_use]
    pub fn answer(&self, need: &Need) -> Option<Answer<'_>> {
        if need.index().fields.is_empty() {
            return Some(Answer::Names);
        }
        if need.single().is_some_and(|(field, mode)| self.holds(&need.collection, field, mode, need.scope)) {
            return Some(Answer::SingleField);
        }
        self.composites.iter().find(|index| need.is_met_by(index)).map(Answer::Composite)
    }

    /// Whether a field has this index by itself.
    fn holds(&self, collection: &str, field: &FieldPath, mode: Mode, scope: Scope) -> bool {
        let of_it = self.overrides.iter().filter(|over| over.collection == collection);
        let about = of_it.filter(|over| field.names().starts_with(over.field.names()));
        match about.max_by_key(|over| over.field.names().len()) {
            Some(nearest) => nearest.indexes.contains(&(mode, scope)),
            None => scope == Scope::Collection,
        }
    }
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IndexFileError {
    /// It is not JSON, or has keys that the Firebase CLI does not know.
    #[error("not an index file: {0}")]
    Form(#[from] serde_json::Error),
    /// A field that is none.
    #[error(transparent)]
    Field(#[from] FieldPathError),
    /// A field is held in no way, or in two.
    #[error("`{0}` needs either `order` or `arrayConfig`")]
    Mode(String),
}

mod file {
    //! The file, as the Firebase CLI has it.

    use serde::Deserialize;

    use super::Scope;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct File {
        pub(super) indexes: Vec<Index>,
        #[serde(default)]
        pub(super) field_overrides: Vec<Override>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Index {
        pub(super) collection_group: String,
        pub(super) query_scope: Scope,
        pub(super) fields: Vec<Field>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Field {
        pub(super) field_path: String,
        pub(super) order: Option<Order>,
        pub(super) array_config: Option<Array>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Override {
        pub(super) collection_group: String,
        pub(super) field_path: String,
        pub(super) indexes: Vec<Single>,
        /// Whether the field says when its document may be deleted; no matter of a query.
        #[serde(default, rename = "ttl")]
        pub(super) _ttl: bool,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Single {
        pub(super) query_scope: Scope,
        pub(super) order: Option<Order>,
        pub(super) array_config: Option<Array>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub(super) enum Order {
        Ascending,
        Descending,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub(super) enum Array {
        Contains,
    }
}

impl std::str::FromStr for Indexes {
    type Err = IndexFileError;

    fn from_str(text: &str) -> Result<Self, IndexFileError> {
        let file::File { indexes, field_overrides } = serde_json::from_str(text)?;
        let mut composites = Vec::new();
        for file::Index { collection_group: collection, query_scope: scope, fields } in indexes {
            let field = |field: file::Field| {
                let mode = mode(&field.field_path, field.order, field.array_config)?;
                Ok((FieldPath::parse(&field.field_path)?, mode))
            };
            let fields = fields.into_iter().map(field).collect::<Result<_, IndexFileError>>()?;
            composites.push(Index { collection, scope, fields });
        }
        let mut overrides = Vec::new();
        for file::Override { collection_group: collection, field_path, indexes, .. } in field_overrides {
            let single = |index: file::Single| {
                Ok((mode(&field_path, index.order, index.array_config)?, index.query_scope))
            };
            let indexes = indexes.into_iter().map(single).collect::<Result<_, IndexFileError>>()?;
            overrides.push(FieldOverride { collection, field: FieldPath::parse(&field_path)?, indexes });
        }
        Ok(Self { composites, overrides })
    }
}

fn mode(field: &str, order: Option<file::Order>, array: Option<file::Array>) -> Result<Mode, IndexFileError> {
    match (order, array) {
        (Some(file::Order::Ascending), None) => Ok(Mode::Ascending),
        (Some(file::Order::Descending), None) => Ok(Mode::Descending),
        (None, Some(file::Array::Contains)) => Ok(Mode::Contains),
        (None, None) | (Some(_), Some(_)) => Err(IndexFileError::Mode(field.to_owned())),
    }
}

#[cfg(test)]
mod tests;
