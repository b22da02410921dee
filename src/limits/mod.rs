//! How often one may ask: per user and per address, by what a route costs.
//!
//! A request is counted for its address before its token is looked at, for its user once that is known, and once more
//! for its address when it turns out that nobody knows who sent it. Who may not go on is told `429` with
//! `Retry-After`. A limiter that is missing or fails holds nobody back: it protects the service, not the data.
//!
//! # Layout
//! - [`class`]: what each route costs
//! - [`limit`]: the figures
//! - [`address`]: where a request comes from

pub mod address;
pub mod class;
pub mod limit;

use std::cell::Cell;

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use mentora_core::ids::UserId;
use mentora_durable::platform::log;
use mentora_durable::platform::rate_limit::{self, Outcome};
use serde_json::json;

pub use self::address::Address;
pub use self::class::Class;
pub use self::limit::Limit;
use self::limit::PERIOD_SECONDS;
use crate::context::Context;
use crate::error::ApiError;

thread_local! {
    static TOLD_ABSENT: Cell<bool> = const { Cell::new(false) };
}

/// Stands before every handler: counts the request for its address.
///
/// # Errors
/// `429`
#[worker::send]
pub async fn gate(route: MatchedPath, mut request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(class) = Class::of(request.method(), route.as_str()) else {
        return Ok(next.run(request).await);
    };
    let address = Address::of(request.headers());
    let context = Context::of(request.extensions())?.admitting(class, address);
    of_address(&context, Limit::of_address(class)).await?;
    request.extensions_mut().insert(context.clone());
    let response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        of_address(&context, limit::REFUSED).await?;
    }
    Ok(response)
}

/// Counts the request for its user.
///
/// # Errors
/// `429`
pub async fn user(context: &Context, user: &UserId) -> Result<(), ApiError> {
    let Some(limit) = context.class().and_then(Limit::of_user) else { return Ok(()) };
    let pseudonym = context.pseudonym(user);
    count(context, limit, pseudonym.as_deref().unwrap_or(user.as_str())).await
}

/// Counts a guess at the secret that `key` names (a course, never the secret itself), for the address that it comes
/// from. To be asked before the secret is compared: afterwards, a right guess would pass however many were wrong.
///
/// # Errors
/// `429`
pub async fn guess(context: &Context, key: &str) -> Result<(), ApiError> {
    match context.address() {
        Some(address) => count(context, limit::SECRET, &format!("{key} {address}")).await,
        None => Ok(()),
    }
}

async fn of_address(context: &Context, limit: Limit) -> Result<(), ApiError> {
    match context.address() {
        Some(address) => count(context, limit, &address.to_string()).await,
        None => Ok(()),
    }
}

async fn count(context: &Context, limit: Limit, key: &str) -> Result<(), ApiError> {
    verdict(limit, rate_limit::count(context.env(), limit.binding, key).await)
}

fn verdict(limit: Limit, outcome: Outcome) -> Result<(), ApiError> {
    match outcome {
        Outcome::Within => Ok(()),
        Outcome::Exceeded => Err(ApiError::rate_limited(PERIOD_SECONDS).with_internal(limit.binding)),
        Outcome::Absent => {
            if !TOLD_ABSENT.replace(true) {
                log::warning("limits.absent", json!({ "limit": limit.binding }));
            }
            Ok(())
        }
        Outcome::Failed(reason) => {
            log::failure("limits.failed", json!({ "limit": limit.binding, "reason": reason }));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mentora_wire::error::ErrorCode;

    #[test]
    fn too_many_requests_are_refused_and_the_log_knows_by_which_limit() {
        let limit = Limit::of_address(Class::Guess);
        let error = verdict(limit, Outcome::Exceeded).unwrap_err();
        assert_eq!(error.code(), ErrorCode::RateLimited);
        assert_eq!(error.internal(), Some("LIMIT_ADDRESS_GUESS"));
        assert!(!error.message().contains("LIMIT_"), "{}", error.message());
        assert_eq!(verdict(limit, Outcome::Within), Ok(()));
    }
}
