//! `Idempotency-Key`: a request that is sent again with the same key is carried out once, and answered the same.
//!
//! It stands around the handlers of `POST`, which do not know of it but for one thing: the ids of what they make come
//! from [`Context::fresh_id`], which derives them from the key where there is one. So when an attempt dies between
//! making something and keeping its answer, the next attempt makes the same thing, which is there already.
//!
//! Only success is kept. What was refused has done nothing; sent again, it is judged anew.

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac as _};
use mentora_core::limits::{IdempotencyKey, MAX_BODY_BYTES};
use mentora_durable::platform::{clock, log, random};
use mentora_durable::repositories::idempotency_keys::{Answer, Attempt, Claim};
use mentora_durable::repositories::{IdempotencyKeys, RepositoryError};
use serde_json::json;
use sha2::Sha256;
use worker::send::SendFuture;

use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::read_body;

/// The key of a request.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Keeps a fingerprint from being mistaken for anything else that is made with the same secret.
const PURPOSE: &[u8] = b"mentora idempotency\n";

/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Routes whose answer is not kept: who may sign in or open a stream is asked anew each time, and a ticket that was given
/// before has been used. A file that is imported again changes nothing, and what is told of its rows may be longer than a
/// document. An event has an id of its own.
const NEVER_KEPT: [&str; 4] = [
    "/api/dev/sign-in",
    "/api/conversations/{id}/stream/tickets",
    "/api/courses/{id}/roster/import",
    "/api/webhooks/stripe",
];

/// Whether a route honours a key.
#[must_use]
pub fn is_honoured(method: &Method, route: &str) -> bool {
    *method == Method::POST && route.starts_with("/api/") && !NEVER_KEPT.contains(&route)
}

/// Answers a request with a key from what was kept, or lets it be carried out and keeps its answer.
pub async fn once(request: Request, next: Next) -> Response {
    SendFuture::new(async { answer(request, next).await.unwrap_or_else(IntoResponse::into_response) }).await
}

async fn answer(request: Request, next: Next) -> Result<Response, ApiError> {
    let route = request.extensions().get::<MatchedPath>();
    let honoured = route.is_some_and(|route| is_honoured(request.method(), route.as_str()));
    let Some(key) = request.headers().get(IDEMPOTENCY_KEY).filter(|_| honoured) else {
        return Ok(next.run(request).await);
    };
    let key = sane(key)?;
    let context = Context::of(request.extensions())?;
    let caller = Caller::of(request.headers(), &context).await?;

    let (parts, body) = request.into_parts();
    let body = read_body(&parts.headers, body).await?;
    let secret = context.config().ticket_secret.as_ref();
    let secret = secret.ok_or_else(|| ApiError::not_configured("TICKET_SECRET"))?;
    let request_line =
        format!("{} {}", parts.method, parts.uri.path_and_query().map_or("", |path| path.as_str()));
    let attempt = Attempt {
        user: caller.actor.user.clone(),
        key,
        fingerprint: fingerprint(secret.expose(), &request_line, &parts.headers, &body),
        id: random::new_id(),
    };
    let documents = context.documents();
    let keys = IdempotencyKeys(&documents);
    match keys.claim(&attempt, context.now()).await? {
        Claim::Granted => {}
        Claim::Answered(answer) => return replayed(answer),
        Claim::AtWork => return Err(ApiError::still_at_work()),
        Claim::OtherRequest => return Err(ApiError::key_of_another_request()),
    }

    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(context.clone().keyed(&format!("{}\n{}", attempt.user, attempt.key)));
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    let (response, kept) = read(response).await?;
    let stored = match kept {
        Some(answer) => keys.answer(&attempt, answer, clock::now()).await,
        None => keys.release(&attempt).await,
    };
    tell(stored, &context);
    Ok(response)
}

/// 1 to 200 visible characters; what they mean is the client's affair.
fn sane(key: &HeaderValue) -> Result<String, ApiError> {
    let refused =
        || ApiError::invalid_field("Idempotency-Key", "is not 1 to 200 visible characters of ASCII");
    let key = key.to_str().map_err(|_| refused())?.trim();
    IdempotencyKey::RANGE.contains(&key.len()).then(|| key.to_owned()).ok_or_else(refused)
}

/// What makes a request the same request. With a key of ours: a body may hold a password, which a plain digest would give
/// away to whoever reads the store and tries many.
fn fingerprint(secret: &str, request_line: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let content_type = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // No header holds a line break, so no two requests read the same.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    for part in [PURPOSE, request_line.as_bytes(), b"\n", content_type.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The answer, and what of it is kept: all of a success, nothing of a refusal.
async fn read(response: Response) -> Result<(Response, Option<Answer>), ApiError> {
    if !response.status().is_success() {
        return Ok((response, None));
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_BODY_BYTES).await.map_err(ApiError::internal_error)?;
    let text = |name: HeaderName| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    let kept = String::from_utf8(bytes.to_vec()).ok().map(|body| Answer {
        status: parts.status.as_u16(),
        location: text(LOCATION),
        etag: text(ETAG),
        content_type: text(CONTENT_TYPE),
        body,
    });
    Ok((Response::from_parts(parts, Body::from(bytes)), kept))
}

fn replayed(answer: Answer) -> Result<Response, ApiError> {
    let status = StatusCode::from_u16(answer.status).map_err(ApiError::internal_error)?;
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    for (name, value) in
        [(CONTENT_TYPE, answer.content_type), (LOCATION, answer.location), (ETAG, answer.etag)]
    {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// What was done stays done though its answer could not be kept: the next attempt does it again, to the same effect.
fn tell(stored: Result<(), RepositoryError>, context: &Context) {
    if let Err(error) = stored {
        let fields = json!({ "requestId": context.request_id(), "why": error.to_string() });
        log::failure("idempotency.answer.lost", fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_to_two_hundred_visible_characters() {
        let longest = "k".repeat(200);
        for key in ["k", "a b", "{\"x\":1}", &longest] {
            assert_eq!(sane(&HeaderValue::from_str(key).unwrap()).unwrap(), key);
        }
        let long = "k".repeat(201);
        for key in ["", "  ", &long] {
            assert!(sane(&HeaderValue::from_str(key).unwrap()).is_err(), "{key}");
        }
        assert!(sane(&HeaderValue::from_bytes(b"\xe4").unwrap()).is_err());
    }

    #[test]
    fn another_path_query_type_or_body_is_another_request() {
        let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let base = fingerprint("s", "POST /api/courses", &json, b"{}");
        assert_eq!(fingerprint("s", "POST /api/courses", &json, b"{}"), base);
        for other in [
            fingerprint("s", "POST /api/courses?a=1", &json, b"{}"),
            fingerprint("s", "POST /api/courses", &HeaderMap::new(), b"{}"),
            fingerprint("s", "POST /api/courses", &json, b"{ }"),
            fingerprint("t", "POST /api/courses", &json, b"{}"),
        ] {
            assert_ne!(other, base);
        }
    }

    #[test]
    fn only_posts_of_the_api_honour_a_key() {
        assert!(is_honoured(&Method::POST, "/api/courses"));
        assert!(!is_honoured(&Method::PATCH, "/api/courses/{id}"));
        assert!(!is_honoured(&Method::POST, "/v1/{*path}"));
        for route in NEVER_KEPT {
            assert!(!is_honoured(&Method::POST, route));
        }
    }
}
