//! One request, from its arrival to its line in the log.

use std::cell::OnceCell;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mentora_durable::platform::config::{Config, ConfigError};
use mentora_durable::platform::{clock, random};
use tower_service::Service as _;
use worker::Env;

use crate::context::Context;
use crate::error::ApiError;
use crate::headers;
use crate::origin::{self, Origin};
use crate::record::Record;
use crate::router::router;

thread_local! {
    // Neither changes while an isolate lives, and both cost more to make than most requests to answer.
    static ROUTER: Router = router();
    static CONFIG: OnceCell<Arc<Config>> = const { OnceCell::new() };
}

/// Answers a request, whatever happens.
pub async fn serve(request: Request<Body>, env: Env) -> Response {
    let started = clock::now();
    let mut record = Record::of(request.method(), request.headers());
    let request_id = headers::request_id(request.headers()).map_or_else(random::new_id, str::to_owned);
    let context = config(&env).map(|config| Context::new(env, config, request_id.clone(), started));
    let response = match &context {
        Ok(context) => answer(request, context.clone()).await,
        Err(error) => ApiError::misconfigured(error).into_response(),
    };
    let total_ms = clock::now().since(started);
    record.note_answer(&response);
    let response = finish(response, &request_id, total_ms);
    record.note_body(&response);
    record.tell(&request_id, total_ms, context.as_ref().ok());
    response
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
