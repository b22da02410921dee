//! `POST /v3/mail/send`: one mail. SendGrid knows no idempotency key: what it took and did not say so goes out again
//! when it is sent again. When that is done, whoever sends decides.

use http::{HeaderMap, Request, Response, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mailbox::Mailbox;
use crate::message::Message;

/// Of SendGrid's own words as much is kept, in characters.
const MAX_WHY_CHARS: usize = 500;

/// What came of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// SendGrid has taken it.
    Sent {
        /// SendGrid's name for it.
        message_id: Option<String>,
    },
    /// SendGrid has not taken it now.
    TryLater {
        /// Not before then, ms since the epoch, where SendGrid says so.
        not_before_ms: Option<i64>,
        /// In SendGrid's words.
        why: String,
    },
    /// SendGrid does not take it.
    Refused {
        /// What must change before it does.
        cause: Cause,
        /// In SendGrid's words.
        why: String,
    },
}

/// Why a mail is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The mail itself: it is never taken.
    Mail,
    /// The key, the sender or the address of the service: no mail is taken until somebody sets that right.
    Settings,
}

impl Message {
    /// The request.
    ///
    /// `base_url` is `https://api.sendgrid.com` or a stand-in, with or without a trailing slash.
    ///
    /// # Errors
    /// When the base URL or the key cannot stand in a request.
    pub fn request(&self, base_url: &str, api_key: &str) -> Result<Request<Vec<u8>>, http::Error> {
        let base = base_url.trim_end_matches('/');
        let mut authorization = header::HeaderValue::try_from(format!("Bearer {api_key}"))?;
        authorization.set_sensitive(true);
        Request::post(format!("{base}/v3/mail/send"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, authorization)
            .body(self.body().to_string().into_bytes())
    }

    fn body(&self) -> Value {
        let content = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        let off = json!({ "enable": false });
        json!({
            "personalizations": [{ "to": [mailbox(&self.to)] }],
            "from": mailbox(&self.from),
            "subject": self.written.subject,
            // The plainest form first, or SendGrid refuses the mail.
            "content": [content("text/plain", &self.written.text), content("text/html", &self.written.html)],
            "headers": { "List-Unsubscribe": format!("<{}>", self.written.unsubscribe_url) },
            "custom_args": { "notification": self.notification },
            // Nobody is followed through the links of our mail.
            "tracking_settings": { "click_tracking": off, "open_tracking": off },
        })
    }
}

fn mailbox(mailbox: &Mailbox) -> Value {
    match mailbox.name() {
        "" => json!({ "email": mailbox.address() }),
        name => json!({ "email": mailbox.address(), "name": name }),
    }
}

/// Reads the reply.
#[must_use]
pub fn read(reply: &Response<Vec<u8>>) -> Answer {
    let status = reply.status().as_u16();
    if reply.status().is_success() {
        let message_id = text(reply.headers(), "x-message-id").map(str::to_owned);
        return Answer::Sent { message_id };
    }
    let why = why(status, reply.body());
    match status {
        // 408 is given up on its way, not refused.
        408 | 429 | 500.. => Answer::TryLater { not_before_ms: reset(reply.headers()), why },
        400 | 413 | 422 => Answer::Refused { cause: Cause::Mail, why },
        _ => Answer::Refused { cause: Cause::Settings, why },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
}

/// When the quota is full again: SendGrid tells it in seconds since the epoch.
fn reset(headers: &HeaderMap) -> Option<i64> {
    text(headers, "x-ratelimit-reset")?.parse::<i64>().ok()?.checked_mul(1_000)
}

/// `status 400: from.email: Does not contain a valid address.`
fn why(status: u16, body: &[u8]) -> String {
    let told: ErrorReply = serde_json::from_slice(body).unwrap_or_default();
    let errors = told.errors.into_iter().map(|error| match error.field {
        Some(field) => format!("{field}: {}", error.message),
        None => error.message,
    });
    let why = std::iter::once(format!("status {status}")).chain(errors).collect::<Vec<_>>().join("; ");
    why.chars().take(MAX_WHY_CHARS).collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorReply {
    errors: Vec<ErrorDetail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    message: String,
    field: Option<String>,
}

#[cfg(test)]
mod tests;
