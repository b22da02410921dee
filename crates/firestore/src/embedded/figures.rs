//! Aggregations over the documents of a query.

use super::{
    fault::Fault,
    limits, search,
    shelf::Stored,
    transform::double_of,
    wire::{AggregationIn, FigureIn},
};
use crate::{
    aggregate::Aggregation,
    field_path::FieldPath,
    name::is_reserved,
    query::Query,
    value::{Fields, Value},
};

/// Most aggregations of one call.
const MAX_AGGREGATIONS: usize = 5;

/// An aggregation and what its result is called.
pub(super) struct Named {
    alias: String,
    aggregation: Aggregation,
}

/// Reads what was asked; results without a name are called `field_1`, `field_2`, ….
pub(super) fn named(asked: Vec<AggregationIn>) -> Result<Vec<Named>, Fault> {
    if asked.is_empty() {
        return Err(Fault::invalid("Aggregations can not be empty."));
    }
    if asked.len() > MAX_AGGREGATIONS {
        return Err(Fault::invalid(format!(
            "The maximum number of aggregations allowed in an aggregation query is {MAX_AGGREGATIONS}. Received: {}",
            asked.len()
        )));
    }
    let mut unnamed = 0;
    let mut named: Vec<Named> = Vec::with_capacity(asked.len());
    for AggregationIn { alias, count, sum, avg } in asked {
        let aggregation = match (count, sum, avg) {
            (Some(count), None, None) => Aggregation::Count { up_to: count.up_to.map(counted).transpose()? },
            (None, Some(sum), None) => Aggregation::Sum(summed(sum)?),
            (None, None, Some(average)) => Aggregation::Average(summed(average)?),
            _ => return Err(Fault::invalid("Operator field in Aggregation is not set.")),
        };
        let alias = alias.filter(|alias| !alias.is_empty()).unwrap_or_else(|| {
            unnamed += 1;
            format!("field_{unnamed}")
        });
        if is_reserved(&alias) {
            return Err(Fault::invalid(format!("The property.name \"{alias}\" is reserved.")));
        }
        if alias.len() > limits::MAX_NAME_BYTES {
            return Err(Fault::invalid(format!(
                "The property.name is longer than {} bytes.",
                limits::MAX_NAME_BYTES
            )));
        }
        if named.iter().any(|other| other.alias == alias) {
            return Err(Fault::invalid(format!("Aggregation aliases contain duplicate alias: {alias}.")));
        }
        named.push(Named { alias, aggregation });
    }
    Ok(named)
}

fn summed(asked: FigureIn) -> Result<FieldPath, Fault> {
    let field =
        asked.field.ok_or_else(|| Fault::invalid("Invalid empty property path string."))?.located()?;
    if field.is_document_id() {
        return Err(Fault::invalid("Aggregations are not supported for the property: __key__"));
    }
    Ok(field)
}

/// Nothing is counted beyond 32 bits.
fn counted(up_to: i64) -> Result<u32, Fault> {
    if up_to < 0 {
        return Err(Fault::invalid(
            "The `up_to` value in a COUNT aggregation must be greater than or equal to zero.",
        ));
    }
    Ok(u32::try_from(up_to).unwrap_or(u32::MAX))
}

/// Refuses figures of fields that no index holds in the order of the query.
pub(super) fn check(named: &[Named], query: &Query) -> Result<(), Fault> {
    if fields(named).any(FieldPath::is_document_id) {
        return Err(Fault::invalid("Aggregations are not supported for the property: __key__"));
    }
    let ranged = search::ranged(query);
    let ordered =
        |path: &FieldPath| ranged.contains(path) || query.order.iter().any(|(ordered, _)| ordered == path);
    let lacking = fields(named).find(|path| !ordered(path));
    match lacking {
        Some(path) if search::is_by_name(query) => Err(Fault::invalid(format!(
            "This query requires an index that has fields [{path}] after __name__ and Firestore does not currently \
             support such an index. Please try the query again with additional ordering on those fields."
        ))),
        _ => Ok(()),
    }
}

/// The fields that are summed or averaged: all figures are over the documents that have every one of them.
pub(super) fn fields(named: &[Named]) -> impl Iterator<Item = &FieldPath> {
    named.iter().filter_map(|named| match &named.aggregation {
        Aggregation::Sum(path) | Aggregation::Average(path) => Some(path),
        Aggregation::Count { .. } => None,
    })
}

/// The figures of these documents.
pub(super) fn compute(named: &[Named], documents: &[Stored]) -> Fields {
    let figure = |named: &Named| match &named.aggregation {
        Aggregation::Count { up_to } => {
            let count = i64::try_from(documents.len()).unwrap_or(i64::MAX);
            Value::Integer(up_to.map_or(count, |limit| count.min(limit.into())))
        }
        Aggregation::Sum(path) => sum(numbers(documents, path)),
        Aggregation::Average(path) => average(numbers(documents, path)),
    };
    named.iter().map(|named| (named.alias.clone(), figure(named))).collect()
}

fn numbers<'a>(documents: &'a [Stored], path: &'a FieldPath) -> impl Iterator<Item = &'a Value> {
    let values = documents.iter().filter_map(|document| super::fields::get(&document.fields, path));
    values.filter(|value| matches!(value, Value::Integer(_) | Value::Double(_)))
}

/// An integer as long as it is one; a double where a double takes part or 64 bits do not hold the sum.
fn sum<'a>(numbers: impl Iterator<Item = &'a Value>) -> Value {
    let total = Total::of(numbers);
    match (total.doubles, i64::try_from(total.integers)) {
        (None, Ok(sum)) => Value::Integer(sum),
        _ => Value::Double(total.as_double()),
    }
}

fn average<'a>(numbers: impl Iterator<Item = &'a Value>) -> Value {
    let total = Total::of(numbers);
    if total.count == 0.0 { Value::Null } else { Value::Double(total.as_double() / total.count) }
}

/// Numbers added up: the integers exactly, the doubles as they come.
#[derive(Default)]
struct Total {
    integers: i128,
    doubles: Option<f64>,
    count: f64,
}

impl Total {
    fn of<'a>(numbers: impl Iterator<Item = &'a Value>) -> Self {
        let mut total = Self::default();
        for number in numbers {
            total.count += 1.0;
            match number {
                Value::Integer(number) => total.integers += i128::from(*number),
                number => *total.doubles.get_or_insert(0.0) += double_of(number),
            }
        }
        total
    }

    #[allow(clippy::cast_precision_loss)] // A double is asked for here.
    fn as_double(&self) -> f64 {
        self.integers as f64 + self.doubles.unwrap_or(0.0)
    }
}
