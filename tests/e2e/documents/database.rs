//! The documents of a Worker by Firestore's REST, in plain JSON.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stack::{Stack, Store};

const PATIENCE: Duration = Duration::from_secs(30);
const PAGE: usize = 300;
/// Of how many others the documents are written by one commit.
const COPIED_AT_ONCE: usize = 50;

/// What became of a call that writes.
#[derive(Debug)]
pub enum Outcome {
    /// It is written; this is the reply.
    Done(Value),
    /// Something that had to be absent is there.
    AlreadyExists,
    /// Nobody was there to take it.
    NotSent,
    /// The connection broke, or who broke was on the way: it is written or it is not.
    Unknown,
}

/// A database.
#[derive(Debug, Clone)]
pub struct Database {
    http: reqwest::Client,
    documents: String,
    name: String,
}

impl Database {
    /// The one that the Worker uses.
    pub fn of(stack: &Stack) -> Self {
        let name = format!("projects/{}/databases/(default)/documents", stack.project);
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        let base = match &stack.store {
            Store::Firestore(host) => format!("http://{host}"),
            Store::Embedded => stack.url(""),
        };
        Self { http, documents: format!("{base}/v1/{name}"), name }
    }

    /// The full name of a document.
    pub fn name_of(&self, path: &str) -> String {
        format!("{}/{path}", self.name)
    }

    pub async fn commit(&self, writes: &[Value]) -> Outcome {
        self.write(self.http.post(format!("{}:commit", self.documents)), &json!({ "writes": writes })).await
    }

    /// Commits, behind the back of the API; nothing may be in the way.
    pub async fn change(&self, writes: &[Value]) {
        let outcome = self.commit(writes).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}: {writes:?}");
    }

    /// Writes one document, whether or not it is there.
    pub async fn patch(&self, path: &str, fields: &Value) -> Outcome {
        self.write(self.http.patch(format!("{}/{path}", self.documents)), &json!({ "fields": fields })).await
    }

    /// Writes one document, which must not be there.
    pub async fn create(&self, collection: &str, id: &str, fields: &Value) -> Outcome {
        let url = format!("{}/{collection}?documentId={id}", self.documents);
        self.write(self.http.post(url), &json!({ "fields": fields })).await
    }

    async fn write(&self, request: reqwest::RequestBuilder, body: &Value) -> Outcome {
        let response = match request.bearer_auth("owner").json(body).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Outcome::NotSent,
            Err(_) => return Outcome::Unknown,
        };
        let status = response.status().as_u16();
        let Ok(text) = response.text().await else { return Outcome::Unknown };
        match (status, serde_json::from_str(&text)) {
            (200, Ok(reply)) => Outcome::Done(reply),
            (200, Err(_)) | (500.., _) => Outcome::Unknown,
            (409, _) => Outcome::AlreadyExists,
            _ => panic!("a write was answered with {status}: {text}\n{body}"),
        }
    }

    /// Writes each of these documents once more for each of so many others: `named` says what stands in there in place of the names
    /// of the first, and `changed` what else is different.
    pub async fn copy(
        &self,
        paths: &[String],
        count: usize,
        named: impl Fn(usize, &str) -> String,
        changed: impl Fn(usize, &str, &mut Value),
    ) {
        let mut models = Vec::new();
        for path in paths {
            let found = self.get(path).await.unwrap_or_else(|| panic!("{path} is not there"));
            models.push((path, found["fields"].to_string()));
        }
        for some in (0..count).collect::<Vec<_>>().chunks(COPIED_AT_ONCE) {
            let mut writes = Vec::new();
            for (n, (path, fields)) in some.iter().flat_map(|n| models.iter().map(move |model| (*n, model))) {
                let mut fields: Value = serde_json::from_str(&named(n, fields)).unwrap();
                changed(n, path, &mut fields);
                writes.push(json!({ "update": { "name": self.name_of(&named(n, path)), "fields": fields } }));
            }
            self.change(&writes).await;
        }
    }

    /// A document, if it is there.
    pub async fn get(&self, path: &str) -> Option<Value> {
        let request = self.http.get(format!("{}/{path}", self.documents));
        let response = request.bearer_auth("owner").send().await.unwrap();
        if response.status().as_u16() == 404 {
            return None;
        }
        assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
        Some(response.json().await.unwrap())
    }

    /// All documents of a collection, by name.
    pub async fn list(&self, collection: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut token = String::new();
        loop {
            let parameters = [("pageSize", PAGE.to_string()), ("pageToken", token.clone())];
            let request = self.http.get(format!("{}/{collection}", self.documents)).query(&parameters);
            let mut page = read(request).await;
            if let Some(documents) = page["documents"].as_array_mut() {
                all.append(documents);
            }
            match page["nextPageToken"].as_str() {
                Some(next) => next.clone_into(&mut token),
                None => return all,
            }
        }
    }

    /// What a collection has where all these fields are equal to these values, by name.
    pub async fn find(&self, collection: &str, equal: &[(&str, Value)]) -> Vec<Value> {
        let body = json!({ "structuredQuery": query(collection, equal) });
        let elements = read(self.http.post(format!("{}:runQuery", self.documents)).json(&body)).await;
        let elements = elements.as_array().unwrap().iter();
        elements.filter_map(|element| element.get("document").cloned()).collect()
    }

    /// All documents there are.
    pub async fn everything(&self) -> Vec<Value> {
        let body = json!({ "structuredQuery": { "from": [{ "allDescendants": true }] } });
        let elements = read(self.http.post(format!("{}:runQuery", self.documents)).json(&body)).await;
        let elements = elements.as_array().unwrap().iter();
        elements.filter_map(|element| element.get("document").cloned()).collect()
    }

    /// How many [`Database::find`] would find.
    pub async fn count(&self, collection: &str, equal: &[(&str, Value)]) -> usize {
        let body = json!({ "structuredAggregationQuery": {
            "structuredQuery": query(collection, equal), "aggregations": [{ "alias": "n", "count": {} }],
        } });
        let url = format!("{}:runAggregationQuery", self.documents);
        let elements = read(self.http.post(url).json(&body)).await;
        integer(&elements[0]["result"]["aggregateFields"]["n"]).try_into().unwrap()
    }
}

