//! `POST /v3/mail/send`

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::refusal::Refusal;
use super::rules;
use crate::mishap;
use crate::plan::Moment;
use crate::world::World;

const PATH: &str = "/v3/mail/send";
const MESSAGE_ID: HeaderName = HeaderName::from_static("x-message-id");
const MOST_BYTES: usize = 30 * 1024 * 1024;
/// A sender here was never verified.
const UNVERIFIED: &str = "@unverified.example";

/// `POST /v3/mail/send`: keeps the mail in the outbox.
pub async fn handle(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let mail = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let result = match mishap::befall(&world, PATH, &mail, Moment::Mail).await {
        Some(status) => Err(Refusal::planned(status)),
        None => take(&world, &headers, &body, &mail),
    };
    let result = match result {
        // It is kept, whatever the caller learns of that.
        Ok(id) => match mishap::befall(&world, PATH, &mail, Moment::MailTaken).await {
            Some(status) => Err(Refusal::planned(status)),
            None => Ok(id),
        },
        refused => refused,
    };
    let response = match result {
        Ok(id) => (StatusCode::ACCEPTED, [(MESSAGE_ID, id)]).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    world.journal.request("POST", PATH, response.status().as_u16(), mail);
    response
}

/// Takes a mail and tells its name.
fn take(world: &World, headers: &HeaderMap, body: &Bytes, mail: &Value) -> Result<String, Refusal> {
    let key = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if key.is_none_or(|key| !key.starts_with("SG.") || key.contains("bad")) {
        return Err(Refusal::unauthorized());
    }
    if body.len() > MOST_BYTES {
        return Err(Refusal::too_large());
    }
    let faults = rules::faults(mail);
    if !faults.is_empty() {
        return Err(Refusal::bad(faults));
    }
    if mail["from"]["email"].as_str().is_some_and(|from| from.to_lowercase().ends_with(UNVERIFIED)) {
        return Err(Refusal::unverified_sender());
    }
    Ok(world.outbox.keep(mail))
}
