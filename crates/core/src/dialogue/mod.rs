//! What the student said, and the move that answers it.
//!
//! # Layout
//! - [`strategy`]: the moves
//! - `text`: words and characters, and the language they are in
//! - `lexicon`: the cues of English and Chinese, and how they are found
//! - `similarity`: how much one turn says what another said
//! - [`features`]: what is measured in a turn
//! - [`decide`](mod@decide): from features to a [`Decision`]
//! - [`termination`](mod@termination): when the dialogue should end

use crate::documents::Speaker;

pub mod decide;
pub mod features;
mod lexicon;
mod similarity;
pub mod strategy;
pub mod termination;
pub(crate) mod text;

pub use decide::{Alternative, Decision, decide};
pub use features::Features;
pub use strategy::Strategy;
pub use termination::{is_last_question, next_move, termination};

/// Something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utterance<'a> {
    /// By whom.
    pub speaker: Speaker,
    /// What.
    pub text: &'a str,
}
