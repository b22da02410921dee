//! What is decided about a turn, by whom, and how it reaches the model.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod export;
mod scene;
#[path = "../shared/mod.rs"]
mod shared;
mod spoken;
mod written;
