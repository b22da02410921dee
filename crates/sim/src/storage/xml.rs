//! The XML API: `PUT`, `GET` and `HEAD` of `/{bucket}/{object}`.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::cors;
use super::fault::Fault;
use super::objects::{MOST_BYTES_OF_ONE, Object};
use super::signature::{SignedUrl, decoded};
use crate::google::keys::now;
use crate::google::token::client_email;
use crate::google_error::GoogleError;
use crate::world::World;

const LENGTH_RANGE: HeaderName = HeaderName::from_static("x-goog-content-length-range");
const IF_GENERATION: HeaderName = HeaderName::from_static("x-goog-if-generation-match");
const GENERATION: HeaderName = HeaderName::from_static("x-goog-generation");

/// Whatever no other route takes.
pub async fn handle(State(world): State<Arc<World>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = decoded(parts.uri.path());
    let place = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    let Some((bucket, name)) = place.filter(|(bucket, name)| !bucket.is_empty() && !name.is_empty()) else {
        return nothing();
    };
    let method = parts.method.clone();
    let granted = cors::grant(&parts.headers, method.as_str());
    let mut response = match method {
        Method::OPTIONS => StatusCode::OK.into_response(),
        Method::PUT => put(&world, (bucket, name), &parts, body).await.into_response(),
        Method::GET | Method::HEAD => get(&world, (bucket, name), &parts).await.into_response(),
        _ => return nothing(),
    };
    response.headers_mut().extend(granted);
    world.journal.request(method.as_str(), &path, response.status().as_u16(), Value::Null);
    response
}

fn nothing() -> Response {
    GoogleError::not_found("Requested entity was not found.").into_response()
}

async fn put(
    world: &World,
    (bucket, name): (&str, &str),
    parts: &Parts,
    body: Body,
) -> Result<Response, Fault> {
    if !authorized(world, parts).await? {
        return Err(Fault::anonymous("storage.objects.create"));
    }
    let range = length_range(&parts.headers)?;
    let fresh = match parts.headers.get(IF_GENERATION).map(|value| value.as_bytes()) {
        None => false,
        Some(b"0") => true,
        Some(_) => return Err(Fault::invalid("x-goog-if-generation-match may only be 0 here.")),
    };
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
    let content = received(body, &parts.headers, range).await?;
    let kept = world.objects.put(bucket, name, content_type, content, fresh);
    let object = kept.ok_or_else(Fault::precondition)?;
    Ok((described(&object), Body::empty()).into_response())
}

async fn get(world: &World, (bucket, name): (&str, &str), parts: &Parts) -> Result<Response, Fault> {
    // Everybody may read; but who shows a signature must have a good one.
    authorized(world, parts).await?;
    let object = world.objects.get(bucket, name).ok_or_else(|| Fault::no_such_key(bucket, name))?;
    let mut response = (described(&object), object.content.clone()).into_response();
    let headers = response.headers_mut();
    if let Ok(content_type) = object.content_type.parse() {
        headers.insert(CONTENT_TYPE, content_type);
    }
    // Google's default for what everybody may read.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}

/// Whether the URL is signed; one that is signed badly is refused.
async fn authorized(world: &World, parts: &Parts) -> Result<bool, Fault> {
    let Some(signed) = SignedUrl::of(&parts.uri) else { return Ok(false) };
    let key = world.keys.service_account().await.map_err(|error| Fault::invalid(error.to_string()))?;
    let email = client_email(&world.config.project);
    signed?.verify(parts, (&key, &email), now(), world.objects.expired_until())?;
    Ok(true)
}

/// `x-goog-content-length-range: least,most`
fn length_range(headers: &HeaderMap) -> Result<(usize, usize), Fault> {
    let Some(range) = headers.get(LENGTH_RANGE) else { return Ok((0, MOST_BYTES_OF_ONE)) };
    let range = range.to_str().ok().and_then(|range| range.split_once(','));
    let range = range.and_then(|(least, most)| Some((least.trim().parse().ok()?, most.trim().parse().ok()?)));
    range
        .filter(|(least, most)| least <= most)
        .ok_or_else(|| Fault::invalid("x-goog-content-length-range must be two numbers with a comma."))
}

/// The whole body, if its length is within the range; what is too long is not read.
async fn received(body: Body, headers: &HeaderMap, (least, most): (usize, usize)) -> Result<Bytes, Fault> {
    let most = most.min(MOST_BYTES_OF_ONE);
    let announced =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Fault::too_large());
    }
    let content = to_bytes(body, most).await.map_err(|_| Fault::too_large())?;
    if content.len() < least { Err(Fault::too_small()) } else { Ok(content) }
}

fn described(object: &Object) -> [(HeaderName, String); 2] {
    [(ETAG, format!("\"{:x}\"", object.generation)), (GENERATION, object.generation.to_string())]
}
