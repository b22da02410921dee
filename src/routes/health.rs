//! `/api/health`

use std::cell::Cell;

use axum::Json;
use mentora_core::ids::CourseId;
use mentora_core::time::{Millis, seconds};
use mentora_durable::platform::config::{Config, StoreConfig};
use mentora_durable::platform::log;
use mentora_durable::repositories::Courses;
use mentora_wire::rest::{Check, HealthBody, Reach};
use serde_json::json;

use crate::context::Context;
use crate::error::ApiError;
use crate::stamp::{COMMIT, VERSION};

/// How long an answer of the store is good for: whoever asks for our health must not become a load of its own.
const REMEMBER_MS: i64 = seconds(10);

/// A course that nobody makes: ids of ours have 20 characters.
const PROBE: &str = "health";

thread_local! {
    static STORE: Cell<Option<(Millis, Reach)>> = const { Cell::new(None) };
}

/// Says whether Mentora can work, and what it lacks.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/health", operation_id = "getHealth", tag = "about", security(()),
    responses((status = 200, description = "What works and what does not.", body = HealthBody)),
))]
#[worker::send]
pub async fn read(context: Context) -> Result<Json<HealthBody>, ApiError> {
    let config = context.config();
    Ok(Json(report(config, store(&context).await?)))
}

fn report(config: &Config, store: Reach) -> HealthBody {
    let missing: Vec<String> = config.missing().into_iter().map(str::to_owned).collect();
    let keyed = config.gemini.offline || config.gemini.api_key.is_some();
    let model = if keyed { Reach::Ok } else { Reach::Unconfigured };
    let works = store == Reach::Ok && model == Reach::Ok && missing.is_empty();
    let what = match &config.store {
        StoreConfig::Embedded => "embedded",
        StoreConfig::Firestore { emulator: true, .. } => "firestore emulator",
        StoreConfig::Firestore { emulator: false, .. } => "firestore",
    };
    let tutor = if config.gemini.offline { "offline tutor" } else { &config.gemini.live_model };
    HealthBody {
        status: if works { "ok" } else { "degraded" }.into(),
        version: VERSION.into(),
        commit: COMMIT.into(),
        store: Check { reach: store, what: what.into() },
        model: Check { reach: model, what: tutor.into() },
        missing,
    }
}

/// Reads a document that is not there: it costs the least and proves as much.
async fn store(context: &Context) -> Result<Reach, ApiError> {
    let config = context.config();
    if matches!(config.store, StoreConfig::Firestore { emulator: false, .. })
        && config.service_account.is_none()
    {
        return Ok(Reach::Unconfigured);
    }
    if let Some((at, reach)) = STORE.get()
        && context.now().since(at) < REMEMBER_MS
    {
        return Ok(reach);
    }
    let probe = CourseId::new(PROBE).map_err(ApiError::internal_error)?;
    let reach = match Courses(&context.documents()).get(&probe).await {
        Ok(_) => Reach::Ok,
        Err(error) => {
            log::failure("health.store.failed", json!({ "reason": error.to_string() }));
            Reach::Unreachable
        }
    };
    STORE.set(Some((context.now(), reach)));
    Ok(reach)
}
