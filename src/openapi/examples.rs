//! The examples of the document. Almost none is written by hand: a body is put together of its schema, and its fields
//! have the values they have in the full documents of `packages/firebase/examples.json`, which Rust makes and checks.
//!
//! Where that says too little, the type says more: `schema(example = …)` at a field, or at the type for the whole.
//! `tests/openapi.rs` holds every example against its own schema and gives those of requests to the real parser.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// One document of each kind, with all of its fields.
const DOCUMENTS: &str = include_str!("../../packages/firebase/examples.json");

/// What bodies are called beside the document they are about, as `CreateTopic` and `TopicBody` are about a `Topic`.
const ABOUT: [&str; 7] = ["Create", "Update", "Created", "Register", "Body", "Answer", "Page_"];

/// Makes examples for the schemas of a document.
#[derive(Debug)]
pub struct Examples {
    schemas: Map<String, Value>,
    documents: BTreeMap<String, Map<String, Value>>,
}

impl Examples {
    /// For these schemas, by their names.
    #[must_use]
    pub fn new(schemas: Map<String, Value>) -> Self {
        let documents = serde_json::from_str(DOCUMENTS).unwrap_or_default();
        Self { schemas, documents }
    }

    /// A value that the schema allows, as a reader would like to see it.
    #[must_use]
    pub fn of(&self, schema: &Value) -> Value {
        self.value(schema, None, None)
    }

    /// A value for a schema that stands at the field `name` of something that is about `kin`.
    fn value(&self, schema: &Value, name: Option<&str>, kin: Option<&Map<String, Value>>) -> Value {
        if let Some(own) = own(schema) {
            return own.clone();
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return self.reference(target, name, kin);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let parts: Vec<Value> = parts.iter().map(|part| self.value(part, name, kin)).collect();
            return merged(parts);
        }
        if schema.get("properties").is_some() {
            return self.object(schema, kin);
        }
        // What is of a type that is shown by itself is shown so, not as it stands in a document.
        if let Some(choice) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
            let one = choice.iter().find(|one| one.get("type") != Some(&json!("null")));
            return one.map_or(Value::Null, |one| self.value(one, name, kin));
        }
        if let Some(known) = name.and_then(|name| self.known(name, kin, schema)) {
            return known;
        }
        match schema.get("default").filter(|default| !default.is_null()) {
            Some(default) => default.clone(),
            None => self.plain(schema),
        }
    }

    fn reference(&self, target: &str, name: Option<&str>, kin: Option<&Map<String, Value>>) -> Value {
        let called = target.rsplit('/').next().unwrap_or_default();
        let Some(schema) = self.schemas.get(called) else { return Value::Null };
        if let Some(document) = self.documents.get(called) {
            return Value::Object(document.clone());
        }
        if schema.get("properties").is_some() || schema.get("allOf").is_some() {
            // A part that has a value in the document it is about is shown as it is there.
            let part = name.and_then(|name| kin?.get(name)).filter(|part| part.is_object());
            return match part.filter(|_| own(schema).is_none()) {
                Some(part) => part.clone(),
                None => self.value(schema, None, self.about(called)),
            };
        }
        if let Some(own) = own(schema) {
            return own.clone();
        }
        let named = name.and_then(|name| self.known(name, kin, schema));
        named.or_else(|| self.known(&in_camel_case(called), kin, schema)).unwrap_or_else(|| {
            match called.strip_suffix("Id") {
                Some(kind) => Value::from(format!("{}01", kind.to_lowercase())),
                None => self.value(schema, None, kin),
            }
        })
    }

    fn object(&self, schema: &Value, kin: Option<&Map<String, Value>>) -> Value {
        let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        fields.map(|(name, field)| (name.clone(), self.value(field, Some(name), kin))).collect()
    }

    /// What the field is in the document it is about, or else in any.
    fn known(&self, name: &str, kin: Option<&Map<String, Value>>, schema: &Value) -> Option<Value> {
        let own = kin.into_iter().chain(self.documents.values()).filter_map(|document| document.get(name));
        own.filter(|value| fits(value, schema)).map(Value::clone).next()
    }

    /// The document that a body is about.
    fn about(&self, called: &str) -> Option<&Map<String, Value>> {
        let names = ABOUT.iter().map(|word| called.trim_start_matches(word).trim_end_matches(word));
        names.filter_map(|name| self.documents.get(name)).next()
    }

    fn plain(&self, schema: &Value) -> Value {
        if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
            return first.clone();
        }
        match kind(schema) {
            "array" => schema.get("items").map_or_else(|| json!([]), |items| json!([self.of(items)])),
            "object" => match schema.get("additionalProperties").filter(|values| values.is_object()) {
                Some(values) => json!({ "name": self.of(values) }),
                None => json!({}),
            },
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
            "boolean" => json!(false),
            "string" => json!("a text that is long enough".chars().take(length(schema)).collect::<String>()),
            _ => Value::Null,
        }
    }
}

/// At least six characters, or as many as the schema wants.
fn length(schema: &Value) -> usize {
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or_default();
    usize::try_from(least).unwrap_or_default().max(6)
}

/// The example that the schema itself has.
fn own(schema: &Value) -> Option<&Value> {
    let several = || schema.get("examples").and_then(Value::as_array).and_then(|several| several.first());
    schema.get("example").or_else(several)
}

/// Whether a value may be what the schema wants, as far as its type tells.
fn fits(value: &Value, schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    if let Some(values) = values {
        return values.contains(value);
    }
    match value {
        Value::String(_) => kind(schema) == "string",
        Value::Bool(_) => kind(schema) == "boolean",
        Value::Number(number) => kind(schema) == "number" || (kind(schema) == "integer" && !number.is_f64()),
        Value::Array(_) => kind(schema) == "array",
        Value::Object(_) => kind(schema) == "object",
        Value::Null => false,
    }
}

/// The type of a schema; of one that may be null, the other one; of a choice, that of its first part.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(only)) => only,
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).find(|one| *one != "null").unwrap_or_default()
        }
        _ => "",
    }
}

fn merged(parts: Vec<Value>) -> Value {
    let mut whole = Map::new();
    for part in parts {
        match part {
            Value::Object(fields) => whole.extend(fields),
            other => return other,
        }
    }
    Value::Object(whole)
}

fn in_camel_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
