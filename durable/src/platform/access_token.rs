//! The service account's access token: one for the whole isolate, kept for its life.
//!
//! While one request fetches it, others look again every few milliseconds instead of awaiting the same future: the
//! runtime lets no request wait for the I/O of another.

use std::cell::RefCell;

use mentora_firestore::Transport as _;
use mentora_google::service_account::{
    AccessToken, Lookup, ServiceAccount, TokenCache, TokenError, parse_token_response,
};
use serde_json::json;

use super::fetch::Fetch;
use super::pause::Pause;
use super::{clock, log};

const DEADLINE_MS: u32 = 4_000;
const LOOK_AGAIN_MS: u32 = 25;
const LOOKS: u32 = 200;

thread_local! {
    static CACHE: RefCell<TokenCache> = const { RefCell::new(TokenCache::new()) };
}

/// A token that is good for some minutes yet.
///
/// # Errors
/// [`TokenError`]
pub async fn current(account: &ServiceAccount, token_url: &str) -> Result<AccessToken, TokenError> {
    for _ in 0..LOOKS {
        match CACHE.with_borrow_mut(|cache| cache.look(clock::now().0)) {
            Lookup::Use(token) => return Ok(token),
            Lookup::Fetch => return fetch(account, token_url).await,
            Lookup::Wait => Pause::of(LOOK_AGAIN_MS).await,
            Lookup::GiveUp => return Err(TokenError::Unavailable("it failed a moment ago".into())),
        }
    }
    Err(TokenError::Unavailable("another request has been fetching it for too long".into()))
}

/// A service refused this token: the next call gets another one.
pub fn refused(token: &AccessToken) {
    CACHE.with_borrow_mut(|cache| cache.refused(token));
}

async fn fetch(account: &ServiceAccount, token_url: &str) -> Result<AccessToken, TokenError> {
    let result = exchange(account, token_url).await;
    let now = clock::now();
    match &result {
        Ok(token) => CACHE.with_borrow_mut(|cache| cache.fetched(token.clone())),
        Err(error) => {
            CACHE.with_borrow_mut(|cache| cache.failed(now.0));
            log::failure("access_token.failed", json!({ "reason": error.to_string() }));
        }
    }
    result
}

async fn exchange(account: &ServiceAccount, token_url: &str) -> Result<AccessToken, TokenError> {
    let request = account.token_request(token_url, clock::now().0)?;
    let reply = Fetch.send(request, DEADLINE_MS).await;
    let response = reply.map_err(|error| TokenError::Unavailable(error.to_string()))?;
    parse_token_response(&response, clock::now().0)
}
