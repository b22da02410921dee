//! The documents, and what is asked of them. They look like Mentora's conversations without their turns.

use serde_json::{Value as Json, json};

use super::{DocumentsError, store::Store};

const ROOT: &str = "projects/bench/databases/(default)/documents";
const COLLECTION: &str = "conversations";
/// So many documents are about one assignment: the conversations of a large course.
const TOGETHER: u32 = 200;
const AT_ONCE: u32 = 400;

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// One document by name.
    Get,
    /// Two fields of one document set, a third incremented, if it exists.
    Commit,
    /// The latest twenty of one assignment: an equality, an order, a limit.
    Query,
    /// The latest twenty of all: an order and a limit.
    Latest,
    /// How many are about one assignment.
    Count,
}

impl Call {
    pub const ALL: [Self; 5] = [Self::Get, Self::Commit, Self::Query, Self::Latest, Self::Count];

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Commit => "commit",
            Self::Query => "query: =, order, limit 20",
            Self::Latest => "query: order, limit 20",
            Self::Count => "count: =",
        }
    }
}

/// So many documents.
pub struct Load {
    documents: u32,
}

impl Load {
    pub fn new(documents: u32) -> Self {
        Self { documents }
    }

    /// Writes all documents.
    pub fn fill(&self, store: &Store) -> Result<(), DocumentsError> {
        for first in (0..self.documents).step_by(usize::try_from(AT_ONCE).unwrap_or(1)) {
            eprint!("\r{:<24} {:>9} of {} documents", store.name, first, self.documents);
            let last = first.saturating_add(AT_ONCE).min(self.documents);
            let writes: Vec<Json> = (first..last).map(|index| json!({ "update": document(index) })).collect();
            store.ask(
                "POST",
                &format!("{ROOT}:commit"),
                json!({ "writes": writes }).to_string().as_bytes(),
            )?;
        }
        eprintln!("\r{:<24} {:>9} of {} documents", store.name, self.documents, self.documents);
        Ok(())
    }

    /// One call; `luck` decides which documents it is about.
    pub fn ask(&self, store: &Store, call: Call, luck: u64) -> Result<(), DocumentsError> {
        let index = u32::try_from(luck % u64::from(self.documents)).unwrap_or(0);
        let of_assignment = json!({ "fieldFilter": {
            "field": { "fieldPath": "assignmentId" },
            "op": "EQUAL",
            "value": { "stringValue": assignment(index) },
        } });
        let latest = json!([{ "field": { "fieldPath": "startedAt" }, "direction": "DESCENDING" }]);
        let from = json!([{ "collectionId": COLLECTION }]);
        let (method, path, body) = match call {
            Call::Get => ("GET", format!("{ROOT}/{COLLECTION}/{}", id(index)), Json::Null),
            Call::Commit => {
                let write = json!({
                    "update": { "name": name(index), "fields": {
                        "state": { "stringValue": "active" },
                        "lastActionAt": { "integerValue": (1_795_400_000_000 + luck % 1_000_000_000).to_string() },
                    } },
                    "updateMask": { "fieldPaths": ["state", "lastActionAt"] },
                    "updateTransforms": [{ "fieldPath": "turnCount", "increment": { "integerValue": "1" } }],
                    "currentDocument": { "exists": true },
                });
                ("POST", format!("{ROOT}:commit"), json!({ "writes": [write] }))
            }
            Call::Query => {
                let query = json!({ "from": from, "where": of_assignment, "orderBy": latest, "limit": 20 });
                ("POST", format!("{ROOT}:runQuery"), json!({ "structuredQuery": query }))
            }
            Call::Latest => {
                let query = json!({ "from": from, "orderBy": latest, "limit": 20 });
                ("POST", format!("{ROOT}:runQuery"), json!({ "structuredQuery": query }))
            }
            Call::Count => {
                let query = json!({ "from": from, "where": of_assignment });
                let asked = json!({ "structuredQuery": query, "aggregations": [{ "count": {} }] });
                (
                    "POST",
                    format!("{ROOT}:runAggregationQuery"),
                    json!({ "structuredAggregationQuery": asked }),
                )
            }
        };
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        store.ask(method, &path, &body).map(drop)
    }
}

fn id(index: u32) -> String {
    format!("c{index:07}")
}

fn name(index: u32) -> String {
    format!("{ROOT}/{COLLECTION}/{}", id(index))
}

fn assignment(index: u32) -> String {
    format!("assignment-{}", index / TOGETHER)
}

fn document(index: u32) -> Json {
    let text = |text: String| json!({ "stringValue": text });
    let number = |number: u64| json!({ "integerValue": number.to_string() });
    let index_64 = u64::from(index);
    json!({ "name": name(index), "fields": {
        "assignmentId": text(assignment(index)),
        "courseId": text(format!("course-{}", index / (TOGETHER * 10))),
        "userId": text(format!("student-{}", index % 5000)),
        "state": text("closed".to_owned()),
        "endReason": text("concluded".to_owned()),
        "summary": text("The student moved from a firm yet unexplained yes to a qualified one. ".repeat(4)),
        "turnCount": number(index_64 % 40),
        "costMicros": number(index_64 * 17 % 90_000),
        // Scattered, so that the order of time is not that of the names.
        "startedAt": number(1_795_000_000_000 + index_64 * 7_919_777 % 400_000_000),
        "lastActionAt": number(1_795_400_000_000 + index_64),
        "tokenUsage": { "mapValue": { "fields": { "input": number(900), "output": number(400) } } },
    } })
}
