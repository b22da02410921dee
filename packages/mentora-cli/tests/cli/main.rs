//! The command as people and scripts meet it.
//!
//! # Layout
//! - [`command`]: runs it; [`server`]: a Mentora that follows a script
//! - [`help`], [`errors`], [`lists`], [`chat`], [`replay`]: the tests

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod chat;
mod command;
mod errors;
mod help;
mod lists;
mod replay;
mod server;
