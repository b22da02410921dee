//! What a transform makes of a stored value.

use std::cmp::Ordering;

use crate::{
    timestamp::Timestamp,
    value::{Value, order},
    write::Transform,
};

/// The value after the transform.
pub(super) fn apply(transform: &Transform, stored: Option<&Value>, now: Timestamp) -> Value {
    match transform {
        Transform::RequestTime => Value::Timestamp(now),
        Transform::Increment(by) => number_of(stored).map_or_else(|| by.clone(), |number| sum(number, by)),
        Transform::Maximum(other) => extreme(stored, other, Ordering::Greater),
        Transform::Minimum(other) => extreme(stored, other, Ordering::Less),
        Transform::AppendMissingElements(elements) => {
            let mut values = elements_of(stored);
            for element in elements {
                if !holds(&values, element) {
                    values.push(element.clone());
                }
            }
            Value::Array(values)
        }
        Transform::RemoveAllFromArray(elements) => {
            let mut values = elements_of(stored);
            values.retain(|value| !holds(elements, value));
            Value::Array(values)
        }
    }
}

fn number_of(stored: Option<&Value>) -> Option<&Value> {
    stored.filter(|value| matches!(value, Value::Integer(_) | Value::Double(_)))
}

fn elements_of(stored: Option<&Value>) -> Vec<Value> {
    match stored {
        Some(Value::Array(values)) => values.clone(),
        _ => Vec::new(),
    }
}

fn holds(values: &[Value], wanted: &Value) -> bool {
    values.iter().any(|value| order::equivalent(value, wanted))
}

fn sum(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Value::Integer(left.saturating_add(*right)),
        _ => Value::Double(double_of(left) + double_of(right)),
    }
}

/// The operand only where it really is more extreme: `5` and `5.0` leave what is stored. NaN wins both ways.
fn extreme(stored: Option<&Value>, other: &Value, wanted: Ordering) -> Value {
    let is_nan = |value: &Value| matches!(value, Value::Double(number) if number.is_nan());
    match number_of(stored) {
        Some(stored) if is_nan(stored) => stored.clone(),
        Some(stored) if !is_nan(other) && order::compare(other, stored) != wanted => stored.clone(),
        _ => other.clone(),
    }
}

pub(super) fn double_of(number: &Value) -> f64 {
    match number {
        #[allow(clippy::cast_precision_loss)]
        // The sum of an integer and a double is a double, as in production.
        Value::Integer(number) => *number as f64,
        Value::Double(number) => *number,
        _ => 0.0,
    }
}