async fn read(request: reqwest::RequestBuilder) -> Value {
    let response = request.bearer_auth("owner").send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "a read was answered with {status}: {text}");
    serde_json::from_str(&text).unwrap()
}

fn query(collection: &str, equal: &[(&str, Value)]) -> Value {
    let mut query = json!({ "from": [{ "collectionId": collection }] });
    let filters: Vec<Value> = equal
        .iter()
        .map(|(field, value)| {
            json!({ "fieldFilter": { "field": { "fieldPath": field }, "op": "EQUAL", "value": value } })
        })
        .collect();
    if !filters.is_empty() {
        query["where"] = json!({ "compositeFilter": { "op": "AND", "filters": filters } });
    }
    query
}

pub fn string_value(text: &str) -> Value {
    json!({ "stringValue": text })
}

pub fn integer_value(number: impl Into<i64>) -> Value {
    json!({ "integerValue": number.into().to_string() })
}

/// The number in an integer value.
pub fn integer(value: &Value) -> i64 {
    let text = value["integerValue"].as_str().unwrap_or_else(|| panic!("no integer: {value}"));
    text.parse().unwrap()
}

/// The id of a document.
pub fn id(document: &Value) -> &str {
    document["name"].as_str().unwrap().rsplit('/').next().unwrap()
}

/// A time of a document or a commit, as text that sorts: replies leave out the zeros at the end.
pub fn version(time: &Value) -> String {
    let text = time.as_str().and_then(|text| text.strip_suffix('Z'));
    let text = text.unwrap_or_else(|| panic!("no time: {time}"));
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<9}")
}
