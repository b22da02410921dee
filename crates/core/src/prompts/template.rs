//! A template and its filling.

use super::parse::Piece;
use super::slot::Slot;

/// Text with slots, checked when it was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template<'a>(pub &'a [Piece<'a>]);

impl Template<'_> {
    /// The text as it was written, with `{{name}}` for each slot.
    #[must_use]
    pub fn source(&self) -> String {
        self.fill(|slot| format!("{{{{{}}}}}", slot.name()))
    }

    /// The text with each slot replaced by its value. A value is put in as it is: braces in it are no slots.
    #[must_use]
    pub fn fill(&self, value: impl Fn(Slot) -> String) -> String {
        self.0.iter().fold(String::new(), |filled, piece| match piece {
            Piece::Text(text) => filled + text,
            Piece::Slot(slot) => filled + &value(*slot),
        })
    }

    /// The text with its slots filled, without the sections (from a `## ` heading to the next) that name an empty slot:
    /// so a template says what it says about a thing only when the thing is there, without a word for "if".
    #[must_use]
    pub fn fill_sections(&self, value: impl Fn(Slot) -> String) -> String {
        let mut filled = String::new();
        let (mut section, mut whole) = (String::new(), true);
        for piece in self.0 {
            match piece {
                Piece::Slot(slot) => {
                    let value = value(*slot);
                    whole &= !value.trim().is_empty();
                    section += &value;
                }
                Piece::Text(text) => {
                    let mut parts = text.split("\n## ");
                    section += parts.next().unwrap_or_default();
                    for part in parts {
                        if whole {
                            filled += &section;
                        }
                        (section, whole) = (format!("\n## {part}"), true);
                    }
                }
            }
        }
        if whole { filled + &section } else { filled }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: Template<'static> = Template(&[
        Piece::Text("You ask.\n\n## Question\n"),
        Piece::Slot(Slot::Question),
        Piece::Text("\n\n## Background\nRead: "),
        Piece::Slot(Slot::Background),
        Piece::Text(".\n\n## End\nStop."),
    ]);

    #[test]
    fn a_section_with_an_empty_slot_is_left_out() {
        let filled =
            TEMPLATE.fill_sections(|slot| if slot == Slot::Question { "Why?".into() } else { String::new() });
        assert_eq!(filled, "You ask.\n\n## Question\nWhy?\n\n## End\nStop.");
    }

    #[test]
    fn a_value_is_never_read_as_a_template() {
        let filled = TEMPLATE.fill_sections(|_| "{{question}}\n## End".into());
        assert!(filled.contains("Read: {{question}}\n## End."), "{filled}");
        assert_eq!(filled.matches("\n## ").count(), 5, "three of the template, two of the values: {filled}");
    }

    #[test]
    fn the_source_can_be_shown_as_it_was_written() {
        assert!(TEMPLATE.source().contains("## Background\nRead: {{background}}."));
    }
}
