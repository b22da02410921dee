//! - [`token_table`]: every way in which a token can be right or wrong
//! - [`claims`]: what a right one tells; [`unsigned`]: tokens without a signature
//! - [`key_set`]: which keys are taken; [`key_cache`]: when they are asked for again

mod claims;
mod key_cache;
mod key_set;
mod token_table;
mod unsigned;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_compact::jwk::JsonWebKey;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::test_keys::KEY;

const PROJECT: &str = "demo-mentora";
/// 2026-11-22T12:00:00Z
const NOW: i64 = 1_795_348_800;
const NOW_MS: i64 = NOW * 1000;

fn jwk(id: &str, key: &RsaPrivateKey) -> Value {
    let public = RsaPublicKey::from(key);
    let mut jwk = serde_json::to_value(JsonWebKey::from(&public)).unwrap();
    jwk["kid"] = json!(id);
    jwk["use"] = json!("sig");
    jwk["alg"] = json!("RS256");
    jwk
}

fn published(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

fn keys() -> KeySet {
    KeySet::parse(&published(&[jwk("k1", &KEY)]), Some("public, max-age=3600"), NOW_MS).unwrap()
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": "https://securetoken.google.com/demo-mentora",
        "aud": "demo-mentora",
        "sub": "student",
        "iat": NOW - 60,
        "auth_time": NOW - 3600,
        "exp": NOW + 3540,
        "email": "student@example.org",
        "email_verified": true,
        "name": "A. Student",
        "picture": "https://example.org/p.png",
        "firebase": { "sign_in_provider": "password" },
    })
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

fn without(mut object: Value, key: &str) -> Value {
    object.as_object_mut().unwrap().remove(key);
    object
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed_by(key: &RsaPrivateKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&message)).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signed(header: &Value, claims: &Value) -> String {
    signed_by(&KEY, header, claims)
}

fn good() -> String {
    signed(&header(), &claims())
}

fn checked(token: &str) -> Result<Claims, IdTokenError> {
    verify(token, PROJECT, &keys(), NOW_MS)
}
