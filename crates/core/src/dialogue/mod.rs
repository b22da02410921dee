//! What the student said, and the move that answers it.
//!
//! # Layout
//! - [`strategy`]: the moves
//! - [`features`]: what is measured in a turn
//! - [`decide`]: from features to a [`Decision`]

use serde::{Deserialize, Serialize};

/// A move of the tutor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Ask what is meant.
    Clarify,
    /// Ask for the ground it stands on.
    Challenge,
    /// Argue the other side.
    DevilsAdvocate,
    /// Go on with the thought.
    Continue,
    /// Bring it to a close.
    Conclude,
}

/// What is measured in a student's turn; each from 0 (absent) to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Features {
    /// How vague.
    pub vagueness: f64,
}
