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

    /// The text with each slot replaced; nothing when one of the values is blank.
    #[must_use]
    pub fn fill_whole(&self, value: impl Fn(Slot) -> String) -> Option<String> {
        self.0.iter().try_fold(String::new(), |filled, piece| match piece {
            Piece::Text(text) => Some(filled + text),
            Piece::Slot(slot) => {
                Some(value(*slot)).filter(|text| !text.trim().is_empty()).map(|text| filled + &text)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: Template<'static> = Template(&[
        Piece::Text("Ask: "),
        Piece::Slot(Slot::Question),
        Piece::Text(" Read: "),
        Piece::Slot(Slot::Background),
    ]);

    #[test]
    fn a_value_is_never_read_as_a_template() {
        assert_eq!(TEMPLATE.fill(|_| "{{question}}".into()), "Ask: {{question}} Read: {{question}}");
    }

    #[test]
    fn a_blank_value_makes_a_whole_text_nothing() {
        assert_eq!(
            TEMPLATE.fill_whole(|slot| if slot == Slot::Question { "Why?".into() } else { " ".into() }),
            None
        );
        assert_eq!(TEMPLATE.fill_whole(|_| "x".into()).as_deref(), Some("Ask: x Read: x"));
    }

    #[test]
    fn the_source_can_be_shown_as_it_was_written() {
        assert_eq!(TEMPLATE.source(), "Ask: {{question}} Read: {{background}}");
    }
}
