//! Who breaks into whom: the student by voice, button and pen; the model for reasons of its own; and transcripts that
//! come whenever they like.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod hands_free;
mod interrupted;
mod scene;
#[path = "../shared/mod.rs"]
mod shared;
mod transcripts;
