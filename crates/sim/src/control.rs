//! `/sim/…`: what tests and developers tell the sim, and what it tells them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::google::token::key_file;
use crate::google_error::GoogleError;
use crate::live::protojson::decode_base64;
use crate::plan::Plan;
use crate::world::World;

/// `GET /sim/plan`: what is left of the plan.
pub async fn get_plan(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "faults": world.plan.remaining().faults() }))
}

/// `POST /sim/plan`: a new plan in place of the old one.
pub async fn set_plan(State(world): State<Arc<World>>, body: String) -> Result<Json<Value>, GoogleError> {
    let plan = Plan::parse(&body).map_err(|error| GoogleError::invalid_argument(error.to_string()))?;
    world.plan.replace(plan);
    Ok(get_plan(State(world)).await)
}

/// `DELETE /sim/plan`: nothing more goes wrong.
pub async fn clear_plan(State(world): State<Arc<World>>) -> StatusCode {
    world.plan.replace(Plan::default());
    StatusCode::NO_CONTENT
}

/// `GET /sim/log`.
pub async fn log(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.journal.log())
}

/// `DELETE /sim/log`.
pub async fn clear_log(State(world): State<Arc<World>>) -> StatusCode {
    world.journal.clear();
    StatusCode::NO_CONTENT
}

/// `GET /sim/state`.
pub async fn state(State(world): State<Arc<World>>) -> Json<Value> {
    let mut state = world.journal.counts();
    state["voice"] = json!(world.speaker.engine_name());
    Json(state)
}

/// Body of `POST /sim/transcripts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcripts {
    texts: Vec<String>,
}

/// `POST /sim/transcripts`: what the next spoken turns mean.
pub async fn expect(State(world): State<Arc<World>>, body: String) -> Result<StatusCode, GoogleError> {
    let wish: Transcripts =
        serde_json::from_str(&body).map_err(|error| GoogleError::invalid_argument(error.to_string()))?;
    world.recogniser.expect(wish.texts);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /sim/transcripts`.
pub async fn expect_nothing(State(world): State<Arc<World>>) -> StatusCode {
    world.recogniser.expect_nothing();
    StatusCode::NO_CONTENT
}

/// Query of `POST /sim/speech` when the body is the WAV file itself.
#[derive(Debug, Deserialize)]
pub struct SpeechQuery {
    text: Option<String>,
}

/// JSON body of `POST /sim/speech`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Speech {
    text: String,
    /// Base64 of a WAV file.
    wav: String,
}

/// `POST /sim/speech`: a recording that is to be known when it is heard. Either `{"text", "wav": base64}`, or
/// the file as body and `?text=`.
pub async fn learn(
    State(world): State<Arc<World>>,
    Query(query): Query<SpeechQuery>,
    body: Bytes,
) -> Result<StatusCode, GoogleError> {
    let (wav, text) = match query.text {
        Some(text) => (body.to_vec(), text),
        None => {
            let speech: Speech = serde_json::from_slice(&body).map_err(|error| {
                GoogleError::invalid_argument(format!(
                    "send {{\"text\", \"wav\"}}, or a WAV file with ?text=: {error}"
                ))
            })?;
            let wav = decode_base64(&speech.wav);
            (wav.ok_or_else(|| GoogleError::invalid_argument("wav is not base64"))?, speech.text)
        }
    };
    world.recogniser.learn(&wav, &text).map_err(|error| GoogleError::invalid_argument(error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /sim/expire-handles`: every resumption handle is too old from now on.
pub async fn expire_handles(State(world): State<Arc<World>>) -> StatusCode {
    world.sessions.expire_handles();
    StatusCode::NO_CONTENT
}

/// `POST /sim/expire-urls`: every URL that was signed until now is too old.
pub async fn expire_urls(State(world): State<Arc<World>>) -> StatusCode {
    world.objects.expire_urls();
    StatusCode::NO_CONTENT
}

/// `GET /sim/service-account.json`.
pub async fn service_account(State(world): State<Arc<World>>) -> Result<Json<Value>, GoogleError> {
    let key = world.keys.service_account().await?;
    let file = key_file(&world, &key);
    file.map(Json).map_err(|error| GoogleError {
        message: error.to_string(),
        ..GoogleError::planned(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

/// Query of `POST /sim/rotate-keys`.
#[derive(Debug, Deserialize)]
pub struct RotateQuery {
    #[serde(default)]
    forget: bool,
}

/// `POST /sim/rotate-keys`: a new Firebase key; with `?forget=true` the old one is published no more.
pub async fn rotate_keys(
    State(world): State<Arc<World>>,
    Query(query): Query<RotateQuery>,
) -> Result<Json<Value>, GoogleError> {
    let key = world.keys.rotate(query.forget).await?;
    Ok(Json(json!({ "kid": key.id })))
}
