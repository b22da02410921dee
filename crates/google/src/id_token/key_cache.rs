//! When Google's keys are asked for again, and for how long old ones serve. Decides; does not fetch.

use super::{Claims, IdTokenError, KeySet, verify};

/// Keys past their `max-age` are asked for again at most this often: also when the reply allows no keeping at all.
const REFRESH_MS: i64 = 60_000;

/// An unknown key may be a new one, so keys are asked for at once; but then not again for this long, however many
/// tokens name keys that do not exist.
const UNKNOWN_KEY_MS: i64 = 60_000;

/// After a fetch that failed the next one follows this much later.
const RETRY_MS: i64 = 5_000;

/// Without any key nobody can sign in, so the next attempt follows sooner.
const RETRY_WITHOUT_KEYS_MS: i64 = 1_000;

/// A fetch that has not come back by now was cancelled together with the request that made it.
const FLIGHT_MS: i64 = 5_000;

/// Keys that cannot be renewed serve this long past their `max-age`: an outage of the key server locks nobody out, and a
/// key that was withdrawn does not live on for ever.
const STALE_LIMIT_MS: i64 = 24 * 60 * 60 * 1000;

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

/// How the last fetch went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Outcome {
    #[default]
    UnderWay,
    Keys,
    Failure,
}

/// Keys, and when they were last asked for.
#[derive(Debug, Clone, Default)]
pub struct KeyCache {
    keys: Option<KeySet>,
    asked_at_ms: Option<i64>,
    asked_for_unknown_at_ms: Option<i64>,
    outcome: Outcome,
}

impl KeyCache {
    /// A cache without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: None, asked_at_ms: None, asked_for_unknown_at_ms: None, outcome: Outcome::UnderWay }
    }

    /// What to do for a token that names this key. After [`Lookup::Fetch`] the fetch counts as under way.
    pub fn look(&mut self, key_id: &str, now_ms: i64) -> Lookup {
        let keys = self.usable(now_ms);
        let (any, fresh) = (keys.is_some(), keys.is_some_and(|keys| keys.fresh(now_ms)));
        let known = keys.is_some_and(|keys| keys.key(key_id).is_some());
        if known && fresh {
            return Lookup::Use;
        }
        let since = |moment: Option<i64>| moment.map_or(i64::MAX, |moment| now_ms.saturating_sub(moment));
        let since_asked = since(self.asked_at_ms);
        if self.outcome == Outcome::UnderWay && since_asked < FLIGHT_MS {
            // A key that was good a moment ago is good enough while somebody else asks.
            return if known { Lookup::Use } else { Lookup::Wait };
        }
        let due = if !any {
            since_asked >= RETRY_WITHOUT_KEYS_MS
        } else if self.outcome != Outcome::Keys {
            since_asked >= RETRY_MS
        } else {
            let stale = !fresh && since_asked >= REFRESH_MS;
            stale || !known && since(self.asked_for_unknown_at_ms) >= UNKNOWN_KEY_MS
        };
        if !due {
            return Lookup::Use;
        }
        self.asked_at_ms = Some(now_ms);
        // Without keys every key is unknown: that fetch was for none in particular.
        if any && !known {
            self.asked_for_unknown_at_ms = Some(now_ms);
        }
        self.outcome = Outcome::UnderWay;
        Lookup::Fetch
    }

    /// The fetch brought keys.
    pub fn fetched(&mut self, keys: KeySet) {
        self.keys = Some(keys);
        self.outcome = Outcome::Keys;
    }

    /// The fetch brought nothing: the keys at hand stay in use, as long as they may.
    pub fn failed(&mut self) {
        self.outcome = Outcome::Failure;
    }

    /// Checks a token with the keys at hand.
    ///
    /// # Errors
    /// As [`verify`]; but whoever names an unknown key while the keys cannot be renewed may be right, so that is
    /// [`IdTokenError::KeysUnavailable`].
    pub fn verify(&self, token: &str, project_id: &str, now_ms: i64) -> Result<Claims, IdTokenError> {
        let keys = self.usable(now_ms).ok_or(IdTokenError::KeysUnavailable)?;
        verify(token, project_id, keys, now_ms).map_err(|error| match error {
            IdTokenError::UnknownKey if self.outcome != Outcome::Keys => IdTokenError::KeysUnavailable,
            error => error,
        })
    }

    fn usable(&self, now_ms: i64) -> Option<&KeySet> {
        self.keys.as_ref().filter(|keys| keys.fresh(now_ms.saturating_sub(STALE_LIMIT_MS)))
    }
}
