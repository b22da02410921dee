//! One request, from its arrival to its line in the log.

use std::cell::OnceCell;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mentora_durable::platform::config::{Config, ConfigError};
use mentora_durable::platform::{clock, log, random};
use serde_json::json;
use tower_service::Service as _;
use worker::Env;

use crate::context::Context;
use crate::error::ApiError;
use crate::headers;
use crate::origin::{self, Origin};
use crate::router::router;

thread_local! {
    // Neither changes while an isolate lives, and both cost more to make than most requests to answer.
    static ROUTER: Router = router();
    static CONFIG: OnceCell<Arc<Config>> = const { OnceCell::new() };
}

/// Answers a request, whatever happens.
pub async fn serve(request: Request<Body>, env: Env) -> Response {
    let started = clock::now();
    let method = request.method().clone();
    let request_id = headers::request_id(request.headers()).map_or_else(random::new_id, str::to_owned);
    let response = match config(&env) {
        Ok(config) => answer(request, Context::new(env, config, request_id.clone(), started)).await,
        Err(error) => ApiError::misconfigured(&error).into_response(),
    };
    let total_ms = clock::now().since(started);
    record(&method, &response, &request_id, total_ms);
    finish(response, &request_id, total_ms)
}

fn config(env: &Env) -> Result<Arc<Config>, ConfigError> {
    if let Some(config) = CONFIG.with(|kept| kept.get().cloned()) {
        return Ok(config);
    }
    let config = Arc::new(Config::from_env(env)?);
    Ok(CONFIG.with(|kept| kept.get_or_init(|| config).clone()))
}

/// Answers a request within its context: the browser's questions here, the rest by the router.
pub async fn answer(mut request: Request<Body>, context: Context) -> Response {
    let origin = Origin::of(&request, &context.config().allowed_origins);
    if origin::is_preflight(&request) {
        let mut response = StatusCode::NO_CONTENT.into_response();
        origin.grant_preflight(response.headers_mut());
        return response;
    }
    request.extensions_mut().insert(context);
    let answered: Result<Response, Infallible> = ROUTER.with(Router::clone).call(request).await;
    let mut response = answered.unwrap_or_else(|never| match never {});
    origin.grant(response.headers_mut());
    response
}

/// Writes the body of an error, and the headers that every answer bears.
#[must_use]
pub fn finish(mut response: Response, request_id: &str, total_ms: i64) -> Response {
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let body = serde_json::to_vec(&error.render(request_id)).unwrap_or_default();
        *response.body_mut() = Body::from(body);
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        // Of the empty body that was here before.
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    headers::identify(response.headers_mut(), request_id, total_ms);
    headers::protect(response.headers_mut());
    response
}

/// Names the route, never the path or the query: ids may be personal, and a ticket is a secret.
fn record(method: &Method, response: &Response, request_id: &str, total_ms: i64) {
    let error = response.extensions().get::<ApiError>();
    let fields = json!({
        "requestId": request_id,
        "method": method.as_str(),
        "route": response.extensions().get::<MatchedPath>().map(MatchedPath::as_str),
        "status": response.status().as_u16(),
        "ms": total_ms,
        "code": error.map(ApiError::code),
        "reason": error.and_then(ApiError::internal),
    });
    if response.status().is_server_error() {
        log::failure("request.failed", fields);
    } else {
        log::event("request.finished", fields);
    }
}
