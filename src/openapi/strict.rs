//! A request may bring no field that is not known, at whatever depth. The documents that stand in requests do not say so
//! of themselves, since a stored one may have fields of a later version.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{OpenApi, RefOr, Schema};

use crate::openapi::operations;

const PLACE: &str = "#/components/schemas/";

/// Closes every schema that a request is made of.
pub fn close_requests(document: &mut OpenApi) {
    let bodies = document.paths.paths.values_mut().flat_map(operations);
    let bodies = bodies.filter_map(|(_, operation)| serde_json::to_value(&operation.request_body).ok());
    let mut to_see: Vec<String> = bodies.flat_map(|body| references(&body)).collect();
    let Some(components) = &mut document.components else { return };
    let mut seen = BTreeSet::new();
    while let Some(name) = to_see.pop() {
        let Some(schema) = components.schemas.get_mut(&name).filter(|_| !seen.contains(&name)) else {
            continue;
        };
        to_see.extend(references(&serde_json::to_value(&*schema).unwrap_or_default()));
        match schema {
            RefOr::T(Schema::OneOf(choice)) => choice.items.iter_mut().for_each(close),
            one => close(one),
        }
        seen.insert(name);
    }
}

fn close(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema
        && !object.properties.is_empty()
    {
        object.additional_properties.get_or_insert(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// The names of the schemas that a value refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own =
                fields.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(PLACE));
            own.map(str::to_owned).into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
