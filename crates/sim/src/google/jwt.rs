//! Compact JWTs with RS256, as small as they can be.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use serde_json::{Value, json};

use super::keys::Key;

/// A JWT that was taken apart; nothing about it has been verified.
#[derive(Debug)]
pub struct Unverified {
    /// Header claims.
    pub header: Value,
    /// Payload claims.
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Unverified {
    /// Takes a token apart; `None` if it is none.
    pub fn parse(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| -> Option<Value> {
            let value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: json(header)?,
            claims: json(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// Whether this key signed it with RS256.
    pub fn is_signed_by(&self, key: &Key) -> bool {
        let verifying = VerifyingKey::<Sha256>::new(key.private.to_public_key());
        self.header.get("alg").and_then(Value::as_str) == Some("RS256")
            && Signature::try_from(self.signature.as_slice())
                .is_ok_and(|signature| verifying.verify(self.signed.as_bytes(), &signature).is_ok())
    }
}

/// Signs claims; `kid` stands in the header.
pub fn sign(claims: &Value, key: &Key, kid: &str) -> String {
    let header = json!({ "alg": "RS256", "kid": kid, "typ": "JWT" });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let signature = SigningKey::<Sha256>::new(key.private.clone()).sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
