//! Searches by vectors, as queries bring them.

use serde::{Deserialize, Deserializer};

use super::{
    named,
    query::{FieldIn, some_integer},
};
use crate::{
    embedded::{fault::Fault, limits},
    name::is_reserved,
    query::{DistanceMeasure, MAX_LIMIT, Nearest},
    value::{UNSET, Value, WireDouble},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NearestIn {
    vector_field: Option<FieldIn>,
    query_vector: Option<Value>,
    distance_measure: Option<MeasureIn>,
    #[serde(default, deserialize_with = "some_integer")]
    limit: Option<i64>,
    distance_result_field: Option<String>,
    distance_threshold: Option<WireDouble>,
}

/// None where it is left open in words.
#[derive(Clone, Copy)]
struct MeasureIn(Option<DistanceMeasure>);

impl<'de> Deserialize<'de> for MeasureIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = [
            ("DISTANCE_MEASURE_UNSPECIFIED", 0, Self(None)),
            ("EUCLIDEAN", 1, Self(Some(DistanceMeasure::Euclidean))),
            ("COSINE", 2, Self(Some(DistanceMeasure::Cosine))),
            ("DOT_PRODUCT", 3, Self(Some(DistanceMeasure::DotProduct))),
        ];
        named(deserializer, &names)
    }
}

impl NearestIn {
    pub(super) fn located(self) -> Result<Nearest, Fault> {
        let vector = match self.query_vector.ok_or_else(|| Fault::invalid(UNSET))? {
            Value::Vector(vector) => vector,
            other => {
                limits::check_operand(&other)?;
                return Err(Fault::invalid("Query Value must be of type vector."));
            }
        };
        let field = self.vector_field.ok_or_else(|| Fault::invalid("Invalid empty property path string."))?;
        let measure = self.distance_measure.and_then(|MeasureIn(measure)| measure);
        let limit = self.limit.and_then(|limit| u32::try_from(limit).ok());
        let threshold = self.distance_threshold.map(|WireDouble(threshold)| threshold);
        if !threshold.is_none_or(f64::is_finite) {
            return Err(Fault::invalid("distanceThreshold must be a finite number."));
        }
        Ok(Nearest {
            field: field.located()?,
            vector,
            measure: measure.ok_or_else(|| Fault::invalid("Unknown Distance Measure."))?,
            limit: limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| {
                Fault::invalid(format!(
                    "FindNearest.limit must be a positive integer of no more than {MAX_LIMIT}"
                ))
            })?,
            threshold,
            result_field: self
                .distance_result_field
                .filter(|name| !name.is_empty())
                .map(checked)
                .transpose()?,
        })
    }
}

fn checked(result_field: String) -> Result<String, Fault> {
    const WHAT: &str = "The distanceResultField.property.name";
    if result_field.len() > limits::MAX_NAME_BYTES {
        return Err(Fault::invalid(format!("{WHAT} is longer than {} bytes.", limits::MAX_NAME_BYTES)));
    }
    if is_reserved(&result_field) {
        return Err(Fault::invalid(format!("{WHAT} \"{result_field}\" is reserved.")));
    }
    Ok(result_field)
}
