//! Successful answers with a body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mentora_durable::repositories::Version;
use mentora_wire::etag::{Etag, Resource};

/// `200` with a resource as it stands now, and its version as `ETag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current<T>(pub T);

/// `201` with the `Location` of what was made, and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    /// Path of the resource.
    pub location: String,
    /// The resource.
    pub body: T,
}

/// `200` with a file that a browser keeps under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Of ASCII letters, digits, `-`, `_` and `.`: typed ids and what we add to them.
    pub name: String,
    /// What it is.
    pub content_type: &'static str,
    /// What it holds.
    pub body: String,
}

impl From<Download> for Response {
    fn from(Download { name, content_type, body }: Download) -> Self {
        let mut response = body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

/// The version of a document as clients see it.
#[must_use]
pub fn etag(version: Version) -> Etag {
    Etag(version.encode())
}

impl<T: Resource> IntoResponse for Current<T> {
    fn into_response(self) -> Response {
        let etag = self.0.etag().and_then(|etag| HeaderValue::from_str(&format!("\"{}\"", etag.0)).ok());
        let mut response = Json(self.0).into_response();
        if let Some(etag) = etag {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

impl<T: Resource> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Current(self.body)).into_response();
        // Paths are made of typed ids, which fit a header as they are.
        if let Ok(location) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}
