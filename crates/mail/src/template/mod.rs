//! The text of letters, compiled from `prompts/mail/*.md`: each in every language, as plain text and as HTML.
//!
//! Markdown is rendered when the crate is built. Values are put in afterwards, each form in its own way, so that no name and
//! no title is ever read as Markdown, HTML or a template.
//!
//! # Layout
//! - [`kind`]: the files; [`slot`]: what they leave open
//! - `source`, `markdown`, `parse`: the check of the files and their rendering, which `build.rs` runs

pub mod kind;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod parse;
pub mod slot;
#[cfg(test)]
mod source;

use std::fmt::Write as _;

use self::kind::Kind;
use self::slot::Slot;
use crate::language::Language;

mod compiled {
    use super::{Kind, Language, Piece, Slot, Template};

    include!(concat!(env!("OUT_DIR"), "/letters.rs"));
}

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Taken as it stands.
    Text(&'static str),
    /// Filled in.
    Slot(Slot),
}

/// A file in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    subject: &'static [Piece],
    push: &'static [Piece],
    text: &'static [Piece],
    html: &'static [Piece],
}

impl Template {
    /// The template of a kind in a language.
    #[must_use]
    pub const fn of(kind: Kind, language: Language) -> Self {
        compiled::compiled(kind, language)
    }

    /// The line of the subject.
    pub fn subject(&self, value: impl Fn(Slot) -> String) -> String {
        fill(self.subject, |slot| one_line(&value(slot)))
    }

    /// What a push message says below the subject.
    pub fn push(&self, value: impl Fn(Slot) -> String) -> String {
        fill(self.push, |slot| one_line(&value(slot)))
    }

    /// The body as plain text.
    pub fn text(&self, value: impl Fn(Slot) -> String) -> String {
        fill(self.text, |slot| one_line(&value(slot)))
    }

    /// The body as HTML: what stands within `<body>`.
    pub fn html(&self, value: impl Fn(Slot) -> String) -> String {
        fill(self.html, |slot| escaped(&one_line(&value(slot))))
    }
}

fn fill(pieces: &[Piece], value: impl Fn(Slot) -> String) -> String {
    pieces.iter().fold(String::new(), |mut filled, piece| {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Slot(slot) => filled.push_str(&value(*slot)),
        }
        filled
    })
}

/// `text` on one line, single-spaced, without characters that show nothing or turn the direction of what follows: a name
/// cannot begin a paragraph of its own, nor a header.
#[must_use]
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|character| !is_hidden(*character))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks of direction and of nothing. (The joiners U+200C and U+200D stay: scripts and emoji are written with them.)
const fn is_hidden(character: char) -> bool {
    matches!(character, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// As text of HTML, or as the value of an attribute in double quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}

/// A whole document of HTML around a body.
#[must_use]
pub fn page(language: Language, title: &str, body: &str) -> String {
    // Mail programs show no style sheets; this is what all of them take.
    const STYLE: &str = "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:1em auto;padding:0 1em";
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body style=\"{STYLE}\">\n{body}</body>\n</html>\n",
        language.tag(),
        escaped(title),
    );
    out
}
