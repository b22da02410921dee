//! Mail by SendGrid, without I/O: requests are built, replies are parsed; whoever calls brings the bytes and the key.
//!
//! Nothing stands here yet. What belongs here, one file each:
//! - `message`: what is sent, to whom, in which language; its text from templates
//! - `send`: `POST /v3/mail/send` and what its answers mean: sent, try later, never
