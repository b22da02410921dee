//! Workers' rate limiting binding: counts a key and says whether it may go on.

use worker::Env;
use worker::js_sys::Reflect;

use super::pause::within;

/// It answers from memory on the machine; when it does not, nobody shall wait for it.
const DEADLINE_MS: u32 = 500;

/// What a limiter said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Go on.
    Within,
    /// Too many.
    Exceeded,
    /// There is no such binding here.
    Absent,
    /// It said nothing that helps.
    Failed(String),
}

/// Counts `key` with the limiter that is bound as `binding`.
pub async fn count(env: &Env, binding: &str, key: &str) -> Outcome {
    // Natively there are no bindings, and no way to ask for one.
    if cfg!(not(target_arch = "wasm32")) {
        return Outcome::Absent;
    }
    let limiter = match env.rate_limiter(binding) {
        Ok(limiter) => limiter,
        Err(_) if is_unbound(env, binding) => return Outcome::Absent,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    match within(DEADLINE_MS, limiter.limit(key.to_owned())).await {
        Some(Ok(outcome)) if outcome.success => Outcome::Within,
        Some(Ok(_)) => Outcome::Exceeded,
        Some(Err(error)) => Outcome::Failed(error.to_string()),
        None => Outcome::Failed(format!("no answer within {DEADLINE_MS} ms")),
    }
}

fn is_unbound(env: &Env, binding: &str) -> bool {
    Reflect::get(env, &binding.into()).map_or(true, |bound| bound.is_undefined())
}
