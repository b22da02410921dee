//! Markdown as plain text and as HTML, with its slots left open. `build.rs` runs it; values never come near it, so nothing
//! that somebody calls himself can be read as Markdown.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::parse::{self, Fault, Piece};
use super::slot::Slot;

/// One text in both forms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// For `text/plain`: paragraphs apart, each link followed by its address.
    pub text: Vec<Piece>,
    /// For `text/html`: what stands within `<body>`.
    pub html: Vec<Piece>,
}

/// Renders `source`, which may name the slots in `known`.
///
/// # Errors
/// The first [`Fault`]: a slot that is not known, a link to anything but an address of ours, or Markdown that letters
/// do not use.
pub fn render(source: &str, known: &[Slot]) -> Result<Rendered, Fault> {
    // First as it was written, where a fault has its line.
    parse::parse(source, known)?;
    let mut renderer = Renderer { known, out: Rendered::default(), link: None, linked: false, begun: false };
    let parser = Parser::new_ext(source, Options::empty()).into_offset_iter();
    for (event, place) in TextMergeWithOffset::new(parser) {
        renderer.event(event).map_err(|what| Fault { line: line_of(source, &place), what })?;
    }
    Ok(renderer.out)
}

fn line_of(source: &str, place: &Range<usize>) -> usize {
    source.get(..place.start).unwrap_or_default().matches('\n').count()
}

struct Renderer<'a> {
    known: &'a [Slot],
    out: Rendered,
    /// The address of the link that is being read.
    link: Option<Slot>,
    /// Whether an address was the last thing in the plain text.
    linked: bool,
    /// Whether a block stands already, from which the next one is set apart.
    begun: bool,
}

impl Renderer<'_> {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => {
                self.end(tag);
                Ok(())
            }
            Event::Text(text) => self.text(&text),
            // A line break in the file is none in a letter; Chinese has no blanks between words, so its lines are not broken.
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => {
                self.both("\n", "<br>\n");
                Ok(())
            }
            _ => Err(NOT_USED.to_owned()),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), String> {
        match tag {
            Tag::Paragraph => self.block("<p>"),
            Tag::Heading { level: HeadingLevel::H3, .. } => self.block("<h3>"),
            Tag::List(None) => self.block("<ul>\n"),
            Tag::Item => self.both("- ", "<li>"),
            Tag::Strong => self.both("", "<strong>"),
            Tag::Emphasis => self.both("", "<em>"),
            Tag::Link { dest_url, .. } => {
                let name = dest_url.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
                let slot = name.and_then(|name| Slot::find(name.trim(), self.known));
                let slot = slot.filter(|slot| slot.is_address());
                let slot = slot.ok_or_else(|| format!("`{dest_url}` is no address that may be linked to"))?;
                push(&mut self.out.html, "<a href=\"");
                self.out.html.push(Piece::Slot(slot));
                push(&mut self.out.html, "\">");
                self.link = Some(slot);
            }
            _ => return Err(NOT_USED.to_owned()),
        }
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.both("\n", "</p>\n"),
            TagEnd::Heading(_) => self.both("\n", "</h3>\n"),
            TagEnd::List(_) => self.both("", "</ul>\n"),
            TagEnd::Item => self.both("\n", "</li>\n"),
            TagEnd::Strong => self.both("", "</strong>"),
            TagEnd::Emphasis => self.both("", "</em>"),
            TagEnd::Link => {
                push(&mut self.out.html, "</a>");
                if let Some(slot) = self.link.take() {
                    push(&mut self.out.text, ": ");
                    self.out.text.push(Piece::Slot(slot));
                    self.linked = true;
                }
            }
            // Nothing else was begun.
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if std::mem::take(&mut self.linked) {
            // What follows at once would pass for a part of the address.
            push(&mut self.out.text, " ");
        }
        for piece in parse::parse(text, self.known).map_err(|fault| fault.what)? {
            match piece {
                Piece::Text(text) => {
                    push(&mut self.out.text, &text);
                    push(&mut self.out.html, &escaped(&text));
                }
                Piece::Slot(slot) => {
                    self.out.text.push(Piece::Slot(slot));
                    self.out.html.push(Piece::Slot(slot));
                }
            }
        }
        Ok(())
    }

    fn block(&mut self, html: &str) {
        let apart = if self.begun { "\n" } else { "" };
        (self.begun, self.linked) = (true, false);
        self.both(apart, html);
    }

    fn both(&mut self, text: &str, html: &str) {
        push(&mut self.out.text, text);
        push(&mut self.out.html, html);
    }
}

const NOT_USED: &str = "letters are paragraphs, `###` headings, `-` lists, **strong**, *emphasis* and [links]({{address}}); nothing else";

/// Adds to the last piece where that is text, too.
fn push(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// As text of HTML, or as the value of an attribute in double quotes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
