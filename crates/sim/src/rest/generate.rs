//! `POST /{version}/models/{model}:generateContent`, `:streamGenerateContent` and `:countTokens`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::filling;
use crate::credentials::{ApiKey, Credential};
use crate::google_error::GoogleError;
use crate::live::answer::word_pieces;
use crate::live::context::{Role, Tokens, Turn, text_of, text_parts};
use crate::plan::{Action, Moment, Place, Situation};
use crate::tutor;
use crate::world::World;

/// Words in one event of a stream.
const WORDS_PER_EVENT: usize = 4;

/// Any of the three methods.
pub async fn handle(
    State(world): State<Arc<World>>,
    Path((version, target)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let sent = serde_json::from_str(&body).unwrap_or(Value::Null);
    let fault = suffer(&world, &sent).await;
    let result = match fault {
        Some(Fault::Status(status)) => Err(GoogleError::planned(status)),
        fault => serve(&version, &target, &uri, &headers, &body, fault.is_some()),
    };
    let response = result.into_response();
    world.journal.request("POST", uri.path(), response.status().as_u16(), sent);
    response
}

/// What goes wrong with one request, besides that it takes long.
enum Fault {
    Status(StatusCode),
    Garbage,
}

async fn suffer(world: &World, request: &Value) -> Option<Fault> {
    let latest = request.get("contents").and_then(Value::as_array).and_then(|contents| contents.last());
    let text = text_of(latest);
    let situation = Situation { place: Place::OUTSIDE, turn: 0, text: &text, moment: Moment::Generate };
    let mut fault = None;
    for action in world.plan.take(&situation) {
        match action {
            Action::DelayMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Action::HttpStatus(status) => fault = StatusCode::from_u16(status).ok().map(Fault::Status),
            Action::Garbage(_) => fault = Some(Fault::Garbage),
            _ => {}
        }
    }
    fault
}

fn serve(
    version: &str,
    target: &str,
    uri: &Uri,
    headers: &HeaderMap,
    body: &str,
    garbage: bool,
) -> Result<Response, GoogleError> {
    if !matches!(version, "v1" | "v1beta" | "v1alpha") {
        return Err(GoogleError::not_found("Requested entity was not found."));
    }
    match Credential::find(uri, headers).and_then(Credential::key) {
        None => return Err(GoogleError::unregistered_caller()),
        Some(ApiKey::Bad) => return Err(GoogleError::key_not_valid()),
        Some(ApiKey::Expired) => {
            return Err(GoogleError::invalid_argument("API key expired. Please renew the API key."));
        }
        Some(ApiKey::OutOfQuota) => return Err(GoogleError::quota_exceeded()),
        Some(ApiKey::Good) => {}
    }
    let (model, method) = target.split_once(':').unwrap_or((target, ""));
    if !is_served(model) {
        return Err(GoogleError::not_found(format!(
            "models/{model} is not found for API version {version}, or is not supported for {method}. \
             Call ListModels to see the list of available models and their supported methods."
        )));
    }
    let request: Value = serde_json::from_str(body)
        .map_err(|error| GoogleError::invalid_argument(format!("Invalid JSON payload received. {error}")))?;
    let request = Request::read(&request)?;
    match method {
        // As a model that runs out of tokens, and says that it was done.
        "generateContent" if garbage => {
            Ok(Json(request.response(model, "{\"garbage\": [", Some("STOP"))).into_response())
        }
        "generateContent" => {
            Ok(Json(request.response(model, &request.answer(), Some("STOP"))).into_response())
        }
        "streamGenerateContent" => Ok(request.stream(model, uri.query().unwrap_or_default())),
        "countTokens" => Ok(Json(json!({
            "totalTokens": request.prompt.total(), "promptTokensDetails": request.prompt.details(),
        }))
        .into_response()),
        _ => Err(GoogleError::not_found("Requested entity was not found.")),
    }
}

/// Text models from 3.1 on; the 2.5 family has been retired, Live models do not serve text.
fn is_served(model: &str) -> bool {
    let version = model.strip_prefix("gemini-3.");
    version.is_some_and(|rest| rest.contains("flash") || rest.contains("pro")) && !model.contains("live")
}

struct Request {
    turns: Vec<Turn>,
    prompt: Tokens,
    schema: Option<Value>,
    json: bool,
}

impl Request {
    fn read(request: &Value) -> Result<Self, GoogleError> {
        const KNOWN: [&str; 9] = [
            "model",
            "contents",
            "systemInstruction",
            "generationConfig",
            "safetySettings",
            "tools",
            "toolConfig",
            "cachedContent",
            "labels",
        ];
        let object = request
            .as_object()
            .ok_or_else(|| GoogleError::invalid_argument("Invalid JSON payload received."))?;
        // countTokens may wrap the whole request.
        let request = object.get("generateContentRequest").unwrap_or(request);
        if let Some(name) =
            request.as_object().and_then(|object| object.keys().find(|name| !KNOWN.contains(&name.as_str())))
        {
            return Err(GoogleError::invalid_argument(format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
            )));
        }
        let contents =
            request.get("contents").and_then(Value::as_array).filter(|contents| !contents.is_empty());
        let contents = contents.ok_or_else(|| {
            GoogleError::invalid_argument("* GenerateContentRequest.contents: contents is not specified")
        })?;
        let mut turns = Vec::with_capacity(contents.len());
        for content in contents {
            let role = match content.get("role").and_then(Value::as_str) {
                None | Some("user" | "") => Role::User,
                Some("model") => Role::Model,
                Some(_) => {
                    return Err(GoogleError::invalid_argument("Please use a valid role: user, model."));
                }
            };
            let parts = text_parts(content);
            turns.push(Turn { role, tokens: Tokens::of_text(&parts.concat()), parts });
        }
        let system = Tokens::of_text(&text_of(request.get("systemInstruction")));
        let config = request.get("generationConfig");
        let schema = config
            .and_then(|config| config.get("responseSchema").or_else(|| config.get("responseJsonSchema")));
        let mime_type = config.and_then(|config| config.get("responseMimeType")).and_then(Value::as_str);
        if schema.is_some() && mime_type != Some("application/json") {
            return Err(GoogleError::invalid_argument(
                "Response schema is only supported with response mime type application/json.",
            ));
        }
        Ok(Self {
            prompt: turns.iter().fold(system, |sum, turn| sum + turn.tokens),
            turns,
            schema: schema.cloned(),
            json: mime_type == Some("application/json"),
        })
    }

    fn answer(&self) -> String {
        let question = tutor::reply(self.turns.iter());
        let latest = self.turns.iter().rev().find(|turn| turn.role == Role::User);
        let latest = latest.map(|turn| turn.parts.join(" ")).unwrap_or_default();
        match &self.schema {
            Some(schema) => filling::fill(schema, &latest, &question).to_string(),
            None if self.json => json!({ "text": question }).to_string(),
            None => question,
        }
    }

    fn response(&self, model: &str, text: &str, finish: Option<&str>) -> Value {
        let mut candidate =
            json!({ "content": { "role": "model", "parts": [{ "text": text }] }, "index": 0 });
        if let Some(finish) = finish {
            candidate["finishReason"] = json!(finish);
        }
        let answer = Tokens::of_text(text);
        json!({
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": self.prompt.total(),
                "candidatesTokenCount": answer.total(),
                "totalTokenCount": self.prompt.total() + answer.total(),
                "promptTokensDetails": self.prompt.details(),
            },
            "modelVersion": model,
            "responseId": format!("{:016x}", rand::random::<u64>()),
        })
    }

    fn stream(&self, model: &str, query: &str) -> Response {
        let pieces = word_pieces(&self.answer());
        let events: Vec<String> = pieces.chunks(WORDS_PER_EVENT).map(<[String]>::concat).collect();
        let last = events.len().saturating_sub(1);
        let responses: Vec<Value> = events
            .iter()
            .enumerate()
            .map(|(index, text)| self.response(model, text, (index == last).then_some("STOP")))
            .collect();
        if !query.split('&').any(|pair| pair == "alt=sse") {
            return Json(responses).into_response(); // Without alt=sse, Google streams one JSON array.
        }
        let body: String = responses.iter().map(|response| format!("data: {response}\r\n\r\n")).collect();
        ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
    }
}
