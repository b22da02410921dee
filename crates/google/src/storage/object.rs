//! Asking for an object and deleting it, through the JSON API.
//!
//! Source: <https://cloud.google.com/storage/docs/json_api/v1/objects>

use serde::Deserialize;

use super::{Bucket, percent_encoded};
use crate::service_account::AccessToken;

/// Why an object is not known, or not gone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The address cannot be used.
    #[error("no request can be made: {0}")]
    Request(String),
    /// The token is not good (any more): the same call may go through with another one.
    #[error("the store does not take our token")]
    Token,
    /// Our account may not do this: the operator has to grant it.
    #[error("the store refuses our account")]
    Forbidden,
    /// No answer, or one that says to come again.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// An answer that cannot be understood.
    #[error("the store's answer is not understood: {0}")]
    Malformed(String),
}

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// As it was uploaded.
    pub content_type: String,
    /// In bytes.
    pub size: u64,
}

impl Bucket<'_> {
    /// The request for what an object is.
    ///
    /// # Errors
    /// [`StorageError::Request`]
    pub fn metadata_request(
        &self,
        object: &str,
        token: &AccessToken,
    ) -> Result<http::Request<Vec<u8>>, StorageError> {
        self.request("GET", object, "?fields=contentType%2Csize", token)
    }

    /// The request that deletes an object.
    ///
    /// # Errors
    /// [`StorageError::Request`]
    pub fn delete_request(
        &self,
        object: &str,
        token: &AccessToken,
    ) -> Result<http::Request<Vec<u8>>, StorageError> {
        self.request("DELETE", object, "", token)
    }

    fn request(
        &self,
        method: &str,
        object: &str,
        query: &str,
        token: &AccessToken,
    ) -> Result<http::Request<Vec<u8>>, StorageError> {
        // The name is one segment of the path, its slashes encoded.
        let (base, bucket, object) = (self.base_url, self.name, percent_encoded(object, b""));
        http::Request::builder()
            .method(method)
            .uri(format!("{base}/storage/v1/b/{bucket}/o/{object}{query}"))
            .header(http::header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .body(Vec::new())
            .map_err(|error| StorageError::Request(error.to_string()))
    }
}

/// What the object is; none if there is no such object.
///
/// # Errors
/// [`StorageError`]
pub fn parse_metadata(response: &http::Response<Vec<u8>>) -> Result<Option<Metadata>, StorageError> {
    // A 64-bit number travels as text.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        #[serde(default)]
        content_type: String,
        size: String,
    }
    if !found(response)? {
        return Ok(None);
    }
    let malformed = |error: &dyn std::fmt::Display| StorageError::Malformed(error.to_string());
    let answer: Answer = serde_json::from_slice(response.body()).map_err(|error| malformed(&error))?;
    let size = answer.size.parse().map_err(|error| malformed(&error))?;
    Ok(Some(Metadata { content_type: answer.content_type, size }))
}

/// Whether the object was there to be deleted.
///
/// # Errors
/// [`StorageError`]
pub fn parse_deleted(response: &http::Response<Vec<u8>>) -> Result<bool, StorageError> {
    found(response)
}

fn found(response: &http::Response<Vec<u8>>) -> Result<bool, StorageError> {
    let status = response.status().as_u16();
    match status {
        200..=299 => Ok(true),
        404 => Ok(false),
        401 => Err(StorageError::Token),
        403 => Err(StorageError::Forbidden),
        408 | 429 | 500.. => Err(StorageError::Unavailable(format!("status {status}"))),
        _ => Err(StorageError::Malformed(format!("status {status}"))),
    }
}
