//! Gemini Live (BidiGenerateContent) as a server.
//!
//! - [`upgrade`]: path, API version and credentials of the WebSocket request
//! - [`connection`]: one socket from setup to close
//! - [`session`]: whose turn it is, what is being said
//! - [`input`]: what client messages do to a session
//! - [`answer`]: one answer of the tutor: text, voice and their pace
//! - [`protojson`], [`schema`]: strict reading of client messages
//! - [`setup`]: what a setup may ask for
//! - [`context`]: memory and token counts
//! - [`resumption`]: sessions that outlive their socket
//! - [`activity`]: where speech begins and ends
//! - [`frames`]: server messages
//! - [`close`]: close codes and reasons

pub mod activity;
pub mod answer;
pub mod close;
pub mod connection;
pub mod context;
pub mod frames;
pub mod input;
pub mod protojson;
pub mod resumption;
pub mod schema;
pub mod session;
pub mod setup;
pub mod upgrade;
