//! A conversation, input by input.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod breaking_in;
mod figures;
mod model;
mod roles;
mod scene;
#[path = "../shared/mod.rs"]
mod shared;
mod turns;
