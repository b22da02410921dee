//! The life of the model's socket, input by input: when it is opened, left, lost and tried again, what becomes of the
//! turn that was under way, and the documents that follow it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

#[path = "upstream/scene.rs"]
mod scene;

#[path = "upstream/documents.rs"]
mod documents;
#[path = "upstream/latency.rs"]
mod latency;
#[path = "upstream/leaving.rs"]
mod leaving;
#[path = "upstream/losses.rs"]
mod losses;
#[path = "upstream/resuming.rs"]
mod resuming;
#[path = "upstream/thinking.rs"]
mod thinking;
