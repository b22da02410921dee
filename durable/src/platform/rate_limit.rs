//! Workers' rate limiting binding: counts a key and says whether it may go on.

use futures::future::{Either, select};
use worker::Env;
use worker::js_sys::Reflect;

use super::pause::Pause;

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
    let limiter = match env.rate_limiter(binding) {
        Ok(limiter) => limiter,
        Err(_) if is_unbound(env, binding) => return Outcome::Absent,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let asked = std::pin::pin!(limiter.limit(key.to_owned()));
    match select(asked, Pause::of(DEADLINE_MS)).await {
        Either::Left((Ok(outcome), _)) if outcome.success => Outcome::Within,
        Either::Left((Ok(_), _)) => Outcome::Exceeded,
        Either::Left((Err(error), _)) => Outcome::Failed(error.to_string()),
        Either::Right(((), _)) => Outcome::Failed(format!("no answer within {DEADLINE_MS} ms")),
    }
}

fn is_unbound(env: &Env, binding: &str) -> bool {
    Reflect::get(env, &binding.into()).map_or(true, |bound| bound.is_undefined())
}
