//! What a handler knows about the request it answers, beside the request itself.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use mentora_core::ids::{UserId, digest};
use mentora_core::time::Millis;
use mentora_durable::platform::config::Config;
use mentora_durable::platform::documents::{Documents, documents};
use mentora_durable::platform::random;
use mentora_durable::platform::store_tally::StoreTally;
use worker::Env;

use crate::error::ApiError;
use crate::limits::{Address, Class};
use crate::pseudonym;

/// The bindings, the configuration, the id and the hour of one request, and what is noted of it on the way. Cheap to
/// clone.
#[derive(Clone)]
pub struct Context {
    shared: Arc<Shared>,
    class: Option<Class>,
    address: Option<Address>,
    /// What ids are derived from; drawn at random where there is nothing.
    ids: Option<Arc<IdSource>>,
}

/// A row of ids that is the same each time.
struct IdSource {
    key: String,
    made: AtomicU32,
}

struct Shared {
    env: Env,
    config: Arc<Config>,
    request_id: String,
    arrived: Millis,
    actor: OnceLock<String>,
    store: StoreTally,
}

impl Context {
    /// The context of the request called `request_id`, which came at `arrived`.
    #[must_use]
    pub fn new(env: Env, config: Arc<Config>, request_id: String, arrived: Millis) -> Self {
        let (actor, store) = (OnceLock::new(), StoreTally::default());
        let shared = Shared { env, config, request_id, arrived, actor, store };
        Self { shared: Arc::new(shared), class: None, address: None, ids: None }
    }

    /// The same, of a request of this class from this address.
    #[must_use]
    pub fn admitting(self, class: Class, address: Option<Address>) -> Self {
        Self { class: Some(class), address, ..self }
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
        &self.shared.env
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Names the request in our log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.shared.request_id
    }

    /// The document store.
    #[must_use]
    pub fn documents(&self) -> Documents {
        documents(&self.shared.env, &self.shared.config, &self.shared.store)
    }

    /// The same, of a request that `key` makes one: whatever it makes, it makes under the same ids again.
    #[must_use]
    pub fn keyed(self, key: &str) -> Self {
        let source = IdSource { key: key.to_owned(), made: AtomicU32::new(0) };
        Self { ids: Some(Arc::new(source)), ..self }
    }

    /// An id for what the request makes.
    ///
    /// # Errors
    /// None that could happen: what is drawn is always an id.
    pub fn fresh_id<I: TryFrom<String, Error: ToString>>(&self) -> Result<I, ApiError> {
        let id = self.ids.as_ref().map_or_else(random::new_id, |source| source.next());
        I::try_from(id).map_err(ApiError::internal_error)
    }

    /// What was asked of the document store so far.
    #[must_use]
    pub fn store(&self) -> &StoreTally {
        &self.shared.store
    }

    /// What the route costs; `None` outside the table of routes.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        self.class
    }

    /// Where the request comes from, as far as anybody knows.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        self.address
    }

    /// What a user is called where the id must not stand; `None` without a secret to make it with.
    #[must_use]
    pub fn pseudonym(&self, user: &UserId) -> Option<String> {
        pseudonym::of(user, self.config().ticket_secret.as_ref()?.expose())
    }

    /// Notes who sent the request, once that is known.
    pub fn note_actor(&self, user: &UserId) {
        if let Some(pseudonym) = self.pseudonym(user) {
            // Set before: it is the same user.
            let _ = self.shared.actor.set(pseudonym);
        }
    }

    /// The pseudonym of whoever sent the request, if anybody found out.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.shared.actor.get().map(String::as_str)
    }

    /// When the request came: what it is decided by has one time throughout.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.shared.arrived
    }
}

impl IdSource {
    fn next(&self) -> String {
        let index = self.made.fetch_add(1, Ordering::Relaxed);
        // 128 bits: two keys do not share an id by chance, nor by intent.
        digest(format!("{index}\n{}", self.key)).chars().take(32).collect()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("request_id", &self.shared.request_id).finish_non_exhaustive()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::of(&parts.extensions)
    }
}
