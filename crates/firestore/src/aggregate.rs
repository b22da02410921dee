//! Aggregations over a query: answered without sending the documents.

use serde_json::{Value as Json, json};

use crate::{field_path::FieldPath, query::Query};

/// One figure over the documents of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aggregation {
    /// How many documents; counting stops at the limit, if there is one.
    Count {
        /// Where counting stops.
        up_to: Option<u32>,
    },
    /// The sum of a numeric field; 0 over nothing.
    Sum(FieldPath),
    /// The mean of a numeric field; null over nothing.
    Average(FieldPath),
}

/// The `structuredAggregationQuery` of a request; see [`alias`] for the names of the results.
pub(crate) fn wire(query: &Query, aggregations: &[Aggregation]) -> Json {
    let aggregations: Vec<Json> =
        aggregations.iter().enumerate().map(|(index, aggregation)| aggregation.wire(index)).collect();
    json!({ "structuredQuery": query.wire(), "aggregations": aggregations })
}

/// The name of a result: identifiers only, so not the bare number.
pub(crate) fn alias(index: usize) -> String {
    format!("a{index}")
}

impl Aggregation {
    fn wire(&self, index: usize) -> Json {
        let alias = alias(index);
        let field = |path: &FieldPath| json!({ "fieldPath": path.to_string() });
        match self {
            Self::Count { up_to: None } => json!({ "alias": alias, "count": {} }),
            Self::Count { up_to: Some(limit) } => {
                json!({ "alias": alias, "count": { "upTo": limit.to_string() } })
            }
            Self::Sum(path) => json!({ "alias": alias, "sum": { "field": field(path) } }),
            Self::Average(path) => json!({ "alias": alias, "avg": { "field": field(path) } }),
        }
    }
}
