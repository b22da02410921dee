//! The WebSocket request: which path and version, and who is asking.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::connection::Connection;
use crate::credentials::{ApiKey, Credential};
use crate::google_error::GoogleError;
use crate::plan::{Action, Moment, Situation};
use crate::world::World;

/// The longest client message that is read: a generous multiple of a second of audio.
const LONGEST_MESSAGE: usize = 8 * 1024 * 1024;

/// The Live method that a path names.
struct Method {
    version: String,
    constrained: bool,
}

impl Method {
    /// `google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent`
    fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("google.ai.generativelanguage.")?;
        let (version, method) = rest.split_once(".GenerativeService.")?;
        let constrained = match method {
            "BidiGenerateContent" => false,
            "BidiGenerateContentConstrained" => true,
            _ => return None,
        };
        matches!(version, "v1" | "v1beta" | "v1alpha")
            .then(|| Self { version: version.to_owned(), constrained })
    }
}

/// `GET /ws/{method}`.
pub async fn handle(
    State(world): State<Arc<World>>,
    Path(method): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let refuse = |error: GoogleError| {
        world.journal.refused();
        error.into_response()
    };
    let Some(method) = Method::parse(&method) else {
        return refuse(GoogleError::not_found("Requested entity was not found."));
    };
    let credential = match Credential::find(&uri, &headers) {
        Some(credential) if credential.fits(method.constrained) => credential,
        _ => return refuse(GoogleError::unregistered_caller()),
    };
    if credential.key() == Some(ApiKey::Bad) {
        return refuse(GoogleError::unauthenticated());
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let place = world.plan.connection_opened();
    let mut cut = false;
    for action in world.plan.take(&Situation { place, turn: 0, text: "", moment: Moment::Open }) {
        match action {
            Action::HttpStatus(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                return refuse(GoogleError::planned(status));
            }
            Action::DelayMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Action::Drop(_) => cut = true,
            _ => {}
        }
    }
    let record = world.journal.open(&uri, &headers);
    let connected = Arc::clone(&world.connected);
    upgrade.max_message_size(LONGEST_MESSAGE).max_frame_size(LONGEST_MESSAGE).on_upgrade(
        move |socket| async move {
            if cut {
                record.closed("sim", serde_json::json!("dropped"));
                return;
            }
            Connection::new(world, socket, record, place, method.version, credential.key()).run().await;
            drop(connected);
        },
    )
}
