//! Successful answers that are more than a body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// `201` with the `Location` of what was made, and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    /// Path of the resource.
    pub location: String,
    /// The resource.
    pub body: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Json(self.body)).into_response();
        // Paths are made of typed ids, which fit a header as they are.
        if let Ok(location) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}
