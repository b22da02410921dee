//! `POST /v1/projects/{project}/messages:send`

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::rules;
use crate::google::token::TOKEN_PREFIX;
use crate::mishap;
use crate::plan::Moment;
use crate::world::World;

/// `POST /v1/projects/{project}/messages:send`: keeps the message in the outbox.
pub async fn handle(
    State(world): State<Arc<World>>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = format!("/v1/projects/{project}/messages:send");
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let result = match mishap::befall(&world, &path, &body, Moment::Push).await {
        Some(status) => Err(Refusal::planned(status)),
        None => take(&world, &project, &headers, &body),
    };
    let result = match result {
        // It is kept, whatever the caller learns of that.
        Ok(name) => match mishap::befall(&world, &path, &body, Moment::PushTaken).await {
            Some(status) => Err(Refusal::planned(status)),
            None => Ok(name),
        },
        refused => refused,
    };
    let response = match result {
        Ok(name) => Json(json!({ "name": name })).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    world.journal.request("POST", &path, response.status().as_u16(), body);
    response
}

/// Takes a message and tells its name.
fn take(world: &World, project: &str, headers: &HeaderMap, body: &Value) -> Result<String, Refusal> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if token.is_none_or(|token| !token.starts_with(TOKEN_PREFIX)) {
        return Err(Refusal::unauthenticated());
    }
    let violations = rules::violations(body);
    if !violations.is_empty() {
        return Err(Refusal::bad_fields(violations));
    }
    let message = &body["message"];
    if !message["token"].as_str().is_some_and(rules::is_token) {
        return Err(Refusal::bad_token());
    }
    Ok(world.pushes.keep(project, message))
}
