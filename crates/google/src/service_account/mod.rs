//! Access tokens for our own calls to Google's APIs: a service account's key signs an assertion, Google's token
//! endpoint gives an access token for it (RFC 7523).
//!
//! - [`ServiceAccount`]: the key, the assertion and the request
//! - [`AccessToken`], [`parse_token_response`]: what comes back
//! - [`TokenCache`]: when to ask again

mod access_token;
mod token_cache;

#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use access_token::{AccessToken, TokenError, parse_token_response};
pub use token_cache::{Lookup, TokenCache};

/// Google's token endpoint. It is also the audience of an assertion, wherever the assertion is sent.
pub const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// What we ask leave for: documents, push messages, files.
pub const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/datastore",
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/devstorage.read_write",
];

/// Google allows no longer life.
const LIFETIME_SECONDS: i64 = 3600;

/// RFC 7518, 3.3: a key of this size or larger must be used.
const MIN_KEY_BITS: usize = 2048;

/// A key file that cannot be used. Never quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceAccountError {
    /// Not the JSON of a service account.
    #[error("not a service account key: {0}")]
    Malformed(&'static str),
    /// The private key is not an RSA key of at least 2,048 bits in PKCS#8.
    #[error("the private key of the service account cannot be used: {0}")]
    PrivateKey(&'static str),
}

/// A service account and its key. `Debug` does not show the key.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    client_email: String,
    private_key_id: Option<String>,
    private_key: String,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("client_email", &self.client_email).finish_non_exhaustive()
    }
}

impl ServiceAccount {
    /// Reads a key file as Google Cloud hands it out. Line breaks of the key may be real ones, `\n`, or `\\n`: it
    /// depends on through how many shells and files the text went.
    ///
    /// # Errors
    /// [`ServiceAccountError::Malformed`]
    pub fn parse(json: &str) -> Result<Self, ServiceAccountError> {
        #[derive(Deserialize)]
        struct KeyFile {
            client_email: String,
            #[serde(default)]
            private_key_id: Option<String>,
            private_key: String,
        }
        // The parser's own message would quote what it stumbled over.
        let malformed =
            |_| ServiceAccountError::Malformed("expected JSON with `client_email` and `private_key`");
        let file: KeyFile = serde_json::from_str(json)
            .or_else(|_| serde_json::from_str(&with_escaped_line_breaks(json)))
            .map_err(malformed)?;
        if file.client_email.is_empty() {
            return Err(ServiceAccountError::Malformed("`client_email` is empty"));
        }
        Ok(Self {
            client_email: file.client_email,
            private_key_id: file.private_key_id,
            private_key: file.private_key.replace("\\n", "\n"),
        })
    }

    /// The account's address.
    #[must_use]
    pub fn client_email(&self) -> &str {
        &self.client_email
    }

    /// A signed assertion, good for an hour. Signing takes about 10 ms in a Worker: keep what it buys.
    ///
    /// # Errors
    /// [`ServiceAccountError::PrivateKey`]
    pub fn assertion(&self, now_ms: i64) -> Result<String, ServiceAccountError> {
        let now = now_ms.div_euclid(1000);
        let mut header = json!({ "typ": "JWT", "alg": "RS256" });
        if let (Some(header), Some(id)) = (header.as_object_mut(), &self.private_key_id) {
            header.insert("kid".into(), json!(id));
        }
        let claims = json!({
            "iss": self.client_email,
            "scope": SCOPES.join(" "),
            "aud": TOKEN_URL,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));

        let signature = self.signature(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The signature of a message: RSASSA-PKCS1-v1_5 with SHA-256. Takes about 10 ms in a Worker.
    ///
    /// # Errors
    /// [`ServiceAccountError::PrivateKey`]
    pub fn signature(&self, message: &[u8]) -> Result<Vec<u8>, ServiceAccountError> {
        let key = RsaPrivateKey::from_pkcs8_pem(&self.private_key)
            .map_err(|_| ServiceAccountError::PrivateKey("expected PKCS#8 in PEM"))?;
        if key.n().bits() < MIN_KEY_BITS {
            return Err(ServiceAccountError::PrivateKey("shorter than 2048 bits"));
        }
        // Without blinding: nobody who could time this chooses what is signed, and a random source that fails would
        // panic inside the signature.
        key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message))
            .map_err(|_| ServiceAccountError::PrivateKey("it does not sign"))
    }

    /// The request that turns an assertion into an access token.
    ///
    /// # Errors
    /// [`TokenError::Account`] when the key does not sign, [`TokenError::Request`] when `token_url` is no URL.
    pub fn token_request(&self, token_url: &str, now_ms: i64) -> Result<http::Request<Vec<u8>>, TokenError> {
        // An assertion is base64url and dots: it needs no escaping.
        let body = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
            self.assertion(now_ms)?
        );
        http::Request::post(token_url)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into_bytes())
            .map_err(|error| TokenError::Request(error.to_string()))
    }
}

/// Between `-----BEGIN` and the closing quote, line breaks become `\n`, as JSON wants them.
fn with_escaped_line_breaks(json: &str) -> String {
    let Some((before, key)) = json.split_once("-----BEGIN") else {
        return json.to_owned();
    };
    let Some((key, after)) = key.split_once('"') else {
        return json.to_owned();
    };
    let key = key.replace('\r', "").replace('\n', "\\n");
    format!("{before}-----BEGIN{key}\"{after}")
}
