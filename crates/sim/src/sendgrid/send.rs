//! `POST /v3/mail/send`

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::refusal::Refusal;
use super::rules;
use crate::plan::{Action, Moment, Place, Situation};
use crate::world::World;

const MESSAGE_ID: HeaderName = HeaderName::from_static("x-message-id");
const MOST_BYTES: usize = 30 * 1024 * 1024;
/// A sender here was never verified.
const UNVERIFIED: &str = "@unverified.example";

/// `POST /v3/mail/send`: keeps the mail in the outbox.
pub async fn handle(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let mail = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let result = match suffer(&world, &mail, Moment::Mail).await {
        Some(status) => Err(Refusal::planned(status)),
        None => take(&world, &headers, &body, &mail),
    };
    let result = match result {
        // It is kept, whatever the caller learns of that.
        Ok(id) => match suffer(&world, &mail, Moment::MailTaken).await {
            Some(status) => Err(Refusal::planned(status)),
            None => Ok(id),
        },
        refused => refused,
    };
    let response = match result {
        Ok(id) => (StatusCode::ACCEPTED, [(MESSAGE_ID, id)]).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    world.journal.request("POST", "/v3/mail/send", response.status().as_u16(), mail);
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

/// What goes wrong by plan, if something does: an answer; a stand-still; or no answer ever, and nothing after this.
async fn suffer(world: &World, mail: &Value, moment: Moment) -> Option<StatusCode> {
    let text = mail.to_string();
    let situation = Situation { place: Place::OUTSIDE, turn: 0, text: &text, moment };
    let mut failure = None;
    for action in world.plan.take(&situation) {
        match action {
            Action::DelayMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Action::HttpStatus(status) => failure = StatusCode::from_u16(status).ok(),
            // Ends the task of the connection, and so the connection, without a word to anybody.
            Action::Drop(_) => {
                world.journal.request("POST", "/v3/mail/send", 0, mail.clone());
                std::panic::resume_unwind(Box::new("cut by plan"))
            }
            _ => {}
        }
    }
    failure
}
