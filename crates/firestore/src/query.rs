//! Structured queries.

mod nearest;

use serde_json::{Map, Value as Json, json};

use crate::{
    field_path::FieldPath,
    name::{CollectionPath, DocumentPath},
    value::Value,
};

pub use nearest::{DistanceMeasure, MAX_LIMIT, Nearest};

/// What is asked of one collection, or of all collections of one id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// The document below which is looked; the root where there is none.
    pub parent: Option<DocumentPath>,
    /// The id of the collections; every collection where there is none.
    pub collection: Option<String>,
    /// Also look below sub-documents: a collection group.
    pub all_descendants: bool,
    /// Which documents.
    pub filter: Option<Filter>,
    /// In which order; ties by name.
    pub order: Vec<(FieldPath, Direction)>,
    /// Where to begin, in the order.
    pub start: Option<Cursor>,
    /// Where to end, in the order.
    pub end: Option<Cursor>,
    /// Only the nearest to a vector, and in that order.
    pub nearest: Option<Nearest>,
    /// How many to pass over.
    pub offset: u32,
    /// How many at most.
    pub limit: Option<u32>,
    /// Which fields are returned; all where there are none.
    pub select: Option<Vec<FieldPath>>,
}

/// Which documents a query wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of these hold.
    And(Vec<Filter>),
    /// One of these holds.
    Or(Vec<Filter>),
    /// A field compared to a value.
    Field(FieldPath, Operator, Value),
    /// A field by itself.
    Unary(FieldPath, UnaryOperator),
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Firestore's own names.
pub enum Operator {
    LessThan,
    LessThanOrEqual,
    GreaterThan,
    GreaterThanOrEqual,
    Equal,
    NotEqual,
    ArrayContains,
    In,
    ArrayContainsAny,
    NotIn,
}

/// What is asked of a field by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Firestore's own names.
pub enum UnaryOperator {
    IsNan,
    IsNull,
    IsNotNan,
    IsNotNull,
}

/// Which way an order runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum Direction {
    #[default]
    Ascending,
    Descending,
}

/// A position in the order: one value for each leading order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cursor {
    /// The values, as many as the order has fields, or fewer.
    pub values: Vec<Value>,
    /// Just before the documents with these values, or just after them.
    pub before: bool,
}

impl Query {
    /// The documents of one collection.
    pub fn collection(path: &CollectionPath) -> Self {
        Self { parent: path.parent(), collection: Some(path.id().to_owned()), ..Self::default() }
    }

    /// The documents of every collection with this id.
    pub fn group(id: impl Into<String>) -> Self {
        Self { collection: Some(id.into()), all_descendants: true, ..Self::default() }
    }

