//! `docs/openapi.json` is what the code says, and the code says it of every route.
//!
//! After a wanted change: `UPDATE_GOLDEN=1 cargo test --test openapi`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use mentora::openapi::{document, operations};
use mentora::router::documented;
use serde_json::{Value, json};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

fn generated() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// Every operation of the document as (`get /api/…`, what it says).
fn all_operations() -> Vec<(String, Value)> {
    let document = generated();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone();
        let named = |(method, operation)| (format!("{method} {path}"), operation);
        operations.into_iter().map(named).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_golden_file_is_what_the_code_says() {
    let mut text = document().to_pretty_json().unwrap();
    text.push('\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    let golden = std::fs::read_to_string(Path::new(GOLDEN)).unwrap_or_default();
    assert!(
        golden == text,
        "docs/openapi.json is not what the code says; if the change is wanted: UPDATE_GOLDEN=1 cargo test --test openapi"
    );
}

#[test]
fn every_handler_describes_the_route_it_stands_at() {
    for route in documented() {
        let mut found = Vec::new();
        for (path, mut item) in route.described.paths {
            found.extend(operations(&mut item).map(|(method, _)| (method, path.clone())));
        }
        assert_eq!(found, [(route.method, route.path.to_owned())], "{} {}", route.method, route.path);
    }
}

#[test]
fn the_document_has_every_route_of_the_table_and_no_other() {
    let table: BTreeSet<String> = documented().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let described: BTreeSet<String> = all_operations().into_iter().map(|(name, _)| name).collect();
    assert_eq!(described, table);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let mut names = BTreeSet::new();
    for (route, operation) in all_operations() {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name), "{route} shares its operationId");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{route} has no summary");
        assert!(operation["tags"][0].is_string(), "{route} has no tag");
    }
}

#[test]
fn every_operation_says_how_it_succeeds_and_how_it_is_refused() {
    for (route, operation) in all_operations() {
        let answers = operation["responses"].as_object().unwrap();
        let succeeds = |status: &String| matches!(status.as_str(), "101" | "200" | "201" | "202" | "204");
        assert!(answers.keys().any(succeeds), "{route} never succeeds");
        let open = operation["security"] == json!([{}]);
        let takes = |place: &str| {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            parameters.iter().any(|parameter| parameter["in"] == place)
        };
        // Of an event the bytes are read, whatever they say they are.
        let bytes = route == "post /api/webhooks/stripe";
        let body = operation["requestBody"].is_object();
        for (status, expected) in [
            ("400", bytes || body || takes("query") || takes("header")),
            ("401", !open),
            ("413", bytes || body),
            ("415", body),
            ("429", true),
            ("500", true),
            ("503", true),
        ] {
            assert_eq!(answers.contains_key(status), expected, "{route}: {status}");
        }
        if takes("path") {
            assert!(answers.contains_key("404"), "{route} has an id that may not be there");
        }
        if route.starts_with("post") && !open {
            let refusals = ["403", "404", "409"];
            assert!(refusals.iter().any(|status| answers.contains_key(*status)), "{route} refuses nobody");
        }
    }
}

#[test]
fn only_these_routes_are_open_to_everybody() {
    let open = all_operations().into_iter().filter(|(_, operation)| operation["security"] == json!([{}]));
    let open: BTreeSet<String> = open.map(|(route, _)| route).collect();
    let expected = [
        "get /api/health",
        "get /api/config",
        "get /api/openapi.json",
        "get /api/docs",
        "post /api/dev/sign-in",
        "post /api/webhooks/stripe",
    ];
    assert_eq!(open, expected.map(str::to_owned).into());
}

#[test]
fn every_refusal_has_the_one_error_body() {
    let document = generated();
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        let schema = &response["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(schema, "#/components/schemas/ErrorBody", "{name}");
    }
    for (route, operation) in all_operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.as_str() >= "400" {
                let name = response["$ref"].as_str().unwrap_or_default();
                assert!(name.starts_with("#/components/responses/"), "{route}: {status}");
            }
        }
    }
}

#[test]
fn no_reference_leads_nowhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = generated();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}
