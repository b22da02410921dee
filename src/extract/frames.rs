//! Frames of the stream, as the body of a request.

use axum::extract::{FromRequest, Request};
use mentora_wire::rest::StreamMessages;
use mentora_wire::stream::ClientFrame;

use super::json::{is_utf8, read_body};
use crate::error::ApiError;

/// Frames in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frames(pub Vec<ClientFrame>);

impl<S: Send + Sync> FromRequest<S> for Frames {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        if !is_utf8(request.headers(), "application/json") {
            return Err(ApiError::unsupported_media_type());
        }
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body).await?;
        StreamMessages::parse(&bytes).map(Self).map_err(ApiError::invalid)
    }
}
