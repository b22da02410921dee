//! What is kept of a request when it has been answered: one line in the log, and the points of the metrics.

use axum::body::HttpBody as _;
use axum::extract::MatchedPath;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use mentora_durable::platform::log::{self, Level};
use mentora_durable::platform::metrics::{Asker, Metrics, Point, Request};
use mentora_durable::platform::store_tally::Work;
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::ApiError;

/// One request and its answer. It names the route, never the path or the query: ids may be personal, and a ticket is a
/// secret.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    method: String,
    route: Option<String>,
    status: u16,
    code: Option<String>,
    reason: Option<String>,
    bytes_in: u64,
    bytes_out: Option<u64>,
}

impl Record {
    /// Of a request that is about to be answered.
    #[must_use]
    pub fn of(method: &Method, headers: &HeaderMap) -> Self {
        let length = headers.get(header::CONTENT_LENGTH);
        let bytes_in = length.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or_default();
        Self { method: method.as_str().to_owned(), bytes_in, ..Self::default() }
    }

    /// Notes the answer of the router, which still bears the error that is behind it.
    pub fn note_answer(&mut self, response: &Response) {
        let error = response.extensions().get::<ApiError>();
        self.status = response.status().as_u16();
        self.route = response.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
        self.code = error.and_then(|error| json!(error.code()).as_str().map(str::to_owned));
        self.reason = error.and_then(|error| error.internal().map(str::to_owned));
    }

    /// Notes the body as it goes out.
    pub fn note_body(&mut self, response: &Response) {
        self.bytes_out = response.body().size_hint().exact();
    }

    /// Tells the log and the metrics.
    pub fn tell(&self, request_id: &str, ms: i64, context: Option<&Context>) {
        let store = context.map(|context| context.store().total()).unwrap_or_default();
        let actor = context.and_then(Context::actor);
        log::write(self.level(), "request.finished", self.fields(request_id, ms, actor, store));
        if let Some(context) = context {
            let metrics = Metrics::of(context.env());
            metrics.write(&Point::Request(Request {
                method: &self.method,
                route: self.route.as_deref().unwrap_or_default(),
                code: self.code.as_deref().unwrap_or_default(),
                ms,
                status: self.status,
                store,
                bytes_in: self.bytes_in,
                bytes_out: self.bytes_out.unwrap_or_default(),
            }));
            metrics.write_store(context.store(), &context.config().store, Asker::Request);
        }
    }

    fn level(&self) -> Level {
        match self.status {
            500.. => Level::Error,
            400..500 => Level::Warning,
            _ => Level::Info,
        }
    }

    fn fields(&self, request_id: &str, ms: i64, actor: Option<&str>, store: Work) -> Value {
        json!({
            "requestId": request_id,
            "method": self.method,
            "route": self.route,
            "actor": actor,
            "status": self.status,
            "code": self.code,
            "reason": self.reason,
            "ms": ms,
            "storeCalls": store.calls,
            "storeFailures": store.failures,
            "storeMs": store.ms,
            "reads": store.reads,
            "writes": store.writes,
            "bytesIn": self.bytes_in,
            "bytesOut": self.bytes_out,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    fn record(response: &Response) -> Record {
        let mut record = Record::of(&Method::GET, &HeaderMap::new());
        record.note_answer(response);
        record
    }

    #[test]
    fn the_status_says_how_loud() {
        assert_eq!(record(&"fine".into_response()).level(), Level::Info);
        assert_eq!(record(&ApiError::course_not_found().into_response()).level(), Level::Warning);
        assert_eq!(record(&ApiError::internal_error("broken").into_response()).level(), Level::Error);
    }

    #[test]
    fn a_line_says_what_came_of_the_request_and_what_it_took() {
        let mut record = record(&ApiError::internal_error("the disk is full").into_response());
        record.bytes_out = Some(5);
        let store = Work { calls: 3, failures: 1, reads: 2, writes: 1, ms: 40, bytes: 900 };
        let expected = json!({
            "requestId": "r1", "method": "GET", "route": null, "actor": "0123456789abcdef", "status": 500,
            "code": "INTERNAL_ERROR", "reason": "the disk is full", "ms": 55,
            "storeCalls": 3, "storeFailures": 1, "storeMs": 40, "reads": 2, "writes": 1,
            "bytesIn": 0, "bytesOut": 5,
        });
        assert_eq!(record.fields("r1", 55, Some("0123456789abcdef"), store), expected);
    }

    #[test]
    fn the_length_of_a_body_is_what_was_announced() {
        let announced =
            |text| HeaderMap::from_iter([(header::CONTENT_LENGTH, header::HeaderValue::from_static(text))]);
        assert_eq!(Record::of(&Method::POST, &announced("17")).bytes_in, 17);
        assert_eq!(Record::of(&Method::POST, &announced("many")).bytes_in, 0);
    }
}
