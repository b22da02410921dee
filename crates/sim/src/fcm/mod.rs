//! Firebase Cloud Messaging: takes push messages, keeps them, and shows them on no device.
//!
//! - [`send`]: `POST /v1/projects/{project}/messages:send`; [`rules`]: what of it is taken; [`refusal`]: what is told where it
//!   is not
//! - [`pushes`]: what was taken, shown at `/sim/outbox` beside the mails

pub mod pushes;
pub mod refusal;
pub mod rules;
pub mod send;
