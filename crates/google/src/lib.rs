//! Google's services beside Firestore and Gemini: pure request building, response parsing and checking. Whoever
//! calls brings the bytes and says what time it is (`now_ms`, milliseconds since the Unix epoch).
//!
//! # Layout
//! - [`id_token`]: Firebase ID tokens: who is asking
//! - [`service_account`]: access tokens for our own calls to Google's APIs
//!
//! FCM v1 (`messages:send`), Cloud Storage (signed URLs) and GA4 (Measurement Protocol) belong here too, one file each.

pub mod id_token;
pub mod service_account;

#[cfg(test)]
mod test_keys;
