//! Firebase ID tokens, real ones: RS256, with the claims Firebase writes, and the JWKS to check them with.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::traits::PublicKeyParts as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::jwt;
use super::keys::{Key, KeyError, now};
use crate::google_error::GoogleError;
use crate::world::World;

/// As long as Google's: between five and seven hours.
const KEYS_MAX_AGE: u32 = 21_600;
const LIFE: i64 = 3_600;

/// What the token shall say. Everything but `uid` may be left out; the odd ones make tokens to be refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    uid: String,
    email: Option<String>,
    /// Custom claims, e.g. `{"admin": true}`; they may also overwrite standard claims such as `auth_time`.
    #[serde(default)]
    claims: Map<String, Value>,
    /// Expired an hour ago.
    #[serde(default)]
    expired: bool,
    aud: Option<String>,
    iss: Option<String>,
    /// Another key id in the header than that of the key that signs.
    kid: Option<String>,
}

/// `POST /sim/id-token` → `{"idToken": …}`.
pub async fn mint(State(world): State<Arc<World>>, body: String) -> Result<Json<Value>, GoogleError> {
    let wish: Wish =
        serde_json::from_str(&body).map_err(|error| GoogleError::invalid_argument(error.to_string()))?;
    let key = world.keys.firebase().await?;
    let claims = claims(&wish, &world.config.project, now());
    let token = jwt::sign(&claims, &key, wish.kid.as_deref().unwrap_or(&key.id));
    Ok(Json(json!({ "idToken": token, "claims": claims, "kid": key.id })))
}

fn claims(wish: &Wish, project: &str, now: i64) -> Value {
    let issued = if wish.expired { now - 2 * LIFE } else { now };
    let mut identities = Map::new();
    let mut claims = json!({
        "iss": wish.iss.clone().unwrap_or_else(|| format!("https://securetoken.google.com/{project}")),
        "aud": wish.aud.clone().unwrap_or_else(|| project.to_owned()),
        "auth_time": issued, "user_id": wish.uid, "sub": wish.uid, "iat": issued, "exp": issued + LIFE,
    });
    if let Some(email) = &wish.email {
        claims["email"] = json!(email);
        claims["email_verified"] = json!(true);
        identities.insert("email".to_owned(), json!([email]));
    }
    let provider = if wish.email.is_some() { "password" } else { "custom" };
    claims["firebase"] = json!({ "identities": identities, "sign_in_provider": provider });
    for (name, value) in &wish.claims {
        claims[name] = value.clone();
    }
    claims
}

/// `GET /jwks`.
pub async fn jwks(State(world): State<Arc<World>>) -> Result<Response, GoogleError> {
    let keys: Vec<Value> = world.keys.published().await?.iter().map(|key| public_jwk(key)).collect();
    let cache = format!("public, max-age={KEYS_MAX_AGE}, must-revalidate, no-transform");
    Ok(([(CACHE_CONTROL, cache)], Json(json!({ "keys": keys }))).into_response())
}

fn public_jwk(key: &Key) -> Value {
    let encode = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
    json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": key.id,
        "n": encode(key.private.n()), "e": encode(key.private.e()),
    })
}

impl From<KeyError> for GoogleError {
    fn from(error: KeyError) -> Self {
        Self { message: error.to_string(), ..Self::planned(axum::http::StatusCode::INTERNAL_SERVER_ERROR) }
    }
}
