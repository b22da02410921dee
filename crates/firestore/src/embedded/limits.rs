//! What production refuses to store.

use super::{fault::Fault, names};
use crate::{
    field_path::{self, FieldPath},
    name::is_reserved,
    value::{
        Fields, GeoPoint, Value,
        vector::{self, NotAVector},
    },
};

/// Longest string or bytes, in bytes.
const MAX_VALUE_BYTES: usize = 1_048_487;
/// Largest document, counted as production does.
const MAX_DOCUMENT_BYTES: usize = 1_048_576;
/// Longest name of a field, in bytes.
pub(super) const MAX_NAME_BYTES: usize = 1500;
/// Deepest nesting of maps and arrays.
const MAX_DEPTH: usize = 20;
/// Most transforms of one document in one commit; each element of an array transform counts.
pub(super) const MAX_TRANSFORMS: usize = 500;

/// Checks what a write brings along.
pub(super) fn check_fields(fields: &Fields) -> Result<(), Fault> {
    fields.iter().try_for_each(|(name, value)| {
        check_name(name)?;
        check_value(name, value, 1)
    })
}

/// Checks that no field is transformed together with one inside it.
pub(super) fn check_apart<'a>(paths: impl Iterator<Item = &'a FieldPath>) -> Result<(), Fault> {
    // In order, a path stands before all that begin with it.
    let mut sorted: Vec<&FieldPath> = paths.collect();
    sorted.sort_unstable();
    sorted.dedup();
    let nested = sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .find(|(outer, inner)| inner.names().starts_with(outer.names()));
    match nested {
        None => Ok(()),
        Some((outer, _)) => Err(Fault::invalid(format!(
            "Cannot transform property {outer} and its nested property at the same time."
        ))),
    }
}

/// Checks the size of a whole document.
pub(super) fn check_size(name: &str, path: &str, fields: &Fields) -> Result<(), Fault> {
    let size = name_size(path) + map_size(fields) + 32;
    if size <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    Err(Fault::invalid(format!(
        "Document '{name}' cannot be written because its size ({} bytes) exceeds the maximum allowed size of {} bytes.",
        grouped(size),
        grouped(MAX_DOCUMENT_BYTES)
    )))
}

/// Reads the path of a field.
pub(super) fn field_path(text: &str) -> Result<FieldPath, Fault> {
    let path = FieldPath::parse(text)?;
    if text.len() > field_path::MAX_BYTES {
        return Err(Fault::invalid(format!("property path is longer than {} bytes.", field_path::MAX_BYTES)));
    }
    if path.names().len() > MAX_DEPTH {
        return Err(Fault::invalid(format!("paths must have at most {MAX_DEPTH} elements")));
    }
    if path.is_document_id() {
        return Ok(path);
    }
    match path.names().iter().find(|name| is_reserved(name)).map(String::as_str) {
        None => Ok(path),
        Some("__name__") => Err(Fault::invalid("the name __key__ is reserved")),
        Some(vector::TYPE) => Err(Fault::invalid(format!("the name {} is reserved", vector::TYPE))),
        Some(_) => Err(Fault::invalid(format!("Invalid reserved name in field path {text}"))),
    }
}

/// Checks the name of a field of a document.
fn check_name(name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(Fault::invalid("The property.name is the empty string."));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(Fault::invalid(format!("The property.name is longer than {MAX_NAME_BYTES} bytes.")));
    }
    if is_reserved(name) {
        return Err(Fault::invalid(format!("field name {name} is reserved")));
    }
    Ok(())
}

/// Checks what is only compared with: it need not be storable, but it has to be a value.
pub(super) fn check_operand(value: &Value) -> Result<(), Fault> {
    match value {
        Value::Reference(name) => names::check(names::Role::Reference, name),
        Value::GeoPoint(point) => check_point(point),
        Value::Array(values) => values.iter().try_for_each(check_operand),
        Value::Map(fields) => {
            check_type("", fields)?;
            fields.iter().try_for_each(|(name, value)| {
                if is_reserved(name) {
                    return Err(reserved_inside(name));
                }
                check_operand(value)
            })
        }
        _ => Ok(()),
    }
}

