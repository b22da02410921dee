//! `DocumentStore`: keeps documents where there is no Firestore. One object a project; it answers Firestore's REST
//! calls from its own SQLite, so everything above it is the same with and without Google.
//!
//! Only the Worker can reach it, through the binding: there is no one to authenticate.

// What the macro makes public has no documentation.
#![allow(missing_docs)]

use std::cell::RefCell;

use http::StatusCode;
use mentora_firestore::embedded::Store;
use serde_json::json;
use wasm_bindgen::prelude::*;
use worker::{
    DurableObject, Env, Headers, Request, Response, ResponseBuilder, Result, State, durable_object,
};

use crate::platform::sql::{ObjectSql, in_transaction};
use crate::platform::{clock, log};

/// Firestore's own limit.
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;

type Call = http::Request<Vec<u8>>;
type Reply = http::Response<Vec<u8>>;

/// The Durable Object.
#[durable_object(fetch)]
#[derive(Debug)]
pub struct DocumentStore {
    state: State,
    // Opened by the first request, so that a failure is an answer and not the end of the constructor.
    store: RefCell<Option<Store<ObjectSql>>>,
}

impl DurableObject for DocumentStore {
    fn new(state: State, _: Env) -> Self {
        Self { state, store: RefCell::new(None) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let reply = match received(request).await {
            Ok(request) => self.answer(&request),
            Err(refusal) => refusal,
        };
        if reply.status() == StatusCode::INTERNAL_SERVER_ERROR {
            let message = String::from_utf8_lossy(reply.body()).into_owned();
            log::failure("document_store.failed", json!({ "message": message }));
        }
        sent(reply)
    }
}

impl DocumentStore {
    /// Answers a request within one transaction: should the database fail half-way, nothing was written.
    fn answer(&self, request: &Call) -> Reply {
        let Ok(mut slot) = self.store.try_borrow_mut() else {
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "the store is busy");
        };
        let storage = self.state.storage();
        let mut store = match slot.take() {
            Some(store) => store,
            None => match Store::open(ObjectSql::of(&storage)) {
                Ok(store) => store,
                Err(error) => {
                    return refusal(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", &error.to_string());
                }
            },
        };

        let now_micros = clock::now().0.saturating_mul(1000);
        let mut reply = None;
        let work = || {
            let answered = store.handle(now_micros, request);
            let failed = answered.status() == StatusCode::INTERNAL_SERVER_ERROR;
            reply = Some(answered);
            if failed { Err(JsValue::from_str("rolled back")) } else { Ok(JsValue::UNDEFINED) }
        };
        let ended = in_transaction(&storage, work);
        *slot = Some(store);
        match (ended, reply) {
            (Err(error), None) => refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL",
                &format!("no transaction: {}", worker::Error::from(error)),
            ),
            // The commit itself failed: what the store answered did not happen.
            (Err(error), Some(answered)) if answered.status().is_success() => refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL",
                &format!("not committed: {}", worker::Error::from(error)),
            ),
            (_, Some(answered)) => answered,
            (Ok(_), None) => {
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "the request was not looked at")
            }
        }
    }
}

async fn received(mut request: Request) -> std::result::Result<Call, Reply> {
    let unreadable = |error: &dyn std::fmt::Display| {
        refusal(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", &error.to_string())
    };
    let too_large = || {
        let message = format!("Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes.");
        refusal(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", &message)
    };

    let announced = request.headers().get("content-length").ok().flatten();
    if announced
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > MAX_REQUEST_BYTES)
    {
        return Err(too_large());
    }
    let url = request.url().map_err(|error| unreadable(&error))?;
    let method: &str = &String::from(request.method());
    let body = request.bytes().await.map_err(|error| unreadable(&error))?;
    if body.len() > MAX_REQUEST_BYTES {
        return Err(too_large());
    }
    http::Request::builder().method(method).uri(url.as_str()).body(body).map_err(|error| unreadable(&error))
}

fn sent(reply: Reply) -> Result<Response> {
    let headers = Headers::new();
    for (name, value) in reply.headers() {
        if let Ok(value) = value.to_str() {
            headers.append(name.as_str(), value)?;
        }
    }
    let response = ResponseBuilder::new().with_status(reply.status().as_u16()).with_headers(headers);
    let body = reply.into_body();
    // A status that forbids a body would panic with one, even an empty one.
    Ok(if body.is_empty() { response.empty() } else { response.fixed(body) })
}

/// An error in Google's form.
fn refusal(status: StatusCode, name: &str, message: &str) -> Reply {
    let error = json!({ "error": { "code": status.as_u16(), "message": message, "status": name } });
    let mut reply = http::Response::new(error.to_string().into_bytes());
    *reply.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json; charset=utf-8");
    reply.headers_mut().insert(http::header::CONTENT_TYPE, json);
    reply
}