    /// Narrows a collection group to what stands below a document.
    #[must_use]
    pub fn below(mut self, parent: DocumentPath) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Adds a filter; all filters have to hold.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(match self.filter {
            None => filter,
            Some(Filter::And(mut all)) => {
                all.push(filter);
                Filter::And(all)
            }
            Some(first) => Filter::And(vec![first, filter]),
        });
        self
    }

    /// Adds a comparison; all filters have to hold.
    #[must_use]
    pub fn whose(self, field: impl Into<FieldPath>, operator: Operator, value: impl Into<Value>) -> Self {
        self.filter(Filter::Field(field.into(), operator, value.into()))
    }

    /// Adds an order.
    #[must_use]
    pub fn order_by(mut self, field: impl Into<FieldPath>, direction: Direction) -> Self {
        self.order.push((field.into(), direction));
        self
    }

    /// Begins at these values (`before`) or behind them.
    #[must_use]
    pub fn start(mut self, cursor: Cursor) -> Self {
        self.start = Some(cursor);
        self
    }

    /// Ends just before these values (`before`) or with them.
    #[must_use]
    pub fn end(mut self, cursor: Cursor) -> Self {
        self.end = Some(cursor);
        self
    }

    /// Finds the documents whose vector is nearest to a given one, in that order. Such a query has no limit, offset
    /// or cursors beside those of the search.
    #[must_use]
    pub fn nearest(mut self, nearest: Nearest) -> Self {
        self.nearest = Some(nearest);
        self
    }

    /// Passes over the first documents. They are billed nevertheless: prefer a cursor.
    #[must_use]
    pub fn offset(mut self, count: u32) -> Self {
        self.offset = count;
        self
    }

    /// Returns so many documents at most.
    #[must_use]
    pub fn limit(mut self, count: u32) -> Self {
        self.limit = Some(count);
        self
    }

    /// Returns these fields only.
    #[must_use]
    pub fn select<P: Into<FieldPath>>(mut self, fields: impl IntoIterator<Item = P>) -> Self {
        self.select = Some(fields.into_iter().map(Into::into).collect());
        self
    }

    /// The `structuredQuery` of a request.
    pub(crate) fn wire(&self) -> Json {
        let mut wire = Map::new();
        if self.collection.is_some() || self.all_descendants {
            let mut from = Map::new();
            if let Some(id) = &self.collection {
                from.insert("collectionId".into(), json!(id));
            }
            if self.all_descendants {
                from.insert("allDescendants".into(), json!(true));
            }
            wire.insert("from".into(), json!([from]));
        }
        if let Some(filter) = &self.filter {
            wire.insert("where".into(), filter.wire());
        }
        if !self.order.is_empty() {
            let order = self
                .order
                .iter()
                .map(|(path, direction)| json!({ "field": reference(path), "direction": direction.wire() }));
            wire.insert("orderBy".into(), order.collect());
        }
        for (key, cursor) in [("startAt", &self.start), ("endAt", &self.end)] {
            if let Some(Cursor { values, before }) = cursor {
                wire.insert(key.into(), json!({ "values": values, "before": before }));
            }
        }
        if let Some(nearest) = &self.nearest {
            wire.insert("findNearest".into(), nearest.wire());
        }
        if self.offset > 0 {
            wire.insert("offset".into(), json!(self.offset));
        }
        if let Some(limit) = self.limit {
            wire.insert("limit".into(), json!(limit));
        }
        if let Some(fields) = &self.select {
            let fields: Vec<Json> = fields.iter().map(reference).collect();
            wire.insert("select".into(), json!({ "fields": fields }));
        }
        Json::Object(wire)
    }
}

impl Filter {
    fn wire(&self) -> Json {
        let composite = |op: &str, filters: &[Filter]| {
            let filters: Vec<Json> = filters.iter().map(Filter::wire).collect();
            json!({ "compositeFilter": { "op": op, "filters": filters } })
        };
        match self {
            Self::And(filters) => composite("AND", filters),
            Self::Or(filters) => composite("OR", filters),
            Self::Field(path, operator, value) => {
                json!({ "fieldFilter": { "field": reference(path), "op": operator.wire(), "value": value } })
            }
            Self::Unary(path, operator) => {
                json!({ "unaryFilter": { "field": reference(path), "op": operator.wire() } })
            }
        }
    }
}

impl Operator {
    fn wire(self) -> &'static str {
        match self {
            Self::LessThan => "LESS_THAN",
            Self::LessThanOrEqual => "LESS_THAN_OR_EQUAL",
            Self::GreaterThan => "GREATER_THAN",
            Self::GreaterThanOrEqual => "GREATER_THAN_OR_EQUAL",
            Self::Equal => "EQUAL",
            Self::NotEqual => "NOT_EQUAL",
            Self::ArrayContains => "ARRAY_CONTAINS",
            Self::In => "IN",
            Self::ArrayContainsAny => "ARRAY_CONTAINS_ANY",
            Self::NotIn => "NOT_IN",
        }
    }
}

impl UnaryOperator {
    fn wire(self) -> &'static str {
        match self {
            Self::IsNan => "IS_NAN",
            Self::IsNull => "IS_NULL",
            Self::IsNotNan => "IS_NOT_NAN",
            Self::IsNotNull => "IS_NOT_NULL",
        }
    }
}

impl Direction {
    fn wire(self) -> &'static str {
        match self {
            Self::Ascending => "ASCENDING",
            Self::Descending => "DESCENDING",
        }
    }
}

fn reference(path: &FieldPath) -> Json {
    json!({ "fieldPath": path.to_string() })
}
