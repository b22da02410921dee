//! The query string.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mentora_wire::query::parse;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The parameters behind the `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parse(parts.uri.query().unwrap_or_default()).map(Self).map_err(ApiError::invalid)
    }
}
