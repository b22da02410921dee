//! Gemini on the wire, Live (`BidiGenerateContent`) and not: what we send, what we are told, and what a closed socket
//! means. No socket is opened here; the caller carries text.
//!
//! # Layout
//! - [`connect`]: the request that upgrades to a socket
//! - [`setup`]: the first message, with what a model would refuse left out
//! - [`models`]: what each model accepts of it
//! - [`client`]: the other messages to the model
//! - [`steering`]: which models may be told between two turns how to answer the next
//! - [`server`]: messages from the model, as a list of [`server::ServerEvent`]s in the order they mean something
//! - [`layout`]: frames of sound, to the byte
//! - [`generate`]: one answer in text, without a socket
//! - [`usage`]: tokens by modality
//! - [`close`]: what a close code and its reason mean for us

pub mod client;
pub mod close;
pub mod connect;
pub mod generate;
pub mod layout;
pub mod models;
pub mod server;
pub mod setup;
pub mod steering;
pub mod usage;

pub use client::ClientMessage;
pub use close::Loss;
pub use models::LiveModel;
pub use server::ServerEvent;
pub use setup::SessionConfig;
pub use usage::Usage;
