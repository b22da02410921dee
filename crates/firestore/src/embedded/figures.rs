//! Aggregations over the documents of a query.

use super::{
    fault::Fault,
    fields, limits,
    shelf::Stored,
    transform::double_of,
    wire::{AggregationIn, FigureIn},
};
use crate::{
    aggregate::Aggregation,
    field_path::FieldPath,
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
        if limits::is_reserved(&alias) {
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

/// The figures. All of them are over the same documents: those that have every field that is summed or averaged.
pub(super) fn compute(named: &[Named], documents: &[Stored]) -> Fields {
    let needed: Vec<&FieldPath> = named
        .iter()
        .filter_map(|named| match &named.aggregation {
            Aggregation::Sum(path) | Aggregation::Average(path) => Some(path),
            Aggregation::Count { .. } => None,
        })
        .collect();
    let counted: Vec<&Stored> = documents
        .iter()
        .filter(|document| needed.iter().all(|path| fields::get(&document.fields, path).is_some()))
        .collect();

    let figure = |named: &Named| match &named.aggregation {
        Aggregation::Count { up_to } => {
            let count = i64::try_from(counted.len()).unwrap_or(i64::MAX);
            Value::Integer(up_to.map_or(count, |limit| count.min(limit.into())))
        }
        Aggregation::Sum(path) => sum(numbers(&counted, path)),
        Aggregation::Average(path) => average(numbers(&counted, path)),
    };
    named.iter().map(|named| (named.alias.clone(), figure(named))).collect()
}

fn numbers<'a>(documents: &'a [&Stored], path: &'a FieldPath) -> impl Iterator<Item = &'a Value> {
    let values = documents.iter().filter_map(|document| fields::get(&document.fields, path));
    values.filter(|value| matches!(value, Value::Integer(_) | Value::Double(_)))
}

/// An integer as long as it is one; a double where a double takes part or 64 bits do not hold the sum.
fn sum<'a>(numbers: impl Iterator<Item = &'a Value>) -> Value {
    let mut exact: i128 = 0;
    let mut rest: Option<f64> = None;
    for number in numbers {
        match number {
            Value::Integer(number) => exact += i128::from(*number),
            number => *rest.get_or_insert(0.0) += double_of(number),
        }
    }
    #[allow(clippy::cast_precision_loss)] // A double is asked for here.
    let as_double = exact as f64;
    match (rest, i64::try_from(exact)) {
        (None, Ok(sum)) => Value::Integer(sum),
        (rest, _) => Value::Double(as_double + rest.unwrap_or(0.0)),
    }
}

fn average<'a>(numbers: impl Iterator<Item = &'a Value>) -> Value {
    let (mut total, mut count) = (0.0, 0.0);
    for number in numbers {
        total += double_of(number);
        count += 1.0;
    }
    if count == 0.0 { Value::Null } else { Value::Double(total / count) }
}
