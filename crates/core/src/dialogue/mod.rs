//! What the student said, and the move that answers it.
//!
//! # Layout
//! - [`strategy`]: the moves
//! - `text`: words and characters, and the language they are in
//! - `lexicon`: the cues of English and Chinese, and how they are found
//! - `similarity`: how much one turn says what another said
//! - [`features`]: what is measured in a turn
//! - [`analyser`]: what reads a turn; [`verdict`]: what a text model is asked about it, and how its reply is read
//! - [`decide`](mod@decide): from features to a [`Decision`]
//! - [`termination`](mod@termination): when the dialogue should end
//! - [`replay`](mod@replay): the decisions of a conversation, made again

use crate::documents::Speaker;

pub mod analyser;
pub mod decide;
pub mod features;
mod lexicon;
pub mod replay;
mod similarity;
pub mod strategy;
pub mod termination;
pub(crate) mod text;
pub mod verdict;

pub use analyser::{Analyse, Lexical, Reading};
pub use decide::{Alternative, Decision, decide, decide_on};
pub use features::Features;
pub use strategy::Strategy;
pub use termination::{is_last_question, next_move, next_move_on, termination};
pub use verdict::{Inquiry, Verdict};

/// Something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utterance<'a> {
    /// By whom.
    pub speaker: Speaker,
    /// What.
    pub text: &'a str,
}
