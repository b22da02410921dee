//! What a case is, and the words it is written in.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::shared::{
    exchange::{Outcome, Reply, Request},
    normal::Run,
};

/// A sentence about behaviour, and the requests that show it. Each case has a project of its own.
pub struct Case {
    pub name: &'static str,
    pub steps: Vec<Step>,
}

/// One request and what it has to be answered with.
///
/// In paths and bodies `D` at the beginning of a text stands for the root of all names,
/// `projects/…/databases/(default)/documents`, as `{D}` does anywhere, and `{x}` for what was kept as `x`.
pub struct Step {
    method: &'static str,
    path: String,
    body: Option<Json>,
    kept: Vec<(&'static str, &'static str)>,
    pub expectation: Expectation,
}

/// What a step has to be answered with.
pub enum Expectation {
    /// Status 200.
    Success,
    /// Status 200 and this body, normalised.
    Body(Json),
    /// Status 200 and these documents in this order, named by their paths.
    Documents(Vec<&'static str>),
    /// An error with this status and code; from us also with this message, which the emulator may word in its own
    /// way. `{D}` stands for the root of all names.
    Refusal(u16, &'static str, Option<String>),
    /// This status, whatever the body.
    Status(u16),
}

/// What a case remembers from step to step.
pub struct Memory {
    kept: BTreeMap<&'static str, String>,
    pub run: Run,
}

pub fn case(name: &'static str, steps: impl IntoIterator<Item = Step>) -> Case {
    Case { name, steps: steps.into_iter().collect() }
}

fn step(method: &'static str, path: impl Into<String>, body: Option<Json>) -> Step {
    Step { method, path: path.into(), body, kept: Vec::new(), expectation: Expectation::Success }
}

pub fn get(path: impl Into<String>) -> Step {
    step("GET", path, None)
}

pub fn post(path: impl Into<String>, body: Json) -> Step {
    step("POST", path, Some(body))
}

pub fn patch(path: impl Into<String>, body: Json) -> Step {
    step("PATCH", path, Some(body))
}

pub fn delete(path: impl Into<String>) -> Step {
    step("DELETE", path, None)
}

pub fn other(method: &'static str, path: impl Into<String>) -> Step {
    step(method, path, None)
}

/// A commit of these writes.
pub fn commit(writes: impl IntoIterator<Item = Json>) -> Step {
    post(":commit", json!({ "writes": writes.into_iter().collect::<Vec<_>>() }))
}

/// A query below the root.
pub fn query(query: Json) -> Step {
    post(":runQuery", json!({ "structuredQuery": query }))
}

/// A write that replaces a document.
pub fn set(path: &str, fields: Json) -> Json {
    json!({ "update": { "name": format!("D/{path}"), "fields": fields } })
}

/// A write that only transforms.
pub fn transform(path: &str, transforms: impl IntoIterator<Item = Json>) -> Json {
    let transforms: Vec<Json> = transforms.into_iter().collect();
    json!({ "update": { "name": format!("D/{path}") }, "updateMask": {}, "updateTransforms": transforms })
}

pub fn int(number: i64) -> Json {
    json!({ "integerValue": number.to_string() })
}

pub fn double(number: f64) -> Json {
    json!({ "doubleValue": number })
}

pub fn text(text: &str) -> Json {
    json!({ "stringValue": text })
}

pub fn nothing() -> Json {
    json!({ "nullValue": null })
}

pub fn nan() -> Json {
    json!({ "doubleValue": "NaN" })
}

pub fn list(values: impl IntoIterator<Item = Json>) -> Json {
    json!({ "arrayValue": { "values": values.into_iter().collect::<Vec<_>>() } })
}

/// A vector, as the map that writes it.
pub fn vector(numbers: impl IntoIterator<Item = f64>) -> Json {
    typed(json!({ "value": list(numbers.into_iter().map(double)) }))
}

/// A map that claims to be a vector.
pub fn typed(mut fields: Json) -> Json {
    fields["__type__"] = text("__vector__");
    map(fields)
}

pub fn map(fields: Json) -> Json {
    json!({ "mapValue": { "fields": fields } })
}

impl Step {
    pub fn answers(self, body: Json) -> Self {
        Self { expectation: Expectation::Body(body), ..self }
    }

    pub fn finds(self, paths: impl IntoIterator<Item = &'static str>) -> Self {
        Self { expectation: Expectation::Documents(paths.into_iter().collect()), ..self }
    }

    pub fn refused(self, status: u16, code: &'static str) -> Self {
        Self { expectation: Expectation::Refusal(status, code, None), ..self }
    }

    /// Refused in production's own words.
    pub fn refused_saying(self, status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { expectation: Expectation::Refusal(status, code, Some(message.into())), ..self }
    }

    pub fn invalid_saying(self, message: impl Into<String>) -> Self {
        self.refused_saying(400, "INVALID_ARGUMENT", message)
    }

    pub fn invalid(self) -> Self {
        self.refused(400, "INVALID_ARGUMENT")
    }

    pub fn status(self, status: u16) -> Self {
        Self { expectation: Expectation::Status(status), ..self }
    }

    /// Keeps a text of the reply, found by JSON pointer, for later steps.
    pub fn keep(mut self, name: &'static str, pointer: &'static str) -> Self {
        self.kept.push((name, pointer));
        self
    }
}

impl Expectation {
    pub fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let met = match self {
            Self::Success => outcome.status == 200,
            Self::Body(body) => {
                outcome.status == 200 && outcome.body == crate::shared::normal::comparable(body.clone())
            }
            Self::Documents(paths) => outcome.status == 200 && found(&outcome.body) == *paths,
            Self::Refusal(status, code, _) => {
                outcome.status == *status && outcome.body == json!({ "error": code })
            }
            Self::Status(status) => outcome.status == *status,
        };
        let expected = || match self {
            Self::Success => "200 was expected".to_owned(),
            Self::Body(body) => format!("200 {body} was expected"),
            Self::Documents(paths) => format!("{paths:?} were expected"),
            Self::Refusal(status, code, _) => format!("{status} {code} was expected"),
            Self::Status(status) => format!("{status} was expected"),
        };
        if met { Ok(()) } else { Err(expected()) }
    }

    /// Is a refusal worded as expected?
    pub fn check_wording(&self, memory: &Memory, reply: &Reply) -> Result<(), String> {
        let Self::Refusal(_, _, Some(expected)) = self else { return Ok(()) };
        let expected = memory.filled(expected);
        let body: Json = serde_json::from_str(&reply.body).unwrap_or_default();
        let said = body.pointer("/error/message").and_then(Json::as_str).unwrap_or_default();
        if said == expected { Ok(()) } else { Err(format!("it said {said:?} instead of {expected:?}")) }
    }
}

/// The paths of the documents of a query, a list or a `:batchGet`.
fn found(body: &Json) -> Vec<&str> {
    let elements = body.as_array().or_else(|| body.get("documents").and_then(Json::as_array));
    let names = elements.into_iter().flatten().filter_map(|element| {
        let document = element.get("document").or_else(|| element.get("found")).unwrap_or(element);
        document.get("name")?.as_str()?.strip_prefix("D/")
    });
    names.collect()
}

impl Memory {
    pub fn new(project: &str) -> Self {
        let run = Run::new(project);
        Self { kept: BTreeMap::from([("D", run.root().to_owned())]), run }
    }

