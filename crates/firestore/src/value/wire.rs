//! Firestore's JSON for a value: an object with one key that names the type.

use std::{borrow::Cow, fmt};

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{Fields, GeoPoint, Value, vector};
use crate::timestamp::Timestamp;

// Protobuf's JSON accepts base64 in either alphabet, with or without padding, and writes the standard one.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD_BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL_SAFE_BASE64: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// What `{}` is answered with: every value has a type.
pub(crate) const UNSET: &str = "Cannot convert firestore.v1.Value with type unset.";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        match self {
            Value::Null => object.serialize_entry("nullValue", &())?,
            Value::Boolean(value) => object.serialize_entry("booleanValue", value)?,
            Value::Integer(value) => object.serialize_entry("integerValue", &value.to_string())?,
            Value::Double(value) => object.serialize_entry("doubleValue", &WireDouble(*value))?,
            Value::Timestamp(value) => object.serialize_entry("timestampValue", &value.to_string())?,
            Value::String(value) => object.serialize_entry("stringValue", value)?,
            Value::Bytes(value) => object.serialize_entry("bytesValue", &STANDARD_BASE64.encode(value))?,
            Value::Reference(value) => object.serialize_entry("referenceValue", value)?,
            Value::GeoPoint(value) => object.serialize_entry("geoPointValue", value)?,
            Value::Array(values) => {
                object.serialize_entry("arrayValue", &WireArray { values: Cow::Borrowed(values) })?
            }
            Value::Vector(numbers) => object
                .serialize_entry("mapValue", &WireMap { fields: Cow::Owned(vector::map_of(numbers)) })?,
            Value::Map(fields) => {
                object.serialize_entry("mapValue", &WireMap { fields: Cow::Borrowed(fields) })?
            }
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WireVisitor)
    }
}

struct WireVisitor;

impl<'de> Visitor<'de> for WireVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a Firestore value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let Some(kind) = object.next_key::<Cow<'de, str>>()? else {
            return Err(A::Error::custom(UNSET));
        };
        let value = match kind.as_ref() {
            "nullValue" => object.next_value::<WireNull>().map(|WireNull| Value::Null)?,
            "booleanValue" => Value::Boolean(object.next_value()?),
            "integerValue" => Value::Integer(object.next_value::<WireInteger>()?.0),
            "doubleValue" => Value::Double(object.next_value::<WireDouble>()?.0),
            "timestampValue" => Value::Timestamp(object.next_value::<Timestamp>()?),
            "stringValue" => Value::String(object.next_value()?),
            "bytesValue" => Value::Bytes(object.next_value::<WireBytes>()?.0),
            "referenceValue" => Value::Reference(object.next_value()?),
            "geoPointValue" => Value::GeoPoint(object.next_value::<GeoPoint>()?),
            "arrayValue" => Value::Array(object.next_value::<WireArray>()?.values.into_owned()),
            "mapValue" => {
                let fields = object.next_value::<WireMap>()?.fields.into_owned();
                // A map that looks like a vector and is none stays a map: the store refuses it with the reason.
                vector::of_map(&fields).map_or_else(|_| Value::Map(fields), Value::Vector)
            }
            other => {
                return Err(A::Error::custom(format_args!("unknown type of value \"{other}\"")));
            }
        };
        match object.next_key::<Cow<'de, str>>()? {
            None => Ok(value),
            Some(second) => Err(A::Error::custom(format_args!("a value has two types: {kind} and {second}"))),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireArray<'a> {
    #[serde(default, skip_serializing_if = "is_empty_list")]
    values: Cow<'a, [Value]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMap<'a> {
    #[serde(default, skip_serializing_if = "is_empty_map")]
    fields: Cow<'a, Fields>,
}

#[allow(clippy::ptr_arg)] // serde hands over the field as it is.
fn is_empty_list(values: &Cow<'_, [Value]>) -> bool {
    values.is_empty()
}

#[allow(clippy::ptr_arg)] // As above.
fn is_empty_map(fields: &Cow<'_, Fields>) -> bool {
    fields.is_empty()
}

/// `null`, or protobuf's `"NULL_VALUE"` and its number.
struct WireNull;

impl<'de> Deserialize<'de> for WireNull {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Null<'a> {
            Nothing(()),
            Name(Cow<'a, str>),
            Number(i64),
        }
        match Null::deserialize(deserializer)? {
            Null::Nothing(()) | Null::Number(0) => Ok(Self),
            Null::Name(name) if name == "NULL_VALUE" => Ok(Self),
            Null::Name(_) | Null::Number(_) => Err(D::Error::custom("not a null")),
        }
    }
}

/// Written as text, because JSON numbers lose integers beyond 2^53; read as text or as a number.
pub(crate) struct WireInteger(pub(crate) i64);

impl<'de> Deserialize<'de> for WireInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IntegerVisitor;

        impl Visitor<'_> for IntegerVisitor {
            type Value = WireInteger;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a 64-bit integer")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<WireInteger, E> {
                Ok(WireInteger(number))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<WireInteger, E> {
                i64::try_from(number).map(WireInteger).map_err(E::custom)
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<WireInteger, E> {
                super::decode::integral(number).map(WireInteger).ok_or_else(|| E::custom("not an integer"))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<WireInteger, E> {
                text.parse().map(WireInteger).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(IntegerVisitor)
    }
}

/// A JSON number, or text for what JSON cannot write.
pub(crate) struct WireDouble(pub(crate) f64);

impl Serialize for WireDouble {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            number => serializer.serialize_f64(number),
        }
    }
}

impl<'de> Deserialize<'de> for WireDouble {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Double<'a> {
            Number(f64),
            Text(Cow<'a, str>),
        }
        let number = match Double::deserialize(deserializer)? {
            Double::Number(number) => number,
            Double::Text(text) => match text.as_ref() {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                number => number
                    .parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())
                    .ok_or_else(|| D::Error::custom("not a double"))?,
            },
        };
        // Firestore has one zero.
        Ok(Self(if number == 0.0 { 0.0 } else { number }))
    }
}

struct WireBytes(Vec<u8>);

impl<'de> Deserialize<'de> for WireBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD_BASE64
            .decode(text.as_bytes())
            .or_else(|_| URL_SAFE_BASE64.decode(text.as_bytes()))
            .map(Self)
            .map_err(D::Error::custom)
    }
}
