//! Which documents a query wants.

use super::Candidate;
use crate::{
    field_path::FieldPath,
    query::{Filter, Operator, UnaryOperator},
    value::{Value, order},
};

/// The fields that are compared by range: a query is ordered by them, if by nothing else.
pub(super) fn ranged(filter: &Filter) -> Vec<FieldPath> {
    let mut fields = Vec::new();
    let _: Result<(), ()> = visit(filter, &mut |filter| {
        let field = match filter {
            // A range from nowhere holds nothing, and orders nothing.
            Filter::Field(path, operator, operand) if is_range(*operator) && !is_void(*operator, operand) => {
                path
            }
            Filter::Unary(path, UnaryOperator::IsNotNan | UnaryOperator::IsNotNull) => path,
            _ => return Ok(()),
        };
        fields.push(field.clone());
        Ok(())
    });
    fields.sort();
    fields.dedup();
    fields
}

/// Is this a comparison that nothing passes?
fn is_void(operator: Operator, operand: &Value) -> bool {
    match operand {
        Value::Null => true,
        Value::Array(values) => operator == Operator::NotIn && values.iter().all(is_null),
        _ => is_nan(operand) && is_ordering(operator),
    }
}

fn is_range(operator: Operator) -> bool {
    is_ordering(operator) || matches!(operator, Operator::NotEqual | Operator::NotIn)
}

fn is_ordering(operator: Operator) -> bool {
    use Operator::{GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual};
    matches!(operator, LessThan | LessThanOrEqual | GreaterThan | GreaterThanOrEqual)
}

/// A field of a document that a filter looks at, if it looks at more than names.
pub(super) fn field(filter: &Filter) -> Option<FieldPath> {
    let found = visit(filter, &mut |filter| match filter {
        Filter::Field(path, ..) | Filter::Unary(path, _) if !path.is_document_id() => Err(path.clone()),
        _ => Ok(()),
    });
    found.err()
}

/// Does a filter look at names?
pub(super) fn asks_for_names(filter: &Filter) -> bool {
    let found = visit(filter, &mut |filter| match filter {
        Filter::Field(path, ..) | Filter::Unary(path, _) if path.is_document_id() => Err(()),
        _ => Ok(()),
    });
    found.is_err()
}

/// The comparisons of a field by range that every match has to fulfil.
pub(super) fn ranges<'a>(filter: Option<&'a Filter>, field: &FieldPath) -> Vec<(Operator, &'a Value)> {
    match filter {
        Some(Filter::And(filters)) => filters.iter().flat_map(|filter| ranges(Some(filter), field)).collect(),
        Some(Filter::Field(path, operator, value)) if is_ordering(*operator) && path == field => {
            vec![(*operator, value)]
        }
        _ => Vec::new(),
    }
}

/// The one value that a unary filter lets through, if it is one.
pub(super) fn only_value(operator: UnaryOperator) -> Option<Value> {
    match operator {
        UnaryOperator::IsNull => Some(Value::Null),
        UnaryOperator::IsNan => Some(Value::Double(f64::NAN)),
        UnaryOperator::IsNotNull | UnaryOperator::IsNotNan => None,
    }
}

/// Does a document pass?
pub(super) fn matches(filter: &Filter, candidate: &Candidate<'_>) -> bool {
    match filter {
        Filter::And(filters) => filters.iter().all(|filter| matches(filter, candidate)),
        Filter::Or(filters) => filters.iter().any(|filter| matches(filter, candidate)),
        Filter::Field(path, operator, operand) => {
            candidate.get(path).is_some_and(|actual| compares(&actual, *operator, operand))
        }
        Filter::Unary(path, operator) => candidate.get(path).is_some_and(|actual| match operator {
            UnaryOperator::IsNull => is_null(&actual),
            UnaryOperator::IsNotNull => !is_null(&actual),
            UnaryOperator::IsNan => is_nan(&actual),
            UnaryOperator::IsNotNan => !is_nan(&actual) && !is_null(&actual),
        }),
    }
}

fn compares(actual: &Value, operator: Operator, operand: &Value) -> bool {
    let ordered = |wanted: fn(std::cmp::Ordering) -> bool| {
        let comparable =
            order::same_type(actual, operand) && ![actual, operand].into_iter().any(is_unordered);
        comparable && wanted(order::compare(actual, operand))
    };
    let alternatives = match operand {
        Value::Array(values) => values.as_slice(),
        _ => &[],
    };
    let elements = match actual {
        Value::Array(values) => values.as_slice(),
        _ => &[],
    };
    match operator {
        Operator::Equal => equals(actual, operand),
        Operator::NotEqual => !is_null(actual) && !is_null(operand) && !equals(actual, operand),
        Operator::LessThan => ordered(std::cmp::Ordering::is_lt),
        Operator::LessThanOrEqual => ordered(std::cmp::Ordering::is_le),
        Operator::GreaterThan => ordered(std::cmp::Ordering::is_gt),
        Operator::GreaterThanOrEqual => ordered(std::cmp::Ordering::is_ge),
        Operator::In => alternatives.iter().any(|operand| equals(actual, operand)),
        Operator::NotIn => {
            let excluded = |operand: &Value| is_null(operand) || equals(actual, operand);
            !is_null(actual) && !alternatives.iter().any(excluded)
        }
        Operator::ArrayContains => elements.iter().any(|element| equals(element, operand)),
        Operator::ArrayContainsAny => {
            elements.iter().any(|element| alternatives.iter().any(|operand| equals(element, operand)))
        }
    }
}

/// Null and NaN equal nothing: `IS_NULL` and `IS_NAN` ask for them.
fn equals(actual: &Value, operand: &Value) -> bool {
    !is_unordered(operand) && order::equivalent(actual, operand)
}

fn is_unordered(value: &Value) -> bool {
    is_null(value) || is_nan(value)
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Null)
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Double(number) if number.is_nan())
}

/// Looks at a filter and at all within it, until something is wrong.
pub(super) fn visit<E>(filter: &Filter, look: &mut impl FnMut(&Filter) -> Result<(), E>) -> Result<(), E> {
    look(filter)?;
    if let Filter::And(filters) | Filter::Or(filters) = filter {
        for filter in filters {
            visit(filter, look)?;
        }
    }
    Ok(())
}
