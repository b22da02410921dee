//! `POST /token`: a service account exchanges a signed assertion for an access token. The assertion is verified
//! as Google does it, and refused in Google's words.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde_json::{Value, json};

use super::jwt::Unverified;
use super::keys::{Key, KeyError, now};
use crate::form;
use crate::world::World;

/// How the access tokens begin that are given out.
pub const TOKEN_PREFIX: &str = "ya29.sim-";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Google's own endpoint; clients keep it as audience even with another `token_uri`.
const GOOGLE_AUDIENCE: &str = "https://oauth2.googleapis.com/token";
/// An assertion lives for an hour at most; clocks may differ by five minutes.
const LONGEST_LIFE: i64 = 3_600;
const CLOCK_SKEW: i64 = 300;
/// Every scope Google knows begins like this.
const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";

/// OAuth's error body.
#[derive(Debug, PartialEq, Eq)]
pub struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl OAuthError {
    fn bad(error: &'static str, description: &str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.to_owned() }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        (self.status, Json(body)).into_response()
    }
}

impl From<KeyError> for OAuthError {
    fn from(error: KeyError) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "internal_failure",
            description: error.to_string(),
        }
    }
}

/// The service account's address.
pub fn client_email(project: &str) -> String {
    format!("mentora-sim@{project}.iam.gserviceaccount.com")
}

/// The key file that Google's console would let you download.
pub fn key_file(world: &World, key: &Key) -> Result<Value, rsa::pkcs8::Error> {
    let project = &world.config.project;
    let email = client_email(project);
    Ok(json!({
        "type": "service_account",
        "project_id": project,
        "private_key_id": key.id,
        "private_key": key.private.to_pkcs8_pem(LineEnding::LF)?.as_str(),
        "client_email": email,
        "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": format!("{}/token", world.base_url),
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": format!("https://www.googleapis.com/robot/v1/metadata/x509/{}", email.replace('@', "%40")),
        "universe_domain": "googleapis.com",
    }))
}

/// `POST /token`.
pub async fn handle(State(world): State<Arc<World>>, body: String) -> Response {
    let result = exchange(&world, &body).await;
    let status = result.as_ref().map_or_else(|error| error.status.as_u16(), |_| 200);
    world.journal.request("POST", "/token", status, Value::Null);
    result.into_response()
}

async fn exchange(world: &World, body: &str) -> Result<Json<Value>, OAuthError> {
    let grant = form::value(body, "grant_type");
    if grant.as_deref() != Some(GRANT) {
        let name = grant.unwrap_or_default();
        return Err(OAuthError::bad("unsupported_grant_type", &format!("Invalid grant_type: {name}")));
    }
    let assertion = form::value(body, "assertion").filter(|assertion| !assertion.is_empty());
    let assertion = assertion
        .ok_or_else(|| OAuthError::bad("invalid_request", "Missing required parameter: assertion"))?;
    let key = world.keys.service_account().await?;
    let audiences = [GOOGLE_AUDIENCE.to_owned(), format!("{}/token", world.base_url)];
    verify(&assertion, &key, &client_email(&world.config.project), &audiences, now())?;
    let token: String = (0..3).map(|_| format!("{:016x}", rand::random::<u64>())).collect();
    Ok(Json(
        json!({ "access_token": format!("{TOKEN_PREFIX}{token}"), "expires_in": 3_599, "token_type": "Bearer" }),
    ))
}

/// The rules an assertion has to keep.
fn verify(assertion: &str, key: &Key, email: &str, audiences: &[String], now: i64) -> Result<(), OAuthError> {
    let invalid = |description: &str| OAuthError::bad("invalid_grant", description);
    let jwt = Unverified::parse(assertion).ok_or_else(|| invalid("Bad Request"))?;
    let text = |name: &str| jwt.claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("iss") != email {
        return Err(invalid("Invalid grant: account not found"));
    }
    let kid = jwt.header.get("kid").and_then(Value::as_str);
    if kid.is_some_and(|kid| kid != key.id) || !jwt.is_signed_by(key) {
        return Err(invalid("Invalid JWT Signature."));
    }
    if !audiences.iter().any(|audience| audience == text("aud")) {
        return Err(invalid("Invalid JWT: Failed audience check"));
    }
    let time = |name: &str| jwt.claims.get(name).and_then(Value::as_i64);
    let in_time = matches!((time("iat"), time("exp")), (Some(issued), Some(expires))
        if issued <= now + CLOCK_SKEW && expires > now && expires > issued && expires - issued <= LONGEST_LIFE);
    if !in_time {
        return Err(invalid(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
             Check your iat and exp values in the JWT claim.",
        ));
    }
    let mut scopes = text("scope").split(' ').filter(|scope| !scope.is_empty()).peekable();
    if scopes.peek().is_none()
        || !scopes.all(|scope| scope.strip_prefix(SCOPE_PREFIX).is_some_and(|name| !name.is_empty()))
    {
        return Err(OAuthError::bad("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
    }
    Ok(())
}
