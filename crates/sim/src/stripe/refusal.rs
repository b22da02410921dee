//! Refusals, in Stripe's words.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// `{"error": {"type", "code", "message", "param", "doc_url"}}` with its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// As `invalid_request_error`.
    pub kind: &'static str,
    /// As `parameter_missing`.
    pub code: Option<&'static str>,
    /// For people.
    pub message: String,
    /// The parameter that is wrong.
    pub param: Option<String>,
}

impl Refusal {
    /// Something is wrong with the request.
    pub fn invalid(message: impl Into<String>, param: Option<&str>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: param.map(str::to_owned),
        }
    }

    /// Something is wrong with the request that Stripe has a code for.
    pub fn coded(code: &'static str, message: impl Into<String>, param: Option<&str>) -> Self {
        Self { code: Some(code), ..Self::invalid(message, param) }
    }

    /// A parameter that has to be there.
    pub fn missing(param: &str) -> Self {
        Self::coded("parameter_missing", format!("Missing required param: {param}."), Some(param))
    }

    /// A parameter that is there, without a value.
    pub fn empty(param: &str) -> Self {
        let message = format!(
            "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; however \
             '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value."
        );
        Self::coded("parameter_invalid_empty", message, Some(param))
    }

    /// An object that is not there.
    pub fn no_such(what: &str, id: &str, param: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::coded("resource_missing", format!("No such {what}: '{id}'"), Some(param))
        }
    }

    /// No key at all.
    pub fn no_key() -> Self {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization header, using \
                       Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication \
                       for details, or we can help at https://support.stripe.com/.";
        Self { status: StatusCode::UNAUTHORIZED, ..Self::invalid(message, None) }
    }

    /// A key that Stripe does not know. It is not shown.
    pub fn unknown_key() -> Self {
        let message = "Invalid API Key provided: sk_test_********";
        Self { status: StatusCode::UNAUTHORIZED, ..Self::invalid(message, None) }
    }

    /// A key that may not do this.
    pub fn forbidden() -> Self {
        let message =
            "The provided key does not have the required permissions for this endpoint on this account.";
        Self { status: StatusCode::FORBIDDEN, ..Self::invalid(message, None) }
    }

    /// The idempotency key was used for something else.
    pub fn other_parameters(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
             key other than '{key}' if you meant to execute a different request."
        );
        Self { kind: "idempotency_error", ..Self::invalid(message, None) }
    }

    /// Whatever a fault asks for.
    pub fn planned(status: StatusCode) -> Self {
        let (kind, code, message) = match status.as_u16() {
            409 => (
                "idempotency_error",
                Some("idempotency_key_in_use"),
                "There is currently another in-progress request using this Stripe Idempotency Key.",
            ),
            429 => ("invalid_request_error", Some("rate_limit"), "Request rate limit exceeded."),
            400..=499 => ("invalid_request_error", None, "Invalid request."),
            _ => ("api_error", None, "An unknown error occurred."),
        };
        Self { status, kind, code, message: message.to_owned(), param: None }
    }

    /// The body.
    pub fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = json!(code);
            error["doc_url"] =
                json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        json!({ "error": error })
    }
}
