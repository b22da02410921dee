//! serde types to values.

use std::fmt::Display;

use serde::{
    Serialize,
    ser::{self, Serializer},
};

use super::{Fields, Value, ValueError};
use crate::timestamp::{self, Timestamp};

impl ser::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Mismatch(message.to_string())
    }
}

#[derive(Clone, Copy)]
pub(super) struct Encoder {
    /// Are we building an element of an array? Then a list is refused.
    pub(super) inside_array: bool,
}

impl Encoder {
    fn list(self, length: Option<usize>) -> Result<ListEncoder, ValueError> {
        if self.inside_array {
            return Err(ValueError::NestedArray);
        }
        Ok(ListEncoder { values: Vec::with_capacity(length.unwrap_or(0)), variant: None })
    }
}

const ELEMENT: Encoder = Encoder { inside_array: true };
const FIELD: Encoder = Encoder { inside_array: false };

fn out_of_range(number: impl Display) -> ValueError {
    ValueError::IntegerOutOfRange(number.to_string())
}

/// An enum's variant with content: a map with one field, as serde_json does.
fn variant_of(name: &'static str, content: Value) -> Value {
    Value::Map(Fields::from([(name.to_owned(), content)]))
}

impl Serializer for Encoder {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = ListEncoder;
    type SerializeTuple = ListEncoder;
    type SerializeTupleStruct = ListEncoder;
    type SerializeTupleVariant = ListEncoder;
    type SerializeMap = MapEncoder;
    type SerializeStruct = MapEncoder;
    type SerializeStructVariant = MapEncoder;

    fn serialize_bool(self, value: bool) -> Result<Value, ValueError> {
        Ok(Value::Boolean(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, ValueError> {
        Ok(Value::Integer(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<Value, ValueError> {
        Ok(Value::Integer(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<Value, ValueError> {
        Ok(Value::Integer(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<Value, ValueError> {
        Ok(Value::Integer(value))
    }

    fn serialize_i128(self, value: i128) -> Result<Value, ValueError> {
        i64::try_from(value).map(Value::Integer).map_err(|_| out_of_range(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Value, ValueError> {
        Ok(Value::Integer(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<Value, ValueError> {
        Ok(Value::Integer(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<Value, ValueError> {
        Ok(Value::Integer(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<Value, ValueError> {
        i64::try_from(value).map(Value::Integer).map_err(|_| out_of_range(value))
    }

    fn serialize_u128(self, value: u128) -> Result<Value, ValueError> {
        i64::try_from(value).map(Value::Integer).map_err(|_| out_of_range(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, ValueError> {
        Ok(Value::Double(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, ValueError> {
        Ok(Value::Double(value))
    }

    fn serialize_char(self, value: char) -> Result<Value, ValueError> {
        Ok(Value::String(value.into()))
    }

    fn serialize_str(self, value: &str) -> Result<Value, ValueError> {
        Ok(Value::String(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, ValueError> {
        Ok(Value::Bytes(value.to_vec()))
    }

    fn serialize_none(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, ValueError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        let encoded = value.serialize(self)?;
        match encoded {
            Value::String(text) if name == timestamp::NEWTYPE => {
                Timestamp::parse(&text).map(Value::Timestamp).map_err(ser::Error::custom)
            }
            other => Ok(other),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        Ok(variant_of(variant, value.serialize(FIELD)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ListEncoder, ValueError> {
        self.list(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<ListEncoder, ValueError> {
        self.list(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<ListEncoder, ValueError> {
        self.list(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<ListEncoder, ValueError> {
        FIELD.list(Some(length)).map(|list| ListEncoder { variant: Some(variant), ..list })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MapEncoder, ValueError> {
        Ok(MapEncoder::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<MapEncoder, ValueError> {
        Ok(MapEncoder::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<MapEncoder, ValueError> {
        Ok(MapEncoder { variant: Some(variant), ..MapEncoder::default() })
    }
}

pub(super) struct ListEncoder {
    values: Vec<Value>,
    variant: Option<&'static str>,
}

impl ListEncoder {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        self.values.push(value.serialize(ELEMENT)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, ValueError> {
        let list = Value::Array(self.values);
        Ok(match self.variant {
            Some(variant) => variant_of(variant, list),
            None => list,
        })
    }
}

macro_rules! list_encoder {
    ($($kind:ident :: $push:ident),*) => {
        $(impl ser::$kind for ListEncoder {
            type Ok = Value;
            type Error = ValueError;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
                self.push(value)
            }

            fn end(self) -> Result<Value, ValueError> {
                self.finish()
            }
        })*
    };
}

list_encoder!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

#[derive(Default)]
pub(super) struct MapEncoder {
    fields: Fields,
    key: Option<String>,
    variant: Option<&'static str>,
}

impl MapEncoder {
    fn insert<T: Serialize + ?Sized>(&mut self, key: String, value: &T) -> Result<(), ValueError> {
        self.fields.insert(key, value.serialize(FIELD)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, ValueError> {
        let map = Value::Map(self.fields);
        Ok(match self.variant {
            Some(variant) => variant_of(variant, map),
            None => map,
        })
    }
}

impl ser::SerializeMap for MapEncoder {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ValueError> {
        self.key = Some(match key.serialize(FIELD)? {
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Boolean(flag) => flag.to_string(),
            _ => return Err(ValueError::KeyNotText),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let key = self.key.take().ok_or(ValueError::KeyNotText)?;
        self.insert(key, value)
    }

    fn end(self) -> Result<Value, ValueError> {
        self.finish()
    }
}

macro_rules! struct_encoder {
    ($($kind:ident),*) => {
        $(impl ser::$kind for MapEncoder {
            type Ok = Value;
            type Error = ValueError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), ValueError> {
                self.insert(key.to_owned(), value)
            }

            fn end(self) -> Result<Value, ValueError> {
                self.finish()
            }
        })*
    };
}

struct_encoder!(SerializeStruct, SerializeStructVariant);
