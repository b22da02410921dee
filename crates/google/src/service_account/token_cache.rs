//! When an access token is asked for. Decides; does not fetch.

use super::AccessToken;

/// After a failure nobody asks again for so long.
const PAUSE_MS: i64 = 1_000;

/// A fetch that has not come back by now was cancelled together with the request that made it.
const FLIGHT_MS: i64 = 5_000;

/// What to do for one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Use this token.
    Use(AccessToken),
    /// Fetch a token, then tell [`TokenCache::fetched`] or [`TokenCache::failed`].
    Fetch,
    /// Somebody else is fetching it: look again a little later.
    Wait,
    /// It failed a moment ago: do without.
    GiveUp,
}

/// The token in use, and whether somebody is fetching the next.
#[derive(Debug, Clone, Default)]
pub struct TokenCache {
    token: Option<AccessToken>,
    in_flight_since_ms: Option<i64>,
    failed_at_ms: Option<i64>,
}

impl TokenCache {
    /// A cache without a token.
    #[must_use]
    pub const fn new() -> Self {
        Self { token: None, in_flight_since_ms: None, failed_at_ms: None }
    }

    /// What to do for a call made now. After [`Lookup::Fetch`] the fetch counts as under way.
    pub fn look(&mut self, now_ms: i64) -> Lookup {
        let within = |moment: Option<i64>, ms| moment.is_some_and(|then| now_ms.saturating_sub(then) < ms);
        if let Some(token) = self.token.as_ref().filter(|token| token.usable(now_ms)) {
            Lookup::Use(token.clone())
        } else if within(self.in_flight_since_ms, FLIGHT_MS) {
            Lookup::Wait
        } else if within(self.failed_at_ms, PAUSE_MS) {
            Lookup::GiveUp
        } else {
            self.in_flight_since_ms = Some(now_ms);
            Lookup::Fetch
        }
    }

    /// The fetch brought a token.
    pub fn fetched(&mut self, token: AccessToken) {
        *self = Self { token: Some(token), ..Self::new() };
    }

    /// The fetch brought nothing.
    pub fn failed(&mut self, now_ms: i64) {
        *self = Self { failed_at_ms: Some(now_ms), ..Self::new() };
    }

    /// A service refused this token: drop it, unless another one has taken its place already.
    pub fn refused(&mut self, token: &AccessToken) {
        if self.token.as_ref() == Some(token) {
            self.token = None;
        }
    }
}
