//! The five moves of a Socratic dialogue: asked for by the application, or chosen by simple cues.

use super::reading::{Reading, Stance};

/// A move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// What do you mean?
    Clarify,
    /// How do you know?
    Challenge,
    /// What would the other side say?
    DevilsAdvocate,
    /// What follows?
    Continue,
    /// What have we reached?
    Conclude,
}

impl Move {
    fn by_name(name: &str) -> Option<Self> {
        match name {
            "clarify" => Some(Self::Clarify),
            "challenge" => Some(Self::Challenge),
            "devils_advocate" => Some(Self::DevilsAdvocate),
            "continue" => Some(Self::Continue),
            "conclude" => Some(Self::Conclude),
            _ => None,
        }
    }

    /// As Mentora names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clarify => "clarify",
            Self::Challenge => "challenge",
            Self::DevilsAdvocate => "devils_advocate",
            Self::Continue => "continue",
            Self::Conclude => "conclude",
        }
    }

    /// The move that a message calls for when nobody has decided it; `asked` counts the questions so far.
    pub fn by_cues(reading: &Reading, asked: usize) -> Self {
        if reading.closing {
            Self::Conclude
        } else if reading.vague {
            Self::Clarify
        } else if reading.absolute {
            Self::DevilsAdvocate
        } else if !reading.gives_evidence && asked.is_multiple_of(2) {
            Self::Challenge
        } else if reading.stance != Stance::Open && asked % 3 == 1 {
            Self::DevilsAdvocate
        } else {
            Self::Continue
        }
    }
}

/// Reads a guidance line, `⟦move: challenge⟧ …`: `None` if the part is none, `Some(None)` if its move is unknown.
pub fn guidance(part: &str) -> Option<Option<Move>> {
    let rest = part.trim_start().strip_prefix("⟦move:")?;
    let (name, _) = rest.split_once('⟧')?;
    Some(Move::by_name(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guidance_is_told_from_what_the_student_says() {
        assert_eq!(guidance("⟦move: devils_advocate⟧ Be kind."), Some(Some(Move::DevilsAdvocate)));
        assert_eq!(guidance("⟦move: dance⟧ Be kind."), Some(None));
        assert_eq!(guidance("My next move: challenge"), None);
    }

    #[test]
    fn cues_choose_a_fitting_move() {
        use crate::tutor::english::read;
        assert_eq!(Move::by_cues(&read("It is bad."), 0), Move::Clarify);
        assert_eq!(Move::by_cues(&read("I think social media harms young people."), 0), Move::Challenge);
        assert_eq!(
            Move::by_cues(&read("Everyone knows that homework never helps anybody."), 0),
            Move::DevilsAdvocate
        );
        assert_eq!(Move::by_cues(&read("Thank you, I have nothing to add."), 5), Move::Conclude);
    }
}
