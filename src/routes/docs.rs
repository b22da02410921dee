//! `/api/docs`

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

/// The page. What it loads lies among the assets, at `/api-docs`.
const PAGE: &str = include_str!("docs.html");

/// Nothing from elsewhere, nothing inline. The icons of the stylesheet are `data:` URLs.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
);

/// This document as a page, where every operation can be tried.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/docs", operation_id = "getDocs", tag = "about", security(()),
    responses((status = 200, description = "The page.", content_type = "text/html", body = String,
        example = "<!doctype html>…")),
))]
pub async fn read() -> Response {
    let mut response = Html(PAGE).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}
