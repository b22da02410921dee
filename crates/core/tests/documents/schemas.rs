//! The JSON schemas of all documents, and of what they are made of.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{golden, kind};

/// Where utoipa takes a schema to be, and where it is in a file of schemas only.
const PLACES: (&str, &str) = ("\"#/components/schemas/", "\"#/$defs/");

/// `schemas.json`.
fn all() -> Value {
    let kinds = kind::all();
    let paths: Map<String, Value> =
        kinds.iter().map(|kind| (kind.path.to_owned(), kind.name.clone().into())).collect();
    let mut schemas = BTreeMap::new();
    for (name, schema) in kinds.into_iter().flat_map(|kind| kind.schemas) {
        let schema = serde_json::to_value(schema).unwrap();
        let known = schemas.insert(name.clone(), schema.clone());
        assert!(known.is_none_or(|known| known == schema), "two types are called {name}");
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "documents": paths,
        "$defs": schemas,
    })
}

/// The schemas by name, with references to `#/$defs/…`.
pub fn file() -> Value {
    let text = all().to_string().replace(PLACES.0, PLACES.1);
    serde_json::from_str(&text).unwrap()
}

/// What a reference leads to.
pub fn resolve<'a>(file: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => file.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// The schema without its `null`, and whether it had one.
pub fn unwrap_null(schema: &Value) -> (Value, bool) {
    let null = |schema: &Value| schema["type"] == "null";
    // The one choice that a document has: between null and something else, or only of that with a default.
    if let Some(choices) = schema["oneOf"].as_array() {
        let other = choices.iter().find(|schema| !null(schema));
        return (other.unwrap().clone(), choices.iter().any(null));
    }
    let mut schema = schema.clone();
    match schema["type"].as_array().map(|types| (types.iter().any(|t| t == "null"), types[0].clone())) {
        Some((true, only)) => {
            schema["type"] = only;
            (schema, true)
        }
        _ => (schema, false),
    }
}

/// The schema of a field, as `Assignment/aiConfig/maxTurns`.
fn field(path: &str) -> Value {
    let file = file();
    let mut names = path.split('/');
    let mut schema = file["$defs"][names.next().unwrap()].clone();
    for name in names {
        let inner = if name == "0" { &schema["items"] } else { &schema["properties"][name] };
        assert!(inner.is_object(), "{path}: no {name}");
        schema = resolve(&file, &unwrap_null(inner).0).clone();
    }
    schema
}

#[test]
fn the_schemas_are_what_the_code_says() {
    golden::expect("schemas.json", &(serde_json::to_string_pretty(&file()).unwrap() + "\n"));
}

#[test]
fn the_examples_are_what_the_code_says() {
    let examples: Map<String, Value> =
        kind::all().into_iter().map(|kind| (kind.name, kind.example)).collect();
    golden::expect("examples.json", &(serde_json::to_string_pretty(&examples).unwrap() + "\n"));
}

#[test]
fn every_document_comes_back_from_json_as_it_went() {
    for kind in kind::all() {
        assert_eq!((kind.read)(kind.example.clone()).as_ref(), Ok(&kind.example), "{}", kind.name);
    }
}

#[test]
fn every_document_bears_when_it_was_made_and_changed() {
    for kind in kind::all() {
        let required = &file()["$defs"][&kind.name]["required"];
        for field in ["createdAt", "updatedAt"] {
            assert!(required.as_array().unwrap().contains(&field.into()), "{}: {field}", kind.name);
        }
    }
}

#[test]
fn every_field_says_what_it_is() {
    for (name, schema) in file()["$defs"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
        for (field, schema) in schema["properties"].as_object().unwrap_or(&Map::new()) {
            assert!(schema["description"].is_string(), "{name}.{field}");
        }
    }
}

/// The range that a description names, as `1 to 5,000` or `up to 300`.
fn named_range(description: &str) -> Option<(f64, f64)> {
    let words: Vec<String> = description
        .split_whitespace()
        .map(|word| word.trim_end_matches([',', ';', '.']).replace(',', "").to_lowercase())
        .collect();
    words.windows(3).filter(|words| words[1] == "to").find_map(|words| {
        let least = if words[0] == "up" { 0.0 } else { words[0].parse().ok()? };
        Some((least, words[2].parse().ok()?))
    })
}

#[test]
fn a_range_that_a_description_names_is_the_range_of_the_schema() {
    let mut named = 0;
    for (name, definition) in file()["$defs"].as_object().unwrap() {
        for (field, schema) in definition["properties"].as_object().unwrap_or(&Map::new()) {
            let schema = unwrap_null(schema).0;
            let of = |text: &str, number: &str| schema[text].as_f64().or(schema[number].as_f64());
            let range =
                of("maxLength", "maximum").map(|most| (of("minLength", "minimum").unwrap_or(0.0), most));
            let described = named_range(schema["description"].as_str().unwrap_or_default());
            if let Some(described) = described {
                assert_eq!(range, Some(described), "{name}.{field}");
                named += 1;
            }
            // An amount that is only not negative, and a number that can only be 1, say so in words.
            let in_words = |(_, most): (f64, f64)| !(2.0..=1e12).contains(&most);
            assert!(
                range.is_none_or(in_words) || described.is_some(),
                "{name}.{field} does not say its range"
            );
        }
    }
    assert!(named > 25, "{named}");
}

#[test]
fn texts_are_as_long_as_the_contract_says() {
    for (path, least, most) in [
        ("User/displayName", 1, 100),
        ("Course/title", 1, 200),
        ("Course/description", 0, 5_000),
        ("Announcement/content", 1, 2_000),
        ("Assignment/title", 1, 300),
        ("Assignment/question", 0, 2_000),
        ("Assignment/prompt", 0, 50_000),
        ("Conversation/turns/0/text", 0, 20_000),
        ("LedgerEntry/idempotencyKey", 1, 200),
    ] {
        let schema = field(path);
        let range = (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64());
        assert_eq!(range, (least, Some(most)), "{path}");
    }
    assert_eq!(field("Course/code")["pattern"], "^[A-Za-z0-9-]{6,64}$");
    assert_eq!(field("User/uid")["pattern"], "^[A-Za-z0-9_-]{1,128}$");
}

#[test]
fn enumerations_have_the_names_of_the_contract() {
    for (path, names) in [
        ("User/activeMode", "mentor student"),
        ("Course/visibility", "public unlisted private"),
        ("Member/role", "instructor ta student auditor"),
        ("Member/status", "invited active removed"),
        ("Assignment/mode", "instant delayed"),
        ("Assignment/aiConfig/analyser", "lexical gemini"),
        ("Persona/voice", "Puck Charon Kore Fenrir Aoede"),
        ("Persona/style", "gentle critical analytical playful"),
        ("Conversation/turns/0/speaker", "student tutor"),
        ("Conversation/turns/0/type", "topic idea counterpoint followup summary"),
        ("Conversation/turns/0/modality", "text voice"),
        ("Submission/state", "in_progress submitted graded_complete"),
        ("Wallet/ownerType", "user course"),
        ("LedgerEntry/type", "topup charge refund grant adjust dispute"),
        ("PendingResponse/status", "pending leased done failed cancelled"),
    ] {
        let expected: Vec<Value> = names.split(' ').map(Value::from).collect();
        assert_eq!(field(path)["enum"], Value::Array(expected), "{path}");
    }
}
