//! What was received and sent, per connection, so that a test can assert it. Secrets are left out, audio is
//! told by its length.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};

/// Entries kept per connection; a long voice dialogue has about twenty a second.
const ENTRIES: usize = 20_000;
/// Connections kept.
const CONNECTIONS: usize = 1_000;
/// REST requests kept.
const REQUESTS: usize = 2_000;

/// All records of a sim.
#[derive(Default)]
pub struct Journal {
    connections: Mutex<VecDeque<Arc<ConnectionRecord>>>,
    requests: Mutex<VecDeque<Value>>,
    opened: AtomicU64,
    refused: AtomicU64,
    turns: AtomicU64,
}

/// The record of one Live connection.
pub struct ConnectionRecord {
    id: u64,
    path: String,
    query: Value,
    headers: Value,
    opened: Instant,
    inner: Mutex<Recorded>,
}

#[derive(Default)]
struct Recorded {
    entries: Vec<Value>,
    left_out: u64,
    closed: Option<Value>,
}

impl Journal {
    /// A connection was accepted.
    pub fn open(&self, uri: &Uri, headers: &HeaderMap) -> Arc<ConnectionRecord> {
        let record = Arc::new(ConnectionRecord {
            id: self.opened.fetch_add(1, Ordering::Relaxed) + 1,
            path: uri.path().to_owned(),
            query: query_without_secrets(uri.query().unwrap_or_default()),
            headers: headers_without_secrets(headers),
            opened: Instant::now(),
            inner: Mutex::default(),
        });
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.push_back(Arc::clone(&record));
        if connections.len() > CONNECTIONS {
            connections.pop_front();
        }
        record
    }

    /// An upgrade was refused.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A student turn began.
    pub fn turn(&self) {
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// A REST request was served.
    pub fn request(&self, method: &str, path: &str, status: u16, body: Value) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push_back(json!({ "method": method, "path": path, "status": status, "body": body }));
        if requests.len() > REQUESTS {
            requests.pop_front();
        }
    }

    /// Forgets everything but the counters.
    pub fn clear(&self) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// `GET /sim/log`.
    pub fn log(&self) -> Value {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "connections": connections.iter().map(|record| record.to_json()).collect::<Vec<_>>(),
            "requests": requests.iter().collect::<Vec<_>>(),
        })
    }

    /// `GET /sim/state`.
    pub fn counts(&self) -> Value {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "openSockets": connections.iter().filter(|record| record.is_open()).count(),
            "connections": self.opened.load(Ordering::Relaxed),
            "refused": self.refused.load(Ordering::Relaxed),
            "turns": self.turns.load(Ordering::Relaxed),
        })
    }
}

impl ConnectionRecord {
    /// From 1.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A frame from the client.
    pub fn received(&self, frame: &Value) {
        self.add("received", summarised(frame));
    }

    /// A frame to the client.
    pub fn sent(&self, frame: &Value) {
        self.add("sent", summarised(frame));
    }

    /// Something worth knowing that is no frame.
    pub fn note(&self, text: &str) {
        self.add("note", json!(text));
    }

    /// The end; the first one counts.
    pub fn closed(&self, by: &str, close: Value) {
        let at = self.opened.elapsed().as_millis() as u64;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.closed.get_or_insert_with(|| json!({ "by": by, "atMs": at, "close": close }));
    }

    fn is_open(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).closed.is_none()
    }

    fn add(&self, kind: &str, value: Value) {
        let at = self.opened.elapsed().as_millis() as u64;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.entries.len() < ENTRIES {
            inner.entries.push(json!({ "atMs": at, kind: value }));
        } else {
            inner.left_out += 1;
        }
    }

    fn to_json(&self) -> Value {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "id": self.id, "path": self.path, "query": self.query, "headers": self.headers,
            "closed": inner.closed, "entries": inner.entries, "entriesLeftOut": inner.left_out,
        })
    }
}

/// The frame with every `data` string (base64) replaced by its size.
fn summarised(frame: &Value) -> Value {
    match frame {
        Value::Object(object) => {
            let summary: Map<String, Value> = object
                .iter()
                .map(|(key, value)| match value {
                    Value::String(data) if key == "data" => {
                        (key.clone(), json!(format!("<{} bytes>", data.trim_end_matches('=').len() * 3 / 4)))
                    }
                    other => (key.clone(), summarised(other)),
                })
                .collect();
            Value::Object(summary)
        }
        Value::Array(items) => items.iter().map(summarised).collect(),
        other => other.clone(),
    }
}

fn headers_without_secrets(headers: &HeaderMap) -> Value {
    const SECRET: [&str; 4] = ["authorization", "x-goog-api-key", "cookie", "sec-websocket-key"];
    let shown: Map<String, Value> = headers
        .iter()
        .map(|(name, value)| {
            let text = if SECRET.contains(&name.as_str()) {
                "<secret>"
            } else {
                value.to_str().unwrap_or("<binary>")
            };
            (name.to_string(), json!(text))
        })
        .collect();
    Value::Object(shown)
}

fn query_without_secrets(query: &str) -> Value {
    let shown: Map<String, Value> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let secret = matches!(name, "key" | "access_token");
            (name.to_owned(), json!(if secret { "<secret>" } else { value }))
        })
        .collect();
    Value::Object(shown)
}