    /// The request of a step, with everything filled in.
    pub fn request(&self, step: &Step) -> Request {
        let path = match step.path.strip_prefix('!') {
            // An absolute path, for what is no database at all.
            Some(absolute) => absolute.to_owned(),
            None => format!("/v1/{}{}", self.run.root(), self.filled(&step.path)),
        };
        let body = step.body.clone().map(|body| self.filled_json(body).to_string()).unwrap_or_default();
        Request { method: step.method, path, body }
    }

    pub fn keep(&mut self, step: &Step, reply: &Reply) -> Result<(), String> {
        for (name, pointer) in &step.kept {
            let body: Json = serde_json::from_str(&reply.body).map_err(|error| error.to_string())?;
            let value = body.pointer(pointer).and_then(Json::as_str);
            let value = value.ok_or_else(|| format!("nothing at {pointer} of {}", reply.body))?;
            self.kept.insert(name, value.to_owned());
        }
        Ok(())
    }

    fn filled(&self, text: &str) -> String {
        let rooted = match text.strip_prefix('D') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", self.run.root()),
            _ => text.to_owned(),
        };
        self.kept.iter().fold(rooted, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    fn filled_json(&self, json: Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.filled(&text)),
            Json::Array(values) => values.into_iter().map(|value| self.filled_json(value)).collect(),
            Json::Object(object) => {
                object.into_iter().map(|(name, value)| (name, self.filled_json(value))).collect()
            }
            other => other,
        }
    }
}
