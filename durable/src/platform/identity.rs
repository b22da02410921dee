//! Who is asking: checks an ID token with Google's keys, which are fetched when needed and kept for the isolate.

use std::cell::RefCell;

use mentora_core::time::Millis;
use mentora_firestore::Transport as _;
use mentora_google::id_token::{self, Claims, IdTokenError, KeyCache, KeySet, Lookup};
use serde_json::json;

use super::config::Config;
use super::fetch::Fetch;
use super::pause::Pause;
use super::{clock, log};

const DEADLINE_MS: u32 = 4_000;
const LOOK_AGAIN_MS: u32 = 25;
const LOOKS: u32 = 200;

thread_local! {
    static KEYS: RefCell<KeyCache> = const { RefCell::new(KeyCache::new()) };
}

/// Checks a token. One without a signature is accepted only where the configuration says so.
///
/// # Errors
/// [`IdTokenError`]. [`IdTokenError::KeysUnavailable`] is our trouble, not the caller's.
pub async fn verify(config: &Config, token: &str, now: Millis) -> Result<Claims, IdTokenError> {
    if config.accepts_unsigned_tokens() && id_token::is_unsigned(token) {
        return id_token::verify_unsigned(token, &config.project_id, now.0);
    }
    let key_id = id_token::key_id(token)?;
    look_up(&config.jwks_url, &key_id).await;
    KEYS.with_borrow(|cache| cache.verify(token, &config.project_id, now.0))
}

/// Brings the cache up to date for a token that names `key_id`, if it is time to.
async fn look_up(jwks_url: &str, key_id: &str) {
    for _ in 0..LOOKS {
        match KEYS.with_borrow_mut(|cache| cache.look(key_id, clock::now().0)) {
            Lookup::Use => return,
            Lookup::Fetch => return fetch(jwks_url).await,
            // The runtime lets no request wait for the I/O of another, so this one looks again.
            Lookup::Wait => Pause::of(LOOK_AGAIN_MS).await,
        }
    }
}

async fn fetch(jwks_url: &str) {
    match published_keys(jwks_url).await {
        Ok(keys) => KEYS.with_borrow_mut(|cache| cache.fetched(keys)),
        Err(reason) => {
            KEYS.with_borrow_mut(KeyCache::failed);
            log::failure("identity.keys.failed", json!({ "reason": reason }));
        }
    }
}

async fn published_keys(jwks_url: &str) -> Result<KeySet, String> {
    let request = http::Request::get(jwks_url).body(Vec::new()).map_err(|error| error.to_string())?;
    let response = Fetch.send(request, DEADLINE_MS).await.map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status().as_u16()));
    }
    let cache_control =
        response.headers().get(http::header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    KeySet::parse(response.body(), cache_control, clock::now().0).map_err(|error| error.to_string())
}