/// Checks one value; `property` names the top-level field it belongs to.
pub(super) fn check_value(property: &str, value: &Value, depth: usize) -> Result<(), Fault> {
    match value {
        Value::String(text) if text.len() > MAX_VALUE_BYTES => Err(too_long(property)),
        Value::Bytes(bytes) if bytes.len() > MAX_VALUE_BYTES => Err(too_long(property)),
        Value::Reference(name) => names::check(names::Role::Reference, name),
        Value::GeoPoint(point) => check_point(point),
        Value::Array(_) | Value::Map(_) if depth > MAX_DEPTH => Err(invalid_nested(property)),
        Value::Array(values) => values.iter().try_for_each(|value| match value {
            Value::Array(_) => Err(Fault::invalid("Cannot convert an array value in an array value.")),
            Value::Vector(_) => Err(Fault::invalid("Cannot convert a vector value in an array value.")),
            _ => check_value(property, value, depth + 1),
        }),
        Value::Map(fields) => {
            check_type(property, fields)?;
            fields.iter().try_for_each(|(name, value)| {
                if is_reserved(name) {
                    return Err(reserved_inside(name));
                }
                if name.is_empty() || name.len() > MAX_NAME_BYTES {
                    return Err(invalid_nested(property));
                }
                check_value(property, value, depth + 1)
            })
        }
        _ => Ok(()),
    }
}

/// A map that gives itself a type has to be of it, and then it was read as what it is.
fn check_type(property: &str, fields: &Fields) -> Result<(), Fault> {
    match vector::of_map(fields) {
        Ok(_) | Err(NotAVector::Untyped) => Ok(()),
        Err(NotAVector::OtherType) => Err(invalid_nested(property)),
        Err(reason) => Err(Fault::invalid(reason.to_string())),
    }
}

fn check_point(point: &GeoPoint) -> Result<(), Fault> {
    check_degrees("latitude", point.latitude, 90.0)?;
    check_degrees("longitude", point.longitude, 180.0)
}

fn check_degrees(what: &str, degrees: f64, bound: f64) -> Result<(), Fault> {
    if (-bound..=bound).contains(&degrees) {
        return Ok(());
    }
    Err(Fault::invalid(format!(
        "Geo point {what} '{degrees:?}' outside permitted range -{bound:?} to {bound:?}."
    )))
}

fn reserved_inside(name: &str) -> Fault {
    Fault::invalid(format!("field name '{name}' is reserved."))
}

fn invalid_nested(property: &str) -> Fault {
    Fault::invalid(format!("Property {property} contains an invalid nested entity."))
}

fn too_long(property: &str) -> Fault {
    Fault::invalid(format!("The value of property \"{property}\" is longer than {MAX_VALUE_BYTES} bytes."))
}

// Storage size as documented by Google: a string is its UTF-8 bytes and one more, a number 8 bytes, a document name
// its ids and 16 more, a document 32 more than its fields.
fn value_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Boolean(_) => 1,
        Value::Integer(_) | Value::Double(_) | Value::Timestamp(_) => 8,
        Value::String(text) => text.len() + 1,
        Value::Bytes(bytes) => bytes.len(),
        Value::Reference(name) => {
            let path = name.split_once("/documents/").map_or(name.as_str(), |(_, path)| path);
            name_size(path)
        }
        Value::GeoPoint(_) => 16,
        Value::Array(values) => values.iter().map(value_size).sum(),
        // As the map that writes it.
        Value::Vector(numbers) => map_size(&vector::map_of(numbers)),
        Value::Map(fields) => map_size(fields),
    }
}

fn map_size(fields: &Fields) -> usize {
    fields.iter().map(|(name, value)| name.len() + 1 + value_size(value)).sum()
}

fn name_size(path: &str) -> usize {
    path.split('/').map(|id| id.len() + 1).sum::<usize>() + 16
}

/// `1048576` as `1,048,576`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_as_google_documents_them() {
        // The example of the documentation: users/jeff/tasks/my_task_id with four fields is 147 bytes.
        let fields = Fields::from([
            ("type".into(), "Personal".into()),
            ("done".into(), false.into()),
            ("priority".into(), 1.into()),
            ("description".into(), "Learn Cloud Firestore".into()),
        ]);
        assert_eq!(name_size("users/jeff/tasks/my_task_id") + map_size(&fields) + 32, 147);
    }

    #[test]
    fn large_numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_060_109), "1,060,109");
    }
}
