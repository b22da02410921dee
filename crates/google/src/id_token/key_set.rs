//! Google's published keys.

use std::collections::BTreeMap;

use jwt_compact::alg::{RsaPublicKey, StrongKey};
use jwt_compact::jwk::JsonWebKey;
use serde::Deserialize;

/// Longest time that keys are kept without asking again, whatever the reply allows: a withdrawn key must go.
const MAX_AGE_LIMIT_SECONDS: i64 = 24 * 60 * 60;

/// A reply that holds no usable key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not a JSON Web Key Set.
    #[error("not a key set: {0}")]
    Malformed(String),
    /// None of its keys is an RSA key for signatures of at least 2,048 bits with an id.
    #[error("the key set holds no usable key")]
    Empty,
}

/// The public keys of a JSON Web Key Set, by key id.
#[derive(Debug, Clone)]
pub struct KeySet {
    keys: BTreeMap<String, RsaPublicKey>,
    fresh_until_ms: i64,
}

#[derive(Deserialize)]
struct Wire {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Purpose {
    kid: String,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
}

impl KeySet {
    /// Reads a reply and its `Cache-Control` header. Keys of other kinds are passed over: Google may add some.
    ///
    /// # Errors
    /// [`KeySetError`] when nothing in it can check a signature.
    pub fn parse(body: &[u8], cache_control: Option<&str>, now_ms: i64) -> Result<Self, KeySetError> {
        let wire: Wire =
            serde_json::from_slice(body).map_err(|error| KeySetError::Malformed(error.to_string()))?;
        let keys: BTreeMap<_, _> = wire.keys.iter().filter_map(signing_key).collect();
        if keys.is_empty() {
            return Err(KeySetError::Empty);
        }
        let age_ms = cache_control.and_then(max_age_seconds).unwrap_or(0).min(MAX_AGE_LIMIT_SECONDS) * 1000;
        Ok(Self { keys, fresh_until_ms: now_ms.saturating_add(age_ms) })
    }

    /// Whether the reply may still be relied upon. Without a sound `max-age` it never may.
    #[must_use]
    pub fn fresh(&self, now_ms: i64) -> bool {
        now_ms < self.fresh_until_ms
    }

    /// The key with this id.
    #[must_use]
    pub fn key(&self, key_id: &str) -> Option<&RsaPublicKey> {
        self.keys.get(key_id)
    }
}

fn signing_key(key: &serde_json::Value) -> Option<(String, RsaPublicKey)> {
    let purpose = Purpose::deserialize(key).ok()?;
    let for_signatures = purpose.purpose.is_none_or(|purpose| purpose == "sig");
    let for_rs256 = purpose.alg.is_none_or(|algorithm| algorithm == super::ALGORITHM);
    let key = JsonWebKey::deserialize(key).ok().filter(|_| for_signatures && for_rs256)?;
    let key = RsaPublicKey::try_from(&key).ok()?;
    let strong = StrongKey::try_from(key).ok()?;
    Some((purpose.kid, strong.into_inner()))
}

/// `max-age` of a `Cache-Control` header, in seconds; `None` when it is missing, forbidden or no number.
fn max_age_seconds(header: &str) -> Option<i64> {
    let mut directives = header.split(',').map(|directive| directive.trim().to_ascii_lowercase());
    let mut age = None;
    for directive in directives.by_ref() {
        if directive == "no-store" || directive == "no-cache" {
            return None;
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            age = seconds.trim_matches('"').parse().ok().filter(|seconds: &i64| *seconds >= 0);
        }
    }
    age
}
