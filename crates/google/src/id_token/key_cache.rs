//! When Google's keys are asked for again. Decides; does not fetch.

use super::KeySet;

/// Keys are asked for at most this often, however many tokens name a key that does not exist.
const REFETCH_MS: i64 = 60_000;

/// Without any key nobody can sign in, so the next attempt follows sooner.
const RETRY_WITHOUT_KEYS_MS: i64 = 1_000;

/// A fetch that has not come back by now was cancelled together with the request that made it.
const FLIGHT_MS: i64 = 5_000;

/// What to do for one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// Decide with the keys at hand, if any.
    Use,
    /// Fetch the keys, then tell [`KeyCache::fetched`] or [`KeyCache::failed`], then decide.
    Fetch,
    /// Somebody else is fetching them: look again a little later.
    Wait,
}

/// Keys, and when they were last asked for.
#[derive(Debug, Clone, Default)]
pub struct KeyCache {
    keys: Option<KeySet>,
    asked_at_ms: Option<i64>,
    in_flight: bool,
}

impl KeyCache {
    /// A cache without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: None, asked_at_ms: None, in_flight: false }
    }

    /// The keys at hand, fresh or stale.
    #[must_use]
    pub fn keys(&self) -> Option<&KeySet> {
        self.keys.as_ref()
    }

    /// What to do for a token that names this key. After [`Lookup::Fetch`] the fetch counts as under way.
    pub fn look(&mut self, key_id: &str, now_ms: i64) -> Lookup {
        let known = self.keys.as_ref().is_some_and(|keys| keys.key(key_id).is_some());
        let fresh = self.keys.as_ref().is_some_and(|keys| keys.fresh(now_ms));
        let since_asked = self.asked_at_ms.map_or(i64::MAX, |asked| now_ms.saturating_sub(asked));
        let pause = if self.keys.is_some() { REFETCH_MS } else { RETRY_WITHOUT_KEYS_MS };

        if known && fresh {
            Lookup::Use
        } else if self.in_flight && since_asked < FLIGHT_MS {
            // A key that was good a moment ago is good enough while somebody else asks.
            if known { Lookup::Use } else { Lookup::Wait }
        } else if since_asked >= pause {
            self.asked_at_ms = Some(now_ms);
            self.in_flight = true;
            Lookup::Fetch
        } else {
            Lookup::Use
        }
    }

    /// The fetch brought keys.
    pub fn fetched(&mut self, keys: KeySet) {
        self.keys = Some(keys);
        self.in_flight = false;
    }

    /// The fetch brought nothing: stale keys stay in use.
    pub fn failed(&mut self) {
        self.in_flight = false;
    }
}
