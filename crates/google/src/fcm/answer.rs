//! What FCM's answers mean.
//!
//! Source: <https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>

use http::Response;
use serde::Deserialize;
use serde_json::Value;

/// After `429`, when FCM does not say, ms.
const QUOTA_PAUSE_MS: i64 = 60 * 1_000;
/// After `5xx`, when FCM does not say, ms.
const FAILURE_PAUSE_MS: i64 = 10 * 1_000;
/// FCM may ask for no longer, ms: a day.
const MAX_PAUSE_MS: i64 = 24 * 60 * 60 * 1_000;
/// Of Google's own words as much is kept, in characters.
const MAX_WHY_CHARS: usize = 300;

const FCM_ERROR: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";
/// The field of a request that holds the device.
const TOKEN_FIELD: &str = "message.token";

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// FCM has taken it.
    Sent {
        /// FCM's name for it, as `projects/p/messages/0:1`.
        name: String,
    },
    /// The device is there no more, or never was.
    Unregistered,
    /// FCM has not taken it now.
    TryLater {
        /// After so long, ms.
        after_ms: i64,
        /// In Google's words.
        why: String,
    },
    /// FCM does not take it.
    Refused {
        /// What must change before it does.
        cause: Cause,
        /// In Google's words.
        why: String,
    },
}

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The message itself: it is never taken.
    Message,
    /// The project, its keys or our account: no message is taken until somebody sets that right.
    Settings,
}

/// Reads the reply.
#[must_use]
pub fn read(reply: &Response<Vec<u8>>) -> Answer {
    let status = reply.status().as_u16();
    if reply.status().is_success() {
        return Answer::Sent { name: named(reply.body()) };
    }
    let told: Told = serde_json::from_slice(reply.body()).unwrap_or_default();
    let error = told.error;
    let why = error.why(status);
    let refused = |cause| Answer::Refused { cause, why: why.clone() };
    let later = |pause| {
        let asked = retry_after(reply).unwrap_or(pause);
        Answer::TryLater { after_ms: asked.clamp(1_000, MAX_PAUSE_MS), why: why.clone() }
    };
    match (status, error.code()) {
        (404, Some("UNREGISTERED")) => Answer::Unregistered,
        (400, Some("INVALID_ARGUMENT")) if error.blames_the_device() => Answer::Unregistered,
        (400 | 413, _) => refused(Cause::Message),
        (429, _) => later(QUOTA_PAUSE_MS),
        // 408 is given up on its way, not refused.
        (408 | 500.., _) => later(FAILURE_PAUSE_MS),
        _ => refused(Cause::Settings),
    }
}

fn named(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// In seconds. (A date, which HTTP allows as well, FCM does not send.)
fn retry_after(reply: &Response<Vec<u8>>) -> Option<i64> {
    let seconds =
        reply.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(i64::from(seconds) * 1_000)
}

#[derive(Deserialize, Default)]
struct Told {
    #[serde(default)]
    error: ToldError,
}

#[derive(Deserialize, Default)]
struct ToldError {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(rename = "@type", default)]
    kind: String,
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    field_violations: Vec<Violation>,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(default)]
    field: String,
}

impl ToldError {
    /// FCM's own code, which says more than the status.
    fn code(&self) -> Option<&str> {
        self.details
            .iter()
            .filter(|detail| detail.kind == FCM_ERROR)
            .find_map(|one| one.error_code.as_deref())
    }

    /// Whether nothing but the device is wrong: no field of the message is.
    fn blames_the_device(&self) -> bool {
        let violations = self.details.iter().filter(|detail| detail.kind == BAD_REQUEST);
        violations.flat_map(|detail| &detail.field_violations).all(|violation| violation.field == TOKEN_FIELD)
    }

    /// `status 403; SENDER_ID_MISMATCH; SenderId mismatch`
    fn why(&self, status: u16) -> String {
        let code = self.code().unwrap_or(&self.status);
        let parts = [code, &self.message].into_iter().filter(|part| !part.is_empty());
        let why = parts.fold(format!("status {status}"), |why, part| format!("{why}; {part}"));
        why.chars().take(MAX_WHY_CHARS).collect()
    }
}
