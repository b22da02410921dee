//! The life of the model's socket, input by input: when it is opened, left, lost and tried again, what becomes of the
//! turn that was under way, and the documents that follow it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod documents;
mod latency;
mod leaving;
mod losses;
mod resuming;
mod scene;
#[path = "../shared/mod.rs"]
mod shared;
mod thinking;
