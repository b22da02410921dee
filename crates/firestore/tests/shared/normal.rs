//! Replies without what differs from run to run: times, tokens, generated ids, words of messages.

use mentora_firestore::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::exchange::{Outcome, Reply};

/// The length of a generated id.
const GENERATED: usize = 20;

/// What replies of one run are measured by.
pub struct Run {
    /// `projects/…/databases/(default)/documents`
    root: String,
    /// Versions in the order in which they were first seen.
    versions: Vec<String>,
}

impl Run {
    pub fn new(project: &str) -> Self {
        Self { root: format!("projects/{project}/databases/(default)/documents"), versions: Vec::new() }
    }

    pub fn root(&self) -> &str {
        &self.root
    }

    /// The reply as it is compared: `D` for the root, `v1` for the first version seen.
    pub fn outcome(&mut self, reply: &Reply) -> Outcome {
        let body = match serde_json::from_str(&reply.body) {
            Ok(body) => normalised(self, body),
            // Text, as a web server says 404.
            Err(_) => Json::Null,
        };
        Outcome { status: reply.status, body }
    }
}

/// A body as it is compared: numbers of doubles by value.
pub fn comparable(json: Json) -> Json {
    match json {
        Json::Object(object) => Json::Object(
            object
                .into_iter()
                .map(|(name, value)| match (name.as_str(), value.as_f64()) {
                    ("doubleValue", Some(number)) => (name, json!(number)),
                    _ => (name, comparable(value)),
                })
                .collect(),
        ),
        Json::Array(values) => values.into_iter().map(comparable).collect(),
        other => other,
    }
}

fn normalised(run: &mut Run, json: Json) -> Json {
    if let Some(code) = error_of(&json) {
        return json!({ "error": code });
    }
    comparable(walked(run, json))
}

/// Errors are compared by their code: the emulator words them in its own way.
fn error_of(json: &Json) -> Option<Json> {
    let error = json.get("error").or_else(|| json.get(0)?.get("error"))?;
    error.get("status").cloned()
}

fn walked(run: &mut Run, json: Json) -> Json {
    match json {
        Json::Object(object) => {
            let mut walked_object = Map::new();
            for (name, value) in object {
                match name.as_str() {
                    // Only the emulator sends `done`, and it leaves `commitTime` out where nothing was written.
                    // Production tells of skipped results in an element of their own, the emulator with the first document.
                    "done" | "commitTime" | "readTime" | "skippedResults" => {}
                    "createTime" | "updateTime" => {
                        walked_object.insert(name, version(run, &value));
                    }
                    "timestampValue" if is_recent(&value) => {
                        walked_object.insert(name, json!("now"));
                    }
                    "nextPageToken" | "transaction" => {
                        walked_object.insert(name, json!("token"));
                    }
                    "message" => {}
                    _ => {
                        walked_object.insert(name, walked(run, value));
                    }
                }
            }
            Json::Object(walked_object)
        }
        Json::Array(values) => {
            let values = values.into_iter().map(|value| walked(run, value));
            let all: Vec<Json> = values.collect();
            // Beside documents, an element that is empty now told only of times and skipped results.
            let has_documents = all.iter().any(|value| value.get("document").is_some());
            all.into_iter().filter(|value| !(has_documents && is_empty(value))).collect()
        }
        Json::String(text) => Json::String(shortened(run, &text)),
        other => other,
    }
}

fn is_empty(value: &Json) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// `v1` for the first version that was seen, and so on.
fn version(run: &mut Run, value: &Json) -> Json {
    let text = value.as_str().unwrap_or_default().to_owned();
    let known = run.versions.iter().position(|version| *version == text);
    let index = known.unwrap_or_else(|| {
        run.versions.push(text);
        run.versions.len() - 1
    });
    json!(format!("v{}", index + 1))
}

fn is_recent(value: &Json) -> bool {
    let instant = value.as_str().and_then(|text| Timestamp::parse(text).ok());
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let now = now.map(|now| now.as_secs()).unwrap_or_default();
    instant.is_some_and(|instant| instant.seconds().abs_diff(now.cast_signed()) < 3600)
}

fn shortened(run: &Run, text: &str) -> String {
    let Some(path) = text.strip_prefix(run.root()) else {
        return text.to_owned();
    };
    match path.rsplit_once('/') {
        Some((parent, id))
            if id.len() == GENERATED && id.chars().all(|next| next.is_ascii_alphanumeric()) =>
        {
            format!("D{parent}/generated")
        }
        _ => format!("D{path}"),
    }
}
