//! What reads a student's turn. An analyser measures and does not decide: the move follows from what was measured by the
//! one rule in [`decide`](mod@super::decide), so the teacher's weights and choice of moves hold whoever has measured, and
//! every decision can be made again from what is stored with the turn.

use super::features::measure;
use super::{Features, Utterance};
use crate::documents::{Analyser, Stance};

/// What was read in a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What was measured.
    pub features: Features,
    /// Where the student stands in this turn.
    pub stance: Stance,
    /// What has measured it.
    pub analyser: Analyser,
}

/// Something that reads turns.
pub trait Analyse {
    /// What is read in `text`, the turn after `history` (oldest first). The same arguments give the same reading.
    fn read(&self, history: &[Utterance<'_>], text: &str) -> Reading;
}

/// Word lists and counts: always there, and at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lexical;

impl Lexical {
    /// Version of the word lists and of the rule, stored with every decision. It is raised whenever one of the labelled
    /// turns of the tests is measured or answered differently, and a test watches over that.
    pub const VERSION: u32 = 1;
}

impl Analyse for Lexical {
    fn read(&self, history: &[Utterance<'_>], text: &str) -> Reading {
        let (features, stance) = measure(history, text);
        Reading { features, stance, analyser: Analyser::Lexical }
    }
}
