//! `/api/openapi.json`

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use worker::HttpResponse;

use crate::context::Context;
use crate::error::ApiError;

/// Where the document lies among the assets; the host does not matter there.
const ASSET: &str = "https://assets.invalid/openapi.json";

/// This document.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/openapi.json", operation_id = "getOpenApi", tag = "about", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json", body = Object)),
))]
#[worker::send]
pub async fn read(context: Context) -> Result<Response<Body>, ApiError> {
    let asset = context.env().assets("ASSETS")?.fetch(ASSET, None).await?;
    // Where there is no such file, the assets answer with the web app's page.
    if !asset.status().is_success() || !is_json(&asset) {
        return Err(ApiError::internal_error("`openapi.json` is not among the assets"));
    }
    let mut response = Response::new(Body::new(asset.into_body()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

fn is_json(asset: &HttpResponse) -> bool {
    let kind = asset.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}
