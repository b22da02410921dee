//! Google's services beside Firestore and Gemini: pure request building, response parsing and checking. Whoever
//! calls brings the bytes and says what time it is (`now_ms`, milliseconds since the Unix epoch).
//!
//! # Layout
//! - [`id_token`]: Firebase ID tokens: who is asking
//! - [`service_account`]: access tokens for our own calls to Google's APIs
//! - [`fcm`]: push messages
//! - [`storage`]: files in Cloud Storage: signed uploads, what was uploaded, deletion
//!
//! GA4 (Measurement Protocol) belongs here too.

pub mod fcm;
pub mod id_token;
pub mod service_account;
pub mod storage;

#[cfg(test)]
mod test_keys;

/// Bytes as Google writes them in hexadecimal: in lower case.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
