//! Which documents a query wants.

use super::{Candidate, disjunctions};
use crate::{
    embedded::{fault::Fault, shelf::Narrowing},
    field_path::FieldPath,
    query::{Filter, Operator, UnaryOperator},
    value::{Value, order},
};

/// Most values of `IN`, `NOT_IN` and `ARRAY_CONTAINS_ANY`.
const MAX_ALTERNATIVES: usize = 30;

/// Refuses what production refuses, whatever is stored.
pub(super) fn check(filter: Option<&Filter>) -> Result<(), Fault> {
    let Some(filter) = filter else { return Ok(()) };
    let (mut negations, mut excludes, mut chooses, mut names) = (0, false, false, false);
    visit(filter, &mut |filter| {
        match filter {
            Filter::And(filters) | Filter::Or(filters) if filters.is_empty() => {
                return Err(Fault::invalid("Composite filter must have at least one filter."));
            }
            Filter::And(_) => {}
            Filter::Or(_) => chooses = true,
            Filter::Unary(_, operator) => {
                negations +=
                    usize::from(matches!(operator, UnaryOperator::IsNotNan | UnaryOperator::IsNotNull));
            }
            Filter::Field(path, operator, value) => {
                negations += usize::from(matches!(operator, Operator::NotEqual | Operator::NotIn));
                excludes |= *operator == Operator::NotIn;
                names |= path.is_document_id() && matches!(operator, Operator::Equal | Operator::In);
                chooses |= matches!(operator, Operator::In | Operator::ArrayContainsAny);
                check_operand(path, *operator, value)?;
            }
        }
        Ok(())
    })?;
    if negations > 1 {
        return Err(Fault::invalid(
            "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
        ));
    }
    let ranged = ranged(filter);
    if names && !ranged.is_empty() && !ranged.contains(&FieldPath::document_id()) {
        return Err(Fault::invalid(
            "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
        ));
    }
    if excludes && chooses {
        return Err(Fault::invalid(
            "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
        ));
    }
    disjunctions::check(filter)
}

fn check_operand(path: &FieldPath, operator: Operator, value: &Value) -> Result<(), Fault> {
    let name = match operator {
        Operator::In => "IN",
        Operator::NotIn => "NOT_IN",
        Operator::ArrayContainsAny => "ARRAY_CONTAINS_ANY",
        _ => {
            let is_name = matches!(value, Value::Reference(_));
            return match path.is_document_id() && !is_name {
                true => Err(Fault::invalid("__key__ filter value must be a Key")),
                false => Ok(()),
            };
        }
    };
    match value {
        Value::Array(values) if values.is_empty() => {
            Err(Fault::invalid(format!("'{name}' requires an non-empty ArrayValue.")))
        }
        Value::Array(values) if values.len() > MAX_ALTERNATIVES => {
            Err(Fault::invalid(format!("'{name}' supports up to {MAX_ALTERNATIVES} comparison values.")))
        }
        Value::Array(values)
            if path.is_document_id() && !values.iter().all(|value| matches!(value, Value::Reference(_))) =>
        {
            Err(Fault::invalid("__key__ filter value must be a Key"))
        }
        Value::Array(_) => Ok(()),
        _ => Err(Fault::invalid(format!("'{name}' requires an ArrayValue."))),
    }
}

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

/// What SQL may check before us: equality with a text, which every match has to fulfil.
pub(super) fn narrowing(filter: Option<&Filter>) -> Vec<Narrowing> {
    match filter {
        Some(Filter::And(filters)) => filters.iter().flat_map(|filter| narrowing(Some(filter))).collect(),
        Some(Filter::Field(path, Operator::Equal, Value::String(text))) => {
            // Only plain names: the quoting rules of SQLite's paths and of ours differ.
            let plain = |name: &String| name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
            let way = path.names().iter().all(plain).then(|| format!("$.{}", path.names().join(".")));
            way.filter(|_| !path.is_document_id())
                .map(|way| Narrowing { way, text: text.clone() })
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
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

fn visit<E>(filter: &Filter, look: &mut impl FnMut(&Filter) -> Result<(), E>) -> Result<(), E> {
    look(filter)?;
    if let Filter::And(filters) | Filter::Or(filters) = filter {
        for filter in filters {
            visit(filter, look)?;
        }
    }
    Ok(())
}
