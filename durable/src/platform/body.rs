//! What a call to an object says.

use serde::de::DeserializeOwned;
use worker::{Request, Result};

/// Reads the body. Not by way of JavaScript, whose numbers are floating point: a whole number above 2^53 would come as
/// another one, and as none to serde.
///
/// # Errors
/// When it does not come, or is something else.
pub async fn read<T: DeserializeOwned>(request: &mut Request) -> Result<T> {
    Ok(serde_json::from_str(&request.text().await?)?)
}
