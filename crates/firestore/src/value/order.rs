//! Firestore's order over values of all types:
//! null < false < true < NaN < numbers < timestamps < strings < bytes < references < geo points < arrays < vectors
//! < maps.

use std::cmp::Ordering;

use super::{Fields, Value};
use crate::name::numeric_id;

/// Compares as queries, `maximum` and `minimum` do: integers and doubles by value, NaN below every number.
pub fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Double(left), Value::Double(right)) => doubles(*left, *right),
        (Value::Integer(left), Value::Double(right)) => integer_and_double(*left, *right),
        (Value::Double(left), Value::Integer(right)) => integer_and_double(*right, *left).reverse(),
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        // UTF-8 sorts as Unicode code points do.
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        (Value::Reference(left), Value::Reference(right)) => names(left, right),
        (Value::GeoPoint(left), Value::GeoPoint(right)) => {
            doubles(left.latitude, right.latitude).then_with(|| doubles(left.longitude, right.longitude))
        }
        (Value::Array(left), Value::Array(right)) => arrays(left, right),
        (Value::Vector(left), Value::Vector(right)) => vectors(left, right),
        (Value::Map(left), Value::Map(right)) => maps(left, right),
        _ => rank(left).cmp(&rank(right)),
    }
}

/// Equal as array transforms and filters see it: `3` is `3.0`, and NaN is NaN.
pub fn equivalent(left: &Value, right: &Value) -> bool {
    compare(left, right) == Ordering::Equal
}

/// Are both values of one type, numbers being one type? Inequality filters look no further.
pub fn same_type(left: &Value, right: &Value) -> bool {
    rank(left) == rank(right)
}

/// Compares resource names id by id, so that `a/b` stands before `a-/b`.
pub fn names(left: &str, right: &str) -> Ordering {
    left.split('/').map(Id::of).cmp(right.split('/').map(Id::of))
}

/// Numbers stand before names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Id<'a> {
    Number(i64),
    Name(&'a str),
}

impl<'a> Id<'a> {
    fn of(id: &'a str) -> Self {
        numeric_id(id).map_or(Self::Name(id), Self::Number)
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Boolean(_) => 1,
        Value::Integer(_) | Value::Double(_) => 2,
        Value::Timestamp(_) => 3,
        Value::String(_) => 4,
        Value::Bytes(_) => 5,
        Value::Reference(_) => 6,
        Value::GeoPoint(_) => 7,
        Value::Array(_) => 8,
        Value::Vector(_) => 9,
        Value::Map(_) => 10,
    }
}

fn doubles(left: f64, right: f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        // Neither is NaN, so they compare; zeros are equal.
        (false, false) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
    }
}

/// Exact, also where a double cannot hold the integer.
fn integer_and_double(integer: i64, double: f64) -> Ordering {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() || double < -BOUND {
        return Ordering::Greater;
    }
    if double >= BOUND {
        return Ordering::Less;
    }
    #[allow(clippy::cast_possible_truncation)] // Within the bounds of i64, as just checked.
    let whole = double.trunc() as i64;
    integer.cmp(&whole).then_with(|| doubles(0.0, double.fract()))
}

fn arrays(left: &[Value], right: &[Value]) -> Ordering {
    let first_difference =
        left.iter().zip(right).map(|(left, right)| compare(left, right)).find(|order| order.is_ne());
    first_difference.unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// The shorter first, whatever is in it: vectors of one dimension stand together.
fn vectors(left: &[f64], right: &[f64]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| {
        let numbers = left.iter().zip(right).map(|(left, right)| doubles(*left, *right));
        numbers.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    })
}

fn maps(left: &Fields, right: &Fields) -> Ordering {
    let first_difference = left
        .iter()
        .zip(right)
        .map(|((left_key, left), (right_key, right))| {
            left_key.cmp(right_key).then_with(|| compare(left, right))
        })
        .find(|order| order.is_ne());
    first_difference.unwrap_or_else(|| left.len().cmp(&right.len()))
}
