//! Firebase ID tokens: a JSON Web Token that Google signs for a signed-in user of a project.
//!
//! - [`verify`]: signed tokens, against Google's keys ([`KeySet`], [`KeyCache`])
//! - [`verify_unsigned`], [`unsigned_token`]: what the Firebase Auth emulator makes, for development only

mod claims;
mod key_cache;
mod key_set;
mod unsigned;

#[cfg(test)]
mod tests;

use jwt_compact::ValidationError;
use jwt_compact::alg::Rsa;
use jwt_compact::prelude::*;
use serde::Deserialize;

pub use claims::Claims;
pub use key_cache::{KeyCache, Lookup};
pub use key_set::{KeySet, KeySetError};
pub use unsigned::{Identity, unsigned_token};

/// Longest token that is looked at, in bytes. Google's are below 2 KiB; custom claims add at most 1,000 bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The one algorithm that Google signs ID tokens with.
const ALGORITHM: &str = "RS256";

/// Why a token was refused. The text is for the log; a client learns only that it is not signed in, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a token at all, or one whose parts have the wrong shape.
    #[error("malformed token: {0}")]
    Malformed(String),
    /// Signed in another way than Google does, or not at all.
    #[error("the algorithm is not the one that is expected here")]
    Algorithm,
    /// Names no key.
    #[error("the token names no key")]
    NoKeyId,
    /// Names a key that Google does not publish, or did not when we last asked.
    #[error("the signing key is not known")]
    UnknownKey,
    /// The signature is not that of the named key.
    #[error("the signature is wrong")]
    Signature,
    /// Made for another project.
    #[error("the audience is not this project")]
    Audience,
    /// Made by somebody else.
    #[error("the issuer is not this project's")]
    Issuer,
    /// The subject is empty or too long.
    #[error("the subject is not a user id")]
    Subject,
    /// A claim that must be there is not.
    #[error("the claim `{0}` is missing")]
    Missing(&'static str),
    /// Was good once.
    #[error("the token has expired")]
    Expired,
    /// A time lies further in the future than clocks differ.
    #[error("the claim `{0}` lies in the future")]
    InTheFuture(&'static str),
    /// There is no key to check against, and none could be fetched. Not the caller's fault.
    #[error("Google's signing keys could not be fetched")]
    KeysUnavailable,
}

/// Parameters of the header that change what a signature means.
#[derive(Debug, Clone, Deserialize)]
struct Extensions {
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

type Parsed<'a> = UntrustedToken<'a, Extensions>;

/// Checks a signed token: RS256 by a key of `keys`, made for `project_id` by its own issuer, not expired (no leeway).
///
/// # Errors
/// [`IdTokenError`]; [`IdTokenError::UnknownKey`] may be worth another look with keys fetched anew.
pub fn verify(token: &str, project_id: &str, keys: &KeySet, now_ms: i64) -> Result<Claims, IdTokenError> {
    let parsed = parse(token)?;
    let key = keys.key(named_key(&parsed)?).ok_or_else(|| without_its_key(&parsed, now_ms))?;
    let token = Rsa::rs256().validator::<claims::Wire>(key).validate(&parsed).map_err(refusal)?;
    claims::check(token.claims(), project_id, now_ms)
}

/// A token that ran out long ago names a key that is no longer published. Its bearer needs a fresh token, not a new
/// sign-in, and so must hear what is likely true though nothing about the token could be verified.
fn without_its_key(parsed: &Parsed<'_>, now_ms: i64) -> IdTokenError {
    match parsed.deserialize_claims_unchecked::<claims::Wire>() {
        Ok(claims) if claims::has_expired(&claims, now_ms) => IdTokenError::Expired,
        _ => IdTokenError::UnknownKey,
    }
}

/// Checks an unsigned token, as the Firebase Auth emulator makes them: `alg` is `none`, the signature is empty, the
/// claims are checked as those of a signed one. **Anybody can make such a token: call this in development only.**
///
/// # Errors
/// [`IdTokenError`]
pub fn verify_unsigned(token: &str, project_id: &str, now_ms: i64) -> Result<Claims, IdTokenError> {
    let parsed = parse(token)?;
    if parsed.algorithm() != unsigned::ALGORITHM {
        return Err(IdTokenError::Algorithm);
    }
    if !parsed.signature_bytes().is_empty() {
        return Err(IdTokenError::Signature);
    }
    let claims = parsed.deserialize_claims_unchecked::<claims::Wire>().map_err(refusal)?;
    claims::check(&claims, project_id, now_ms)
}

/// The key that a signed token names, and that [`verify`] will look for.
///
/// # Errors
/// What [`verify`] would say before it looks at any key.
pub fn key_id(token: &str) -> Result<String, IdTokenError> {
    let parsed = parse(token)?;
    named_key(&parsed).map(str::to_owned)
}

/// Whether a token says of itself that it is not signed.
#[must_use]
pub fn is_unsigned(token: &str) -> bool {
    parse(token).is_ok_and(|parsed| parsed.algorithm() == unsigned::ALGORITHM)
}

fn parse(token: &str) -> Result<Parsed<'_>, IdTokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(IdTokenError::Malformed("too long".into()));
    }
    let parsed = Parsed::try_from(token).map_err(|error| IdTokenError::Malformed(error.to_string()))?;
    // RFC 7515, 4.1.11: whoever does not understand an extension named here must refuse the token. We know none.
    if parsed.header().other_fields.crit.is_some() {
        return Err(IdTokenError::Malformed("`crit` in the header".into()));
    }
    Ok(parsed)
}

fn named_key<'a>(parsed: &'a Parsed<'_>) -> Result<&'a str, IdTokenError> {
    if parsed.algorithm() != ALGORITHM {
        return Err(IdTokenError::Algorithm);
    }
    parsed.header().key_id.as_deref().ok_or(IdTokenError::NoKeyId)
}

fn refusal(error: ValidationError) -> IdTokenError {
    match error {
        ValidationError::AlgorithmMismatch { .. } => IdTokenError::Algorithm,
        ValidationError::MalformedClaims(error) => IdTokenError::Malformed(error.to_string()),
        _ => IdTokenError::Signature,
    }
}
