//! Tokens without a signature, as the Firebase Auth emulator makes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::claims::issuer;

/// `alg` of a token that is not signed.
pub(super) const ALGORITHM: &str = "none";

const LIFETIME_SECONDS: i64 = 3600;

/// Whom a made-up token is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The user's id.
    pub sub: String,
    /// The address, taken as verified.
    pub email: Option<String>,
    /// The name to show.
    pub name: Option<String>,
    /// The custom claim `admin`.
    pub admin: bool,
}

/// Makes a token for development, valid for an hour.
#[must_use]
pub fn unsigned_token(project_id: &str, identity: &Identity, now_ms: i64) -> String {
    let now = now_ms.div_euclid(1000);
    let mut claims = json!({
        "iss": issuer(project_id),
        "aud": project_id,
        "sub": identity.sub,
        "user_id": identity.sub,
        "iat": now,
        "auth_time": now,
        "exp": now + LIFETIME_SECONDS,
        "firebase": { "identities": {}, "sign_in_provider": "custom" },
    });
    if let Some(claims) = claims.as_object_mut() {
        if let Some(email) = &identity.email {
            claims.insert("email".into(), json!(email));
            claims.insert("email_verified".into(), json!(true));
        }
        if let Some(name) = &identity.name {
            claims.insert("name".into(), json!(name));
        }
        if identity.admin {
            claims.insert("admin".into(), json!(true));
        }
    }
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({ "alg": ALGORITHM, "typ": "JWT" })), part(&claims))
}
