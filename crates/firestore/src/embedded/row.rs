//! How a document's fields lie in a row: JSON that is short, that SQL can look into, and that reads back exactly.
//!
//! Null, booleans, integers, strings and arrays are JSON's own; a map is an object. The other types are objects with
//! one key that begins with `$`; a field whose own name begins with `$` gets a second one in front.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Number, Value as Json, json};

use crate::{
    timestamp::Timestamp,
    value::{Fields, GeoPoint, Value},
};

const DOUBLE: &str = "$double";
const TIMESTAMP: &str = "$timestamp";
const BYTES: &str = "$bytes";
const REFERENCE: &str = "$reference";
const GEO_POINT: &str = "$geoPoint";
const VECTOR: &str = "$vector";

/// The text of a row. Equal texts are equal documents, and the other way round.
pub(super) fn write(fields: &Fields) -> String {
    object_of(fields).to_string()
}

/// The fields of a row, if it is one of ours.
pub(super) fn read(text: &str) -> Option<Fields> {
    match serde_json::from_str(text).ok()? {
        Json::Object(object) => fields_of(object),
        _ => None,
    }
}

fn object_of(fields: &Fields) -> Json {
    let entries = fields.iter().map(|(name, value)| {
        let name = if name.starts_with('$') { format!("${name}") } else { name.clone() };
        (name, json_of(value))
    });
    Json::Object(entries.collect())
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => Json::Bool(*value),
        Value::Integer(value) => Json::Number((*value).into()),
        Value::Double(value) => json!({ DOUBLE: json_of_double(*value) }),
        Value::Timestamp(value) => json!({ TIMESTAMP: value.micros() }),
        Value::String(value) => Json::String(value.clone()),
        Value::Bytes(value) => json!({ BYTES: STANDARD.encode(value) }),
        Value::Reference(value) => json!({ REFERENCE: value }),
        Value::GeoPoint(GeoPoint { latitude, longitude }) => json!({ GEO_POINT: [latitude, longitude] }),
        Value::Array(values) => values.iter().map(json_of).collect(),
        Value::Vector(numbers) => {
            json!({ VECTOR: numbers.iter().copied().map(json_of_double).collect::<Vec<_>>() })
        }
        Value::Map(fields) => object_of(fields),
    }
}

fn json_of_double(value: f64) -> Json {
    Number::from_f64(value).map_or_else(|| Json::String(value.to_string()), Json::Number)
}

fn fields_of(object: Map<String, Json>) -> Option<Fields> {
    let entry = |(name, json): (String, Json)| {
        let name = if name.starts_with('$') { name.get(1..)?.to_owned() } else { name };
        Some((name, value_of(json)?))
    };
    object.into_iter().map(entry).collect()
}

fn value_of(json: Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(value) => Value::Integer(value.as_i64()?),
        Json::String(value) => Value::String(value),
        Json::Array(values) => Value::Array(values.into_iter().map(value_of).collect::<Option<_>>()?),
        Json::Object(object) => match special_of(&object) {
            Some(special) => special,
            None => Value::Map(fields_of(object)?),
        },
    })
}

fn special_of(object: &Map<String, Json>) -> Option<Value> {
    let (name, content) = object.iter().next().filter(|_| object.len() == 1)?;
    match name.as_str() {
        DOUBLE => double_of(content).map(Value::Double),
        TIMESTAMP => content.as_i64().map(|micros| Value::Timestamp(Timestamp::from_micros(micros))),
        BYTES => STANDARD.decode(content.as_str()?).ok().map(Value::Bytes),
        REFERENCE => content.as_str().map(|name| Value::Reference(name.to_owned())),
        GEO_POINT => match content.as_array()?.as_slice() {
            [latitude, longitude] => {
                let point = GeoPoint { latitude: latitude.as_f64()?, longitude: longitude.as_f64()? };
                Some(Value::GeoPoint(point))
            }
            _ => None,
        },
        VECTOR => content.as_array()?.iter().map(double_of).collect::<Option<_>>().map(Value::Vector),
        _ => None,
    }
}

fn double_of(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) => text.parse().ok(),
        number => number.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(fields: Fields) {
        let text = write(&fields);
        assert_eq!(read(&text).as_ref().map(write), Some(text));
        assert_eq!(read(&write(&fields)), Some(fields));
    }

    #[test]
    fn every_type_lies_in_a_row_and_comes_back() {
        there_and_back(Fields::from([
            ("null".into(), Value::Null),
            ("integer".into(), Value::Integer(i64::MIN)),
            ("double".into(), Value::Double(1.0)),
            ("infinity".into(), Value::Double(f64::NEG_INFINITY)),
            ("timestamp".into(), Value::Timestamp(Timestamp::from_micros(1_795_348_800_000_001))),
            ("string".into(), "課程".into()),
            ("bytes".into(), Value::Bytes(vec![0, 255])),
            ("reference".into(), Value::Reference("projects/p/databases/d/documents/a/b".into())),
            ("point".into(), Value::GeoPoint(GeoPoint { latitude: 1.5, longitude: -2.0 })),
            ("array".into(), Value::Array(vec![1.into(), Value::Array(vec![])])),
            ("vector".into(), Value::Vector(vec![0.5, 1.0, f64::INFINITY])),
            ("map".into(), Value::Map(Fields::new())),
        ]));
    }

    #[test]
    fn fields_named_like_our_marks_stay_fields() {
        for name in ["$double", "$", "$$double", "$timestamp"] {
            there_and_back(Fields::from([("m".into(), Value::Map(Fields::from([(name.into(), 1.into())])))]));
        }
    }

    #[test]
    fn strings_booleans_and_integers_lie_bare_so_that_sql_can_compare_them() {
        let fields =
            Fields::from([("a".into(), 1.into()), ("b".into(), true.into()), ("c".into(), "x".into())]);
        assert_eq!(write(&fields), r#"{"a":1,"b":true,"c":"x"}"#);
    }
}
