//! Searching by vectors: which documents lie nearest to one.

use serde_json::{Value as Json, json};

use crate::{field_path::FieldPath, value::Value};

/// Most documents that a search by vectors finds.
pub const MAX_LIMIT: u32 = 1000;

/// The documents whose vector lies nearest to a given one, the nearest first.
///
/// Only documents with a vector of the same dimension are found; in production the field also needs a vector index.
/// Filters of the query hold before the search; it has no limit, offset or cursors of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// Where the documents have their vector.
    pub field: FieldPath,
    /// The vector they are compared with.
    pub vector: Vec<f64>,
    /// What near means.
    pub measure: DistanceMeasure,
    /// How many documents at most, 1 to [`MAX_LIMIT`].
    pub limit: u32,
    /// How far away a document may be; for [`DistanceMeasure::DotProduct`] the smallest product.
    pub threshold: Option<f64>,
    /// The name of a top-level field in which the distance is returned; a query that selects fields has to select it.
    pub result_field: Option<String>,
}

/// What near means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistanceMeasure {
    /// The length of the straight line between two vectors.
    Euclidean,
    /// One minus the cosine of the angle between them, 0 to 2: whatever their lengths.
    Cosine,
    /// Their scalar product: larger is nearer. The same order as cosine where all lengths are 1, and cheaper.
    DotProduct,
}

impl Nearest {
    /// So many documents at most whose vector is nearest to this one.
    pub fn to(vector: Vec<f64>, field: impl Into<FieldPath>, measure: DistanceMeasure, limit: u32) -> Self {
        Self { field: field.into(), vector, measure, limit, threshold: None, result_field: None }
    }

    /// Only documents at most so far away; with the scalar product, at least so large.
    #[must_use]
    pub fn within(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Returns the distance as a field of each document.
    #[must_use]
    pub fn telling(mut self, result_field: impl Into<String>) -> Self {
        self.result_field = Some(result_field.into());
        self
    }

    /// The `findNearest` of a query.
    pub(super) fn wire(&self) -> Json {
        let mut wire = json!({
            "vectorField": { "fieldPath": self.field.to_string() },
            "queryVector": Value::Vector(self.vector.clone()),
            "distanceMeasure": self.measure.wire(),
            "limit": self.limit,
        });
        if let Json::Object(wire) = &mut wire {
            wire.extend(self.threshold.map(|threshold| ("distanceThreshold".into(), json!(threshold))));
            wire.extend(self.result_field.as_ref().map(|name| ("distanceResultField".into(), json!(name))));
        }
        wire
    }
}

impl DistanceMeasure {
    fn wire(self) -> &'static str {
        match self {
            Self::Euclidean => "EUCLIDEAN",
            Self::Cosine => "COSINE",
            Self::DotProduct => "DOT_PRODUCT",
        }
    }
}
