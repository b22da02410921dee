//! Every rule of the schemas, kept and broken: `packages/firebase/tests/schemas/cases.json`, which Rust and Zod must judge alike.
//!
//! The cases are made of the schemas; so they prove that the types and their rules say what the schemas say, and that
//! the Zod schemas do. That the schemas say what is wanted, `schemas` proves by hand.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::golden;
use crate::kind::{self, Kind};
use crate::schemas::{self, resolve, unwrap_null};

/// A change of an example: of the value at a JSON pointer, to another value, to a text of so many characters, or to none.
struct Case {
    document: String,
    path: String,
    change: Change,
}

enum Change {
    Value(Value),
    /// A character that is two units in JavaScript, so many times.
    Foxes(u64),
    Absent,
}

impl Case {
    fn json(&self) -> Value {
        let (what, to) = match &self.change {
            Change::Value(value) => ("value", value.clone()),
            Change::Foxes(count) => ("foxes", (*count).into()),
            Change::Absent => ("absent", true.into()),
        };
        json!({ "document": self.document, "path": self.path, what: to })
    }

    fn kind<'a>(&self, kinds: &'a [Kind]) -> &'a Kind {
        kinds.iter().find(|kind| kind.name == self.document).unwrap()
    }

    /// The example with the change.
    fn applied(&self, kind: &Kind) -> Value {
        let mut document = kind.example.clone();
        let (holder, name) = self.path.rsplit_once('/').unwrap();
        let holder = document.pointer_mut(holder).unwrap();
        let value = match &self.change {
            Change::Value(value) => value.clone(),
            Change::Foxes(count) => "🦊".repeat(usize::try_from(*count).unwrap()).into(),
            Change::Absent => {
                assert!(holder.as_object_mut().unwrap().remove(name).is_some(), "{}", self.path);
                return document;
            }
        };
        match holder {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            holder => holder[name] = value,
        }
        document
    }
}

#[derive(Default)]
struct Cases {
    document: String,
    /// Definitions that were walked through: once is enough of what many documents have.
    walked: BTreeSet<String>,
    accepted: Vec<Case>,
    refused: Vec<Case>,
}

impl Cases {
    fn accepted(&mut self, path: &str, change: Change) {
        self.accepted.push(Case { document: self.document.clone(), path: path.to_owned(), change });
    }

    fn refused(&mut self, path: &str, change: Change) {
        self.refused.push(Case { document: self.document.clone(), path: path.to_owned(), change });
    }

