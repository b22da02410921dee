//! `GET /api/users/me/export`

use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use futures::stream;
use mentora_durable::platform::documents::DocumentTransport;
use mentora_durable::platform::log;
use mentora_durable::repositories::own_data::export::Export;
use serde_json::json;
use worker::send::{SendFuture, SendWrapper};

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;

/// Everything that is kept about the caller, in one document, as a file to keep.
///
/// It is sent while it is read: it is whole when it ends with `"complete": true`, and only then. One that could not be
/// read to its end is closed with `"complete": false`; ask for it again.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/users/me/export", operation_id = "exportOwnData", tag = "users",
    responses((
        status = 200, description = "The document.", body = mentora_wire::rest::OwnData,
        headers(("content-disposition" = String, description = "A name for the file.")),
    )),
))]
#[worker::send]
pub async fn read(caller: Caller, context: Context) -> Result<impl IntoResponse, ApiError> {
    let (user, now) = (caller.actor.user, context.now());
    let mut export = Export::new(context.documents(), user, now);
    // What fails before anything was sent is a refusal like any other.
    let first = export.piece().await?;
    let sending = Sending { export, request_id: context.request_id().to_owned(), first };
    let pieces = stream::unfold(SendWrapper::new(sending), |mut sending| {
        SendFuture::new(
            async move { sending.next().await.map(|piece| (Ok::<_, std::io::Error>(piece), sending)) },
        )
    });
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"mentora-export-{}.json\"", now.day())),
    ];
    Ok((headers, Body::from_stream(pieces)))
}

/// A document on its way.
struct Sending {
    export: Export<DocumentTransport>,
    request_id: String,
    first: Option<String>,
}

impl Sending {
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        match self.export.piece().await {
            Ok(piece) => piece,
            Err(error) => {
                let fields = json!({ "requestId": self.request_id, "reason": error.to_string() });
                log::failure("export.broken_off", fields);
                Some(self.export.break_off())
            }
        }
    }
}
