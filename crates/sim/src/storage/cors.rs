//! What pages of other origins may do: what the policy grants that operators are told to give their bucket. The origin
//! alone is not looked at.

use std::sync::LazyLock;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

/// One entry of the policy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grant {
    method: Vec<String>,
    response_header: Vec<String>,
    max_age_seconds: u32,
}

static POLICY: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    // A policy that cannot be read grants nothing; a test reads it.
    serde_json::from_str(include_str!("../../../../docs/cloud-storage-cors.json")).unwrap_or_default()
});

/// The headers of an answer to a page. A preflight that asks for more than is granted gets none of them, and the
/// browser then makes no request.
pub fn grant(request: &HeaderMap, method: &str) -> Vec<(HeaderName, HeaderValue)> {
    let text = |name| request.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(ORIGIN).is_none() {
        return Vec::new();
    }
    let method = text(ACCESS_CONTROL_REQUEST_METHOD).unwrap_or(method);
    let asked = text(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let mut asked = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
    let Some(granted) = POLICY.iter().find(|grant| grant.method.iter().any(|known| known == method)) else {
        return Vec::new();
    };
    let known = |name: &str| granted.response_header.iter().any(|known| known.eq_ignore_ascii_case(name));
    if !asked.all(known) {
        return Vec::new();
    }
    let (methods, headers) = (granted.method.join(", "), granted.response_header.join(", "));
    [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
        (ACCESS_CONTROL_ALLOW_METHODS, methods),
        (ACCESS_CONTROL_ALLOW_HEADERS, headers.clone()),
        (ACCESS_CONTROL_EXPOSE_HEADERS, headers),
        (ACCESS_CONTROL_MAX_AGE, granted.max_age_seconds.to_string()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
    .collect()
}
