//! What all requests to Stripe have in common, and why one of them fails.

use std::fmt;

use http::{Request, Response, header, request};
use serde::Deserialize;

use crate::fields::Missing;

/// The version of the API that we speak: Stripe answers by it, whatever the account's own is. The endpoint of the webhooks
/// has to be made with the same one.
pub const API_VERSION: &str = "2026-10-28.endive";

/// Where Stripe is.
pub const BASE_URL: &str = "https://api.stripe.com";

/// Stripe, and our key there. `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    /// [`BASE_URL`] or a stand-in, with or without a trailing slash.
    pub base_url: &'a str,
    /// As `sk_live_…`, `rk_live_…` or `sk_test_…`.
    pub secret_key: &'a str,
}

impl fmt::Debug for Api<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Why Stripe did not do what it was asked for. Its words are for our log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// The address, the key or an id cannot stand in a request: nothing was sent.
    #[error("no request can be made: {0}")]
    Request(String),
    /// No answer, or one that says to come again. Whether it was done is not known: ask again, with the same
    /// idempotency key.
    #[error("Stripe does not answer: {0}")]
    Unavailable(String),
    /// The key is wrong, or may not do this: the operator has to act.
    #[error("Stripe does not take our key: {0}")]
    Configuration(String),
    /// The idempotency key was used for something else. Nothing was done.
    #[error("the idempotency key was used for another request: {0}")]
    KeyReused(String),
    /// Stripe would not do this however often it is asked.
    #[error("Stripe refuses with {status}: {message} (code {code:?}, parameter {parameter:?})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// As `parameter_invalid_integer`.
        code: Option<String>,
        /// As `line_items[0][quantity]`.
        parameter: Option<String>,
        /// In Stripe's words.
        message: String,
    },
    /// An answer that cannot be understood. Whether it was done is not known.
    #[error("Stripe's answer is not understood: {0}")]
    Malformed(String),
}

impl StripeError {
    /// Whether to ask again later, with the same idempotency key. Stripe keeps a key's first answer for a day at least,
    /// failures (5xx) among them: a purchase that keeps failing needs a key of its own.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<Missing> for StripeError {
    fn from(missing: Missing) -> Self {
        Self::Malformed(missing.to_string())
    }
}

impl Api<'_> {
    pub(crate) fn get(&self, path_and_query: &str) -> Result<Request<Vec<u8>>, StripeError> {
        built(self.request("GET", path_and_query), Vec::new())
    }

    /// `idempotency_key`: at most 255 characters.
    pub(crate) fn post(
        &self,
        path: &str,
        idempotency_key: &str,
        form: String,
    ) -> Result<Request<Vec<u8>>, StripeError> {
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("idempotency-key", idempotency_key);
        built(request, form.into_bytes())
    }

    fn request(&self, method: &str, path_and_query: &str) -> request::Builder {
        let (base, key) = (self.base_url.trim_end_matches('/'), self.secret_key);
        Request::builder()
            .method(method)
            .uri(format!("{base}{path_and_query}"))
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header("stripe-version", API_VERSION)
    }
}

fn built(request: request::Builder, body: Vec<u8>) -> Result<Request<Vec<u8>>, StripeError> {
    request.body(body).map_err(|error| StripeError::Request(error.to_string()))
}

/// An id of Stripe's that is to stand in an address.
pub(crate) fn id_in_path(id: &str) -> Result<&str, StripeError> {
    let sane = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if sane { Ok(id) } else { Err(StripeError::Request("that is no id of Stripe's".into())) }
}

/// The JSON of an answer that is a success.
pub(crate) fn answer(response: &Response<Vec<u8>>) -> Result<serde_json::Value, StripeError> {
    #[derive(Default, Deserialize)]
    struct Envelope {
        error: Told,
    }
    #[derive(Default, Deserialize)]
    struct Told {
        #[serde(rename = "type", default)]
        kind: String,
        code: Option<String>,
        param: Option<String>,
        #[serde(default)]
        message: String,
    }
    let status = response.status().as_u16();
    if let 200..=299 = status {
        return serde_json::from_slice(response.body())
            .map_err(|error| StripeError::Malformed(error.to_string()));
    }
    let told = serde_json::from_slice::<Envelope>(response.body()).unwrap_or_default().error;
    Err(match status {
        // 409: another request with the same key is under way. 424: one of Stripe's own partners failed.
        408 | 409 | 424 | 429 | 500.. => {
            StripeError::Unavailable(format!("status {status}: {}", told.message))
        }
        401 | 403 => StripeError::Configuration(told.message),
        _ if told.kind == "idempotency_error" => StripeError::KeyReused(told.message),
        400..=499 => {
            StripeError::Refused { status, code: told.code, parameter: told.param, message: told.message }
        }
        _ => StripeError::Malformed(format!("status {status}")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(status: u16, body: &Value) -> StripeError {
        let body = body.to_string().into_bytes();
        answer(&Response::builder().status(status).body(body).unwrap()).unwrap_err()
    }

    #[test]
    fn a_failure_tells_what_to_do() {
        let body = |kind: &str| json!({ "error": { "type": kind, "message": "told" } });
        for status in [409, 429, 500, 502, 503] {
            assert!(refused(status, &body("api_error")).may_pass(), "{status}");
        }
        for status in [401, 403] {
            let error = refused(status, &body("invalid_request_error"));
            assert_eq!(error, StripeError::Configuration("told".into()));
            assert!(!error.may_pass());
        }
        assert_eq!(refused(400, &body("idempotency_error")), StripeError::KeyReused("told".into()));
        let wrong = json!({ "error": {
            "type": "invalid_request_error", "code": "url_invalid", "param": "success_url", "message": "Not a valid URL",
        } });
        let expected = StripeError::Refused {
            status: 400,
            code: Some("url_invalid".into()),
            parameter: Some("success_url".into()),
            message: "Not a valid URL".into(),
        };
        assert_eq!(refused(400, &wrong), expected);
    }

    #[test]
    fn a_failure_in_another_shape_is_told_by_its_status() {
        assert!(refused(502, &json!("<html>")).may_pass());
        assert!(matches!(refused(400, &json!([])), StripeError::Refused { status: 400, .. }));
        assert!(matches!(refused(302, &json!({})), StripeError::Malformed(_)));
        let reply = Response::builder().status(200).body(b"<html>".to_vec()).unwrap();
        assert!(matches!(answer(&reply), Err(StripeError::Malformed(_))));
    }

    #[test]
    fn the_key_is_in_a_header_and_in_no_debug_text() {
        let api = Api { base_url: "https://api.example/", secret_key: "sk_test_s3cret" };
        let request = api.get("/v1/charges").unwrap();
        assert_eq!(request.uri(), "https://api.example/v1/charges");
        assert_eq!(request.headers()["authorization"], "Bearer sk_test_s3cret");
        assert_eq!(request.headers()["stripe-version"], API_VERSION);
        assert!(!format!("{api:?}").contains("s3cret"));
        let broken = Api { secret_key: "two\nlines", ..api }.get("/v1/charges").unwrap_err();
        assert!(matches!(&broken, StripeError::Request(text) if !text.contains("lines")), "{broken}");
    }
}
