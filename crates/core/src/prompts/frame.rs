//! The frame of every dialogue: an opening and named sections.

use super::{Section, Slot, Template};

/// The text around a persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What stands before the first heading.
    pub opening: Template<'a>,
    /// The sections, in order.
    pub sections: &'a [Part<'a>],
}

/// A section of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Which.
    pub section: Section,
    /// What stands over it.
    pub heading: &'a str,
    /// Its text.
    pub body: Template<'a>,
}

impl Frame<'_> {
    /// The text with its slots filled, without the sections that name an empty slot: so a frame says what it says about a
    /// thing only when the thing is there, without a word for "if". What `instead` has for a section stands in its place.
    #[must_use]
    pub fn fill(
        &self,
        value: impl Fn(Slot) -> String,
        instead: impl Fn(Section) -> Option<String>,
    ) -> String {
        let filled = self.sections.iter().filter_map(|part| {
            let body = match instead(part.section) {
                Some(body) => body,
                None => part.body.fill_whole(&value)?,
            };
            Some(format!("\n\n## {}\n{}", part.heading, body.trim_end()))
        });
        self.opening.fill(&value).trim_end().to_owned() + &filled.collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::Piece;

    const FRAME: Frame<'static> = Frame {
        opening: Template(&[Piece::Text("You ask.\n\n")]),
        sections: &[
            Part {
                section: Section::Question,
                heading: "Question",
                body: Template(&[Piece::Slot(Slot::Question)]),
            },
            Part {
                section: Section::Background,
                heading: "Background",
                body: Template(&[Piece::Text("Read: "), Piece::Slot(Slot::Background), Piece::Text(".\n\n")]),
            },
            Part { section: Section::End, heading: "End", body: Template(&[Piece::Text("Stop.")]) },
        ],
    };

    #[test]
    fn a_section_with_an_empty_slot_is_left_out() {
        let value = |slot| if slot == Slot::Question { "Why?".into() } else { String::new() };
        assert_eq!(FRAME.fill(value, |_| None), "You ask.\n\n## Question\nWhy?\n\n## End\nStop.");
    }

    #[test]
    fn a_value_is_never_read_as_a_template() {
        let filled = FRAME.fill(|_| "{{question}}".into(), |_| None);
        assert!(filled.contains("Read: {{question}}.\n\n## End"), "{filled}");
    }

    #[test]
    fn what_stands_instead_of_a_section_keeps_its_heading_and_its_place() {
        let instead = |section| (section == Section::Background).then(|| "Ask my aunt.".to_owned());
        let filled = FRAME.fill(|_| "Why?".into(), instead);
        assert_eq!(filled, "You ask.\n\n## Question\nWhy?\n\n## Background\nAsk my aunt.\n\n## End\nStop.");
    }
}
