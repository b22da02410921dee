//! What a handler knows about the request it answers, beside the request itself.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use mentora_core::time::Millis;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::{Documents, documents};
use mentora_durable::platform::random;
use worker::Env;

use crate::error::ApiError;

/// The bindings, the configuration, the id and the hour of one request. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    env: Env,
    config: Arc<Config>,
    request_id: String,
    arrived: Millis,
}

impl Context {
    /// The context of the request called `request_id`, which came at `arrived`.
    #[must_use]
    pub fn new(env: Env, config: Arc<Config>, request_id: String, arrived: Millis) -> Self {
        Self(Arc::new(Inner { env, config, request_id, arrived }))
    }

    /// The context that was put beside a request.
    ///
    /// # Errors
    /// When nobody did, which is our fault.
    pub fn of(extensions: &Extensions) -> Result<Self, ApiError> {
        extensions.get().cloned().ok_or_else(|| ApiError::internal_error("the request has no context"))
    }

    /// The bindings.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.0.env
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Names the request in our log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The document store.
    #[must_use]
    pub fn documents(&self) -> Documents {
        documents(&self.0.env, &self.0.config)
    }

    /// An id for what the request makes.
    ///
    /// # Errors
    /// None that could happen: what is drawn is always an id.
    pub fn fresh_id<I: TryFrom<String, Error: ToString>>(&self) -> Result<I, ApiError> {
        I::try_from(random::new_id()).map_err(ApiError::internal_error)
    }

    /// When the request came: what it is decided by has one time throughout.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.0.arrived
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("request_id", &self.0.request_id).finish_non_exhaustive()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::of(&parts.extensions)
    }
}
