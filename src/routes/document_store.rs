//! `/v1`: the embedded document store, spoken to as Firestore's own emulator is, so that its tools and our tests can
//! look at the documents. Whoever reaches it may do anything: it exists in development only.

use axum::extract::Request;
use axum::response::Response;
use mentora_durable::platform::config::{Config, Environment, StoreConfig};
use mentora_durable::platform::documents::BINDING;

use crate::context::Context;
use crate::error::ApiError;

/// Hands the request to the store as it is.
#[worker::send]
pub async fn pass(context: Context, request: Request) -> Result<Response, ApiError> {
    if !is_open(context.config()) {
        return Err(ApiError::no_such_route());
    }
    let stub = context.env().durable_object(BINDING)?.get_by_name(&context.config().project_id)?;
    Ok(stub.fetch_with_request(worker::Request::try_from(request)?).await?.into())
}

fn is_open(config: &Config) -> bool {
    config.environment == Environment::Local && config.store == StoreConfig::Embedded
}
