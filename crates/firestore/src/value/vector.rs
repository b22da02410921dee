//! How a vector is written: a map whose `__type__` is `__vector__` and whose `value` is an array of doubles.

use super::{Fields, Value};

/// Most numbers of a vector.
pub const MAX_DIMENSIONS: usize = 2048;

/// The key that makes a map a value of another type. No field may be called so.
pub(crate) const TYPE: &str = "__type__";

const VECTOR: &str = "__vector__";
const NUMBERS: &str = "value";

/// Why a map is no vector, in production's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAVector {
    /// A map like any other.
    #[error("the map has no type")]
    Untyped,
    #[error("Field __type__ is not a string.")]
    TypeNotText,
    #[error("the map has a type that is unknown")]
    OtherType,
    #[error("Vector map is missing key 'value'.")]
    NoNumbers,
    #[error("Vector Value map has extraneous entries.")]
    MoreThanNumbers,
    #[error("Vector Value type must be an array.")]
    NotAnArray,
    #[error("Cannot have a zero length vector.")]
    Empty,
    #[error("Vectors must be at most {MAX_DIMENSIONS} dimensions.")]
    TooLong,
    #[error("Vector must only contain values of type 'double'")]
    NotDoubles,
    #[error("Vector cannot contain NaN values.")]
    NotANumber,
}

/// The vector that a map writes.
pub(crate) fn of_map(fields: &Fields) -> Result<Vec<f64>, NotAVector> {
    match fields.get(TYPE) {
        None => return Err(NotAVector::Untyped),
        Some(Value::String(name)) if name == VECTOR => {}
        Some(Value::String(_)) => return Err(NotAVector::OtherType),
        Some(_) => return Err(NotAVector::TypeNotText),
    }
    let numbers = match fields.get(NUMBERS).ok_or(NotAVector::NoNumbers)? {
        _ if fields.len() > 2 => return Err(NotAVector::MoreThanNumbers),
        Value::Array(numbers) => numbers,
        _ => return Err(NotAVector::NotAnArray),
    };
    match numbers.len() {
        0 => return Err(NotAVector::Empty),
        1..=MAX_DIMENSIONS => {}
        _ => return Err(NotAVector::TooLong),
    }
    let number = |value: &Value| match value {
        Value::Double(number) if number.is_nan() => Err(NotAVector::NotANumber),
        Value::Double(number) => Ok(*number),
        _ => Err(NotAVector::NotDoubles),
    };
    numbers.iter().map(number).collect()
}

/// The map that writes a vector.
pub(crate) fn map_of(numbers: &[f64]) -> Fields {
    let numbers = numbers.iter().copied().map(Value::Double).collect();
    Fields::from([(TYPE.into(), VECTOR.into()), (NUMBERS.into(), Value::Array(numbers))])
}
