//! Writes, as `:commit` and `:batchWrite` bring them.

use serde::{Deserialize, Deserializer};

use super::{MaskIn, document_path, named};
use crate::{
    embedded::{fault::Fault, limits},
    field_path::FieldPath,
    name::Database,
    timestamp::Timestamp,
    value::{Fields, GeoPoint, Value},
    write::{Operation, Precondition, Transform, Write},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct WriteIn {
    update: Option<DocumentIn>,
    delete: Option<String>,
    verify: Option<String>,
    transform: Option<LegacyTransformIn>,
    update_mask: Option<MaskIn>,
    #[serde(default)]
    update_transforms: Vec<TransformIn>,
    current_document: Option<PreconditionIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct DocumentIn {
    #[serde(default)]
    name: String,
    #[serde(default)]
    fields: Fields,
    // What a read gave may be sent back; the store alone says what these are.
    #[serde(default, rename = "createTime")]
    _create_time: serde::de::IgnoredAny,
    #[serde(default, rename = "updateTime")]
    _update_time: serde::de::IgnoredAny,
}

impl DocumentIn {
    /// The write that replaces the document of this name, whatever name the body gave.
    pub(in crate::embedded) fn replacing(self, name: String) -> WriteIn {
        WriteIn {
            update: Some(Self { name, ..self }),
            delete: None,
            verify: None,
            transform: None,
            update_mask: None,
            update_transforms: Vec::new(),
            current_document: None,
        }
    }
}

/// The form from before `updateTransforms`; older clients still send it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LegacyTransformIn {
    document: String,
    #[serde(default)]
    field_transforms: Vec<TransformIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TransformIn {
    field_path: String,
    set_to_server_value: Option<ServerValueIn>,
    increment: Option<Value>,
    maximum: Option<Value>,
    minimum: Option<Value>,
    append_missing_elements: Option<ArrayIn>,
    remove_all_from_array: Option<ArrayIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArrayIn {
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Clone, Copy)]
struct ServerValueIn;

impl<'de> Deserialize<'de> for ServerValueIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        named(deserializer, &[("REQUEST_TIME", 1, Self)])
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PreconditionIn {
    exists: Option<bool>,
    update_time: Option<Timestamp>,
}

impl WriteIn {
    /// The write, checked as far as it can be without the stored document.
    pub(in crate::embedded) fn located(self, database: &Database) -> Result<Write, Fault> {
        let precondition =
            self.current_document.map(|given| precondition_of(given.exists, given.update_time));
        let precondition = precondition.transpose()?.flatten();
        let transforms = |given: Vec<TransformIn>| {
            let transforms = given.into_iter().map(TransformIn::located).collect::<Result<Vec<_>, _>>()?;
            limits::check_apart(transforms.iter().map(|(path, _)| path))?;
            Ok::<_, Fault>(transforms)
        };
        match (self.update, self.delete, self.verify, self.transform) {
            (Some(document), None, None, None) => {
                limits::check_fields(&document.fields)?;
                Ok(Write {
                    path: document_path(database, &document.name)?,
                    operation: Operation::Update {
                        fields: normalised(document.fields),
                        mask: self.update_mask.map(|mask| mask_of(&mask.field_paths)).transpose()?,
                    },
                    transforms: transforms(self.update_transforms)?,
                    precondition,
                })
            }
            (None, Some(name), None, None) => {
                let path = document_path(database, &name)?;
                Ok(Write { path, operation: Operation::Delete, transforms: Vec::new(), precondition })
            }
            (None, None, Some(name), None) => {
                if precondition.is_none() {
                    return Err(Fault::invalid("a verify must contain a precondition"));
                }
                let path = document_path(database, &name)?;
                Ok(Write { path, operation: Operation::Verify, transforms: Vec::new(), precondition })
            }
            (None, None, None, Some(legacy)) => Ok(Write {
                path: document_path(database, &legacy.document)?,
                operation: Operation::Update { fields: Fields::new(), mask: Some(Vec::new()) },
                transforms: transforms(legacy.field_transforms)?,
                precondition,
            }),
            (None, None, None, None) => Err(Fault::invalid("empty write operation")),
            _ => Err(Fault::invalid("Invalid JSON payload received. A write has one operation.")),
        }
    }
}

impl TransformIn {
    fn located(self) -> Result<(FieldPath, Transform), Fault> {
        let path = field_path(&self.field_path)?;
        let operand = |value: Value| match value {
            Value::Integer(_) | Value::Double(_) => Ok(value),
            _ => Err(Fault::invalid("Input must be int64 or double.")),
        };
        let elements = |array: ArrayIn| {
            // An element of an array stands where an array cannot.
            let array = Value::Array(array.values);
            limits::check_value(&self.field_path, &array, 1)?;
            match normalised_value(array) {
                Value::Array(values) => Ok(values),
                _ => Ok(Vec::new()),
            }
        };
        let given = [
            self.set_to_server_value.map(|ServerValueIn| Ok(Transform::RequestTime)),
            self.increment.map(|value| operand(value).map(Transform::Increment)),
            self.maximum.map(|value| operand(value).map(Transform::Maximum)),
            self.minimum.map(|value| operand(value).map(Transform::Minimum)),
            self.append_missing_elements.map(|array| elements(array).map(Transform::AppendMissingElements)),
            self.remove_all_from_array.map(|array| elements(array).map(Transform::RemoveAllFromArray)),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(transform), None) => Ok((path, transform?)),
            (None, _) => Err(Fault::invalid("A field transform must have a transform type.")),
            _ => Err(Fault::invalid("Invalid JSON payload received. A field transform has one type.")),
        }
    }
}

/// The precondition that was given, in a body or in a URL.
pub(in crate::embedded) fn precondition_of(
    exists: Option<bool>,
    update_time: Option<Timestamp>,
) -> Result<Option<Precondition>, Fault> {
    match (exists, update_time) {
        (None, None) => Ok(None),
        (Some(exists), None) => Ok(Some(Precondition::Exists(exists))),
        (None, Some(time)) => Ok(Some(Precondition::UpdateTime(time))),
        _ => Err(Fault::invalid("Invalid JSON payload received. A precondition has one condition.")),
    }
}

/// A mask of written field paths.
pub(in crate::embedded) fn mask_of(paths: &[impl AsRef<str>]) -> Result<Vec<FieldPath>, Fault> {
    paths.iter().map(|path| field_path(path.as_ref())).collect()
}

fn field_path(text: &str) -> Result<FieldPath, Fault> {
    let path = FieldPath::parse(text)?;
    limits::check_path(&path)?;
    Ok(path)
}

/// Firestore keeps microseconds.
fn normalised(fields: Fields) -> Fields {
    fields.into_iter().map(|(name, value)| (name, normalised_value(value))).collect()
}

fn normalised_value(value: Value) -> Value {
    match value {
        Value::Timestamp(time) => Value::Timestamp(time.truncated_to_micros()),
        Value::GeoPoint(GeoPoint { latitude, longitude }) => {
            // There is one zero: adding it takes the sign off.
            Value::GeoPoint(GeoPoint { latitude: latitude + 0.0, longitude: longitude + 0.0 })
        }
        Value::Array(values) => Value::Array(values.into_iter().map(normalised_value).collect()),
        Value::Map(fields) => Value::Map(normalised(fields)),
        other => other,
    }
}
