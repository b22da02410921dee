//! The document shows every body that is sent and every one that is answered, and what it shows is true: it is what
//! the schema allows, and what the route itself takes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures::executor::block_on;
use jsonschema::Validator;
use mentora::context::Context;
use mentora::openapi::document;
use mentora::service;
use mentora_core::time::Millis;
use mentora_durable::platform::config::{Config, Settings};
use mentora_google::id_token::{Identity, unsigned_token};
use mentora_wire::error::{ErrorBody, ErrorCode};
use serde_json::Value;
use worker::wasm_bindgen::{JsCast as _, JsValue};

const NOW: Millis = Millis(1_795_000_000_000);
const PROJECT: &str = "demo-mentora";

/// A body that the document shows: where it stands, what it must be like, what it is.
struct Shown {
    at: String,
    schema: Value,
    examples: Vec<Value>,
}

fn generated() -> Value {
    serde_json::to_value(document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let of_path = |(path, item): (&String, &Value)| {
        let named =
            |(method, operation): (&String, &Value)| (method.clone(), path.clone(), operation.clone());
        item.as_object().unwrap().iter().map(named).collect::<Vec<_>>()
    };
    document["paths"].as_object().unwrap().iter().flat_map(of_path).collect()
}

fn shown(at: &str, body: &Value) -> Vec<Shown> {
    let contents = body["content"].as_object().cloned().unwrap_or_default();
    let shown = |(kind, content): (String, Value)| {
        let several = content["examples"].as_object().cloned().unwrap_or_default();
        let several = several.into_values().map(|example| example["value"].clone());
        let examples = content.get("example").cloned().into_iter().chain(several).collect();
        Shown { at: format!("{at} {kind}"), schema: content["schema"].clone(), examples }
    };
    contents.into_iter().map(shown).collect()
}

/// Every body of the document.
fn all_shown(document: &Value) -> Vec<Shown> {
    let mut all = Vec::new();
    for (method, path, operation) in operations(document) {
        all.extend(shown(&format!("{method} {path}"), &operation["requestBody"]));
        for (status, answer) in operation["responses"].as_object().unwrap() {
            all.extend(shown(&format!("{method} {path}: {status}"), answer));
        }
    }
    for (name, answer) in document["components"]["responses"].as_object().unwrap() {
        all.extend(shown(name, answer));
    }
    all
}

fn validator(document: &Value, schema: &Value) -> Validator {
    let mut whole = schema.as_object().cloned().unwrap_or_default();
    whole.insert("components".into(), document["components"].clone());
    jsonschema::draft202012::new(&Value::Object(whole)).unwrap()
}

#[test]
fn every_body_is_shown() {
    let all = all_shown(&generated());
    assert!(all.len() > 40, "{}", all.len());
    for body in all {
        assert!(!body.examples.is_empty(), "{} has no example", body.at);
    }
}

#[test]
fn what_is_shown_is_what_its_schema_allows() {
    let document = generated();
    let mut wrong = Vec::new();
    for body in all_shown(&document) {
        let validator = validator(&document, &body.schema);
        for example in &body.examples {
            let offences = validator.iter_errors(example);
            wrong.extend(offences.map(|o| format!("{}: {} {o}", body.at, o.instance_path())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_is_shown_with_the_status_it_has() {
    let document = generated();
    let mut codes = BTreeSet::new();
    for (name, answer) in document["components"]["responses"].as_object().unwrap() {
        for body in shown(name, answer) {
            for example in body.examples {
                let refusal: ErrorBody = serde_json::from_value(example).unwrap();
                let code = serde_json::to_value(refusal.error.code).unwrap();
                let code = code.as_str().unwrap().to_owned();
                assert!(
                    answer["description"].as_str().unwrap().contains(&format!("`{code}`")),
                    "{name}: {code}"
                );
                // What is no JSON and what is no CSV is refused by one code.
                assert!(
                    codes.insert(code.clone()) || name == "NotCsv" || name == "NotJson",
                    "{code} stands under two statuses"
                );
            }
        }
    }
    let values = document["components"]["schemas"]["ErrorCode"]["enum"].as_array().unwrap();
    let known: BTreeSet<String> = values.iter().map(|value| value.as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, known);
    assert_eq!(ErrorCode::ALL.len(), known.len());
}

struct Local;

impl Settings for Local {
    fn get(&self, name: &str) -> Option<String> {
        let value = match name {
            "ENVIRONMENT" => "local",
            "FIREBASE_PROJECT_ID" => PROJECT,
            _ => return None,
        };
        Some(value.to_owned())
    }
}

/// What a route says against a body.
fn offences(method: &str, path: &str, body: &Value) -> Vec<String> {
    let identity = Identity { sub: "teacher".into(), email: None, name: None, admin: true };
    let token = unsigned_token(PROJECT, &identity, NOW.0);
    let request = Request::builder()
        .method(method.to_uppercase().as_str())
        .uri(format!("https://mentora.example{}", path.replace(['{', '}'], "")))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let env = JsValue::NULL.unchecked_into();
    let context = Context::new(env, Arc::new(Config::read(&Local).unwrap()), "r1".into(), NOW);
    let answer = block_on(async {
        let answer = service::finish(service::answer(request, context).await, "r1", 7);
        to_bytes(answer.into_body(), usize::MAX).await.unwrap()
    });
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let fields = answer["error"]["details"]["fields"].as_array().cloned().unwrap_or_default();
    fields.iter().map(|field| field["path"].as_str().unwrap().to_owned()).collect()
}

/// With one field too many: a body without fault would set the route to work, for which there is no platform here.
#[test]
fn against_what_is_shown_of_a_request_the_route_says_nothing() {
    const TOO_MANY: &str = "zNobodyKnowsThis";
    let document = generated();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (method, path, operation) in operations(&document) {
        for body in shown("", &operation["requestBody"]).into_iter().filter(|body| body.at.ends_with("json"))
        {
            for mut example in body.examples {
                // Of a list of frames, each is judged as a whole.
                let (object, at) = match &mut example {
                    Value::Array(frames) => (&mut frames[0], "[0]"),
                    object => (object, TOO_MANY),
                };
                object.as_object_mut().unwrap().insert(TOO_MANY.into(), Value::Null);
                count += 1;
                let found = offences(&method, &path, &example);
                if found != [at] {
                    wrong.push(format!("{method} {path}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 9, "{count}");
}
