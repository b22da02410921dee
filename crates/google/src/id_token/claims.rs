//! What a token says, and whether it may say so here.

use jwt_compact::Claims as Envelope;
use serde::{Deserialize, Serialize};

use super::IdTokenError;

/// Longest user id, in characters.
const MAX_SUBJECT_CHARS: usize = 128;

/// How far a time may lie in the future: clocks differ, and a token is often used within the second it was made.
const MAX_SKEW_MS: i64 = 5 * 60 * 1000;

/// A checked token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The user's id: 1 to 128 characters, of any kind.
    pub sub: String,
    /// The address, where the user has one.
    pub email: Option<String>,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// The name to show.
    pub name: Option<String>,
    /// URL of a picture.
    pub picture: Option<String>,
    /// The custom claim `admin`; only a JSON `true` counts.
    pub admin: bool,
    /// When it runs out, in seconds of the epoch.
    pub exp: i64,
}

/// As they stand in the token. `exp`, `iat` and `nbf` are read by the envelope around these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wire {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) admin: Option<serde_json::Value>,
}

/// The issuer of a project's ID tokens. Session cookies and custom tokens have others.
pub(super) fn issuer(project_id: &str) -> String {
    format!("https://securetoken.google.com/{project_id}")
}

pub(super) fn check(claims: &Envelope<Wire>, project_id: &str, now_ms: i64) -> Result<Claims, IdTokenError> {
    let said = &claims.custom;
    if project_id.is_empty() || said.aud.as_deref().ok_or(IdTokenError::Missing("aud"))? != project_id {
        return Err(IdTokenError::Audience);
    }
    if *said.iss.as_ref().ok_or(IdTokenError::Missing("iss"))? != issuer(project_id) {
        return Err(IdTokenError::Issuer);
    }
    let sub = said.sub.clone().ok_or(IdTokenError::Missing("sub"))?;
    if sub.is_empty() || sub.chars().count() > MAX_SUBJECT_CHARS {
        return Err(IdTokenError::Subject);
    }

    let expires = claims.expiration.ok_or(IdTokenError::Missing("exp"))?.timestamp();
    let issued = claims.issued_at.ok_or(IdTokenError::Missing("iat"))?.timestamp();
    let signed_in = said.auth_time.ok_or(IdTokenError::Missing("auth_time"))?;
    if has_expired(claims, now_ms) {
        return Err(IdTokenError::Expired);
    }
    let not_before = claims.not_before.map_or(0, |time| time.timestamp());
    for (claim, seconds) in [("iat", issued), ("auth_time", signed_in), ("nbf", not_before)] {
        if millis(seconds) > now_ms.saturating_add(MAX_SKEW_MS) {
            return Err(IdTokenError::InTheFuture(claim));
        }
    }

    Ok(Claims {
        sub,
        email: said.email.clone(),
        email_verified: said.email_verified.unwrap_or(false),
        name: said.name.clone(),
        picture: said.picture.clone(),
        admin: said.admin == Some(serde_json::Value::Bool(true)),
        exp: expires,
    })
}

/// Whether a token says of itself that it has run out.
pub(super) fn has_expired(claims: &Envelope<Wire>, now_ms: i64) -> bool {
    claims.expiration.is_some_and(|time| millis(time.timestamp()) <= now_ms)
}

fn millis(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}
