//! Push messages by Firebase Cloud Messaging (HTTP v1): a message to one device, and what its answers mean. The access token is
//! put on by whoever sends ([`crate::service_account`]).
//!
//! - [`Message`]: what a device is shown, within FCM's 4,096 bytes
//! - [`Answer`], [`read`]: sent, gone, later, never
//!
//! Source: <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send>

mod answer;
mod message;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Cause, read};
pub use message::{MAX_PAYLOAD_BYTES, Message};

/// Where FCM is.
pub const FCM_URL: &str = "https://fcm.googleapis.com";