    fn walk(&mut self, file: &Value, schema: &Value, example: &Value, path: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = resolve(file, schema);
            if self.walked.insert(reference.to_owned()) {
                self.walk(file, target, example, path);
            } else {
                self.wrong_types(target, path);
            }
            return;
        }
        self.wrong_types(schema, path);
        match schema["type"].as_str().unwrap_or_else(|| panic!("{path}: {schema}")) {
            "object" => self.object(file, schema, example, path),
            "array" => self.walk(file, &schema["items"], &example[0], &format!("{path}/0")),
            "string" => self.string(schema, path),
            "integer" => self.integer(schema, path),
            "number" => self.number(schema, path),
            "boolean" => {}
            other => panic!("{path}: {other}"),
        }
    }

    fn wrong_types(&mut self, schema: &Value, path: &str) {
        let wrong = match schema["type"].as_str() {
            Some("string") => vec![json!(7)],
            Some("integer") => vec![json!("7"), json!(1.5)],
            Some("array") => vec![json!({})],
            Some("object" | "number" | "boolean") => vec![json!("7")],
            other => panic!("{path}: {other:?}"),
        };
        // The whole document is no field of anything.
        for value in wrong.into_iter().filter(|_| !path.is_empty()) {
            self.refused(path, Change::Value(value));
        }
    }

    fn object(&mut self, file: &Value, schema: &Value, example: &Value, path: &str) {
        let example = example.as_object().unwrap();
        let Some(fields) = schema["properties"].as_object() else {
            return self.map(file, schema, example, path);
        };
        let names: Vec<_> = fields.keys().collect();
        assert_eq!(example.keys().collect::<Vec<_>>(), names, "the example of {path:?} has all fields");
        self.accepted(&format!("{path}/unknownField"), Change::Value(json!({ "kept": true })));
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in fields {
            let path = format!("{path}/{name}");
            let (field, nullable) = unwrap_null(field);
            if nullable {
                self.accepted(&path, Change::Value(Value::Null));
            } else {
                self.refused(&path, Change::Value(Value::Null));
            }
            if required.contains(&name.as_str().into()) {
                self.refused(&path, Change::Absent);
            } else {
                self.accepted(&path, Change::Absent);
            }
            self.walk(file, &field, &example[name], &path);
        }
    }

    /// A map, as of strategies to weights.
    fn map(&mut self, file: &Value, schema: &Value, example: &Map<String, Value>, path: &str) {
        let (key, value) = example.iter().next().unwrap();
        self.walk(file, &schema["additionalProperties"], value, &format!("{path}/{key}"));
        if resolve(file, &schema["propertyNames"])["enum"].is_array() {
            self.refused(&format!("{path}/nonesuch"), Change::Value(value.clone()));
        }
    }

    fn string(&mut self, schema: &Value, path: &str) {
        if schema["enum"].is_array() {
            self.refused(path, Change::Value(json!("nonesuch")));
            for name in schema["enum"].as_array().unwrap() {
                self.accepted(path, Change::Value(name.clone()));
            }
        }
        if schema["pattern"].is_string() {
            for bad in [String::new(), "with a blank".into(), "line\n".into(), "a".repeat(129)] {
                self.refused(path, Change::Value(bad.into()));
            }
        }
        if let Some(least) = schema["minLength"].as_u64() {
            self.accepted(path, Change::Foxes(least));
            self.refused(path, Change::Foxes(least - 1));
        }
        if let Some(most) = schema["maxLength"].as_u64() {
            self.accepted(path, Change::Foxes(most));
            self.refused(path, Change::Foxes(most + 1));
        }
    }

    fn integer(&mut self, schema: &Value, path: &str) {
        if let Some(least) = schema["minimum"].as_i64() {
            self.accepted(path, Change::Value(least.into()));
            self.refused(path, Change::Value((least - 1).into()));
        }
        if let Some(most) = schema["maximum"].as_i64() {
            self.accepted(path, Change::Value(most.into()));
            self.refused(path, Change::Value((most + 1).into()));
        }
    }

    fn number(&mut self, schema: &Value, path: &str) {
        if let Some(least) = schema["minimum"].as_f64() {
            self.accepted(path, Change::Value(least.into()));
            self.refused(path, Change::Value((least - 0.5).into()));
        }
        if let Some(most) = schema["maximum"].as_f64() {
            self.accepted(path, Change::Value(most.into()));
            self.refused(path, Change::Value((most + 0.5).into()));
        }
    }
}

fn all() -> Cases {
    let file = schemas::file();
    let mut cases = Cases::default();
    for kind in kind::all() {
        cases.document = kind.name.clone();
        cases.walk(&file, &file["$defs"][&kind.name], &kind.example, "");
    }
    cases
}

#[test]
fn the_cases_are_what_the_schemas_say() {
    let lines = |cases: &[Case]| {
        let lines: Vec<String> = cases.iter().map(|case| format!("    {}", case.json())).collect();
        lines.join(",\n")
    };
    let Cases { accepted, refused, .. } = all();
    let (accepted, refused) = (lines(&accepted), lines(&refused));
    golden::expect(
        "tests/schemas/cases.json",
        &format!("{{\n  \"accepted\": [\n{accepted}\n  ],\n  \"refused\": [\n{refused}\n  ]\n}}\n"),
    );
}

#[test]
fn what_keeps_the_schemas_is_accepted() {
    let kinds = kind::all();
    for case in all().accepted {
        let kind = case.kind(&kinds);
        let read = (kind.read)(case.applied(kind));
        assert!(read.is_ok(), "{} is refused: {read:?}", case.json());
    }
}

#[test]
fn what_breaks_the_schemas_is_refused() {
    let kinds = kind::all();
    for case in all().refused {
        let kind = case.kind(&kinds);
        assert!((kind.read)(case.applied(kind)).is_err(), "{} is taken", case.json());
    }
}
