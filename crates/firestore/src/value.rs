//! What a field holds.

mod decode;
mod encode;
pub mod order;
pub mod vector;
mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) use decode::integral;
pub(crate) use wire::{UNSET, WireDouble, WireInteger};

use crate::timestamp::Timestamp;

/// The fields of a document or of a map, by name.
pub type Fields = BTreeMap<String, Value>;

/// A value of a field. `Serialize` and `Deserialize` are Firestore's JSON (`{"integerValue": "1"}`); the way between a
/// value and a serde type is [`to_fields`] and [`from_fields`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// A boolean.
    Boolean(bool),
    /// A 64-bit integer, exact.
    Integer(i64),
    /// A double, NaN and the infinities included.
    Double(f64),
    /// An instant.
    Timestamp(Timestamp),
    /// A text.
    String(String),
    /// Bytes, base64 on the wire.
    Bytes(Vec<u8>),
    /// The full resource name of a document.
    Reference(String),
    /// A point on the globe.
    GeoPoint(GeoPoint),
    /// A list; it cannot hold a list directly.
    Array(Vec<Value>),
    /// A vector for [`crate::Query::nearest`], an embedding most often: numbers without NaN, 1 to
    /// [`vector::MAX_DIMENSIONS`] of them. Firestore sees no fields in it.
    Vector(Vec<f64>),
    /// A map.
    Map(Fields),
}

/// Degrees.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeoPoint {
    /// -90 to 90.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub latitude: f64,
    /// -180 to 180.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub longitude: f64,
}

/// Zero is what protobuf's JSON leaves out.
#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
fn is_zero(degrees: &f64) -> bool {
    *degrees == 0.0
}

/// A serde type that does not fit Firestore, or a document that does not fit a serde type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Integers are signed and have 64 bits.
    #[error("the integer {0} does not fit in 64 bits with a sign")]
    IntegerOutOfRange(String),
    /// An array cannot hold an array directly.
    #[error("an array cannot hold an array; put a map between them")]
    NestedArray,
    /// A map is keyed by text.
    #[error("a key of a map is neither text nor a number")]
    KeyNotText,
    /// A document is a map.
    #[error("a document is a struct or a map with text as keys")]
    NotAMap,
    /// What the type itself objected to.
    #[error("{0}")]
    Mismatch(String),
}

/// The fields of a document from a struct or a map.
pub fn to_fields<T: Serialize + ?Sized>(document: &T) -> Result<Fields, ValueError> {
    match to_value(document)? {
        Value::Map(fields) => Ok(fields),
        _ => Err(ValueError::NotAMap),
    }
}

/// A single value, as an operand of a filter or a transform.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, ValueError> {
    value.serialize(encode::Encoder { inside_array: false })
}

/// A struct or a map from the fields of a document. Fields that the type does not name are passed over.
pub fn from_fields<T: DeserializeOwned>(fields: &Fields) -> Result<T, ValueError> {
    T::deserialize(decode::FieldsDecoder(fields))
}

/// Any type from a single value.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, ValueError> {
    T::deserialize(decode::Decoder(value))
}

macro_rules! value_from {
    ($($from:ty => $value:expr;)*) => {
        $(impl From<$from> for Value {
            fn from(given: $from) -> Self {
                $value(given)
            }
        })*
    };
}

value_from! {
    bool => Value::Boolean;
    i64 => Value::Integer;
    i32 => |given| Value::Integer(i64::from(given));
    u32 => |given| Value::Integer(i64::from(given));
    f64 => Value::Double;
    String => Value::String;
    &str => |given: &str| Value::String(given.to_owned());
    Timestamp => Value::Timestamp;
    GeoPoint => Value::GeoPoint;
    Vec<Value> => Value::Array;
    Fields => Value::Map;
}

#[cfg(test)]
mod tests;
