//! Reads and checks the Markdown files under `prompts/mail/`. It runs in `build.rs`, where a mistake stops the build with
//! the file and the line; the crate itself holds it in tests only.

use std::fmt;

use super::kind::Kind;
use super::markdown::{self, Rendered};
use super::parse::{self, Piece};
use crate::language::Language;

/// A mistake in a file of `prompts/mail/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The name of the file without `.md`.
    pub file: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "prompts/mail/{}.md:{}: {}", self.file, self.line, self.what)
    }
}

/// A file in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Which language.
    pub language: Language,
    /// What stands in the line of the subject; nothing where the file is no letter.
    pub subject: Vec<Piece>,
    /// What a push message says below the subject; nothing where the file is no letter.
    pub push: Vec<Piece>,
    /// Its body.
    pub body: Rendered,
}

/// Reads one file: what it says in each language.
///
/// # Errors
/// The first [`Mistake`] in it.
pub fn read(kind: Kind, text: &str) -> Result<Vec<Source>, Mistake> {
    let text = text.replace("\r\n", "\n");
    let mistake = |line, what: String| Mistake { file: kind.id(), line, what };
    let (fields, body_line) = front_matter(kind, &text).map_err(|(line, what)| mistake(line, what))?;
    let id = fields.iter().find(|field| field.name == "id");
    if let Some(id) = id.filter(|id| id.value != kind.id()) {
        return Err(mistake(id.line, format!("`id` must be the file's name, `{}`", kind.id())));
    }
    let chapters = chapters(&text, body_line).map_err(|(line, what)| mistake(line, what))?;
    let mut sources = Vec::new();
    for language in Language::ALL.iter().copied() {
        let found: Vec<_> = chapters.iter().filter(|chapter| chapter.language == language).collect();
        let [chapter] = found.as_slice() else {
            return Err(mistake(body_line, format!("`{{#{}}}` must stand there once", language.tag())));
        };
        let line = |name: String| match fields.iter().find(|field| field.name == name) {
            Some(field) => {
                let pieces = parse::parse(&field.value, kind.slots());
                pieces.map_err(|fault| mistake(field.line, fault.what))
            }
            None => Ok(Vec::new()),
        };
        let (subject, push) = (line(subject_field(language))?, line(push_field(language))?);
        let body = markdown::render(&chapter.text, kind.slots())
            .map_err(|fault| mistake(chapter.line + fault.line, fault.what))?;
        for slot in kind.slots() {
            // What a letter does not say although it could be said is a mistake in one of its languages.
            if !body.html.contains(&Piece::Slot(*slot)) {
                let what = format!("{{{{{}}}}} is missing in `{}`", slot.name(), language.tag());
                return Err(mistake(chapter.line, what));
            }
        }
        sources.push(Source { language, subject, push, body });
    }
    Ok(sources)
}

struct Chapter {
    language: Language,
    /// Line on which the text begins, from 1.
    line: usize,
    text: String,
}

struct Field {
    name: String,
    value: String,
    line: usize,
}

/// A line and what is wrong on it.
type Wrong = (usize, String);

fn subject_field(language: Language) -> String {
    format!("subject.{}", language.tag())
}

fn push_field(language: Language) -> String {
    format!("push.{}", language.tag())
}

/// Cuts the body at its headings `## 繁體中文 {#zh-Hant}`.
fn chapters(text: &str, body_line: usize) -> Result<Vec<Chapter>, Wrong> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for (line, number) in text.lines().zip(1..).skip(body_line - 1) {
        if let Some(heading) = line.strip_prefix("## ") {
            let tag = heading.trim_end().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#"));
            let language =
                tag.and_then(|(_, tag)| Language::ALL.iter().copied().find(|language| language.tag() == tag));
            let tags: Vec<_> = Language::ALL.iter().map(|language| language.tag()).collect();
            let language = language.ok_or_else(|| {
                (number, format!("`{line}` must end with its language, one of {{#{}}}", tags.join("}, {#")))
            })?;
            chapters.push(Chapter { language, line: number + 1, text: String::new() });
        } else if let Some(chapter) = chapters.last_mut() {
            chapter.text += line;
            chapter.text.push('\n');
        } else if !line.trim().is_empty() {
            return Err((number, "stands before the heading of a language".to_owned()));
        }
    }
    Ok(chapters)
}

/// `--- name: value … ---`; returns the fields and the line behind them.
fn front_matter(kind: Kind, text: &str) -> Result<(Vec<Field>, usize), Wrong> {
    let mut wanted: Vec<String> = ["id", "name", "description"].map(str::to_owned).into();
    if kind.is_letter() {
        wanted.extend(Language::ALL.iter().copied().map(subject_field));
        wanted.extend(Language::ALL.iter().copied().map(push_field));
    }
    let needs = || format!("front matter needs {}", wanted.join(", "));
    let mut found: Vec<Field> = Vec::new();
    let mut lines = text.lines().zip(1..);
    if lines.next().map(|(line, _)| line.trim_end()) != Some("---") {
        return Err((1, format!("the file must begin with `---`; {}", needs())));
    }
    for (text, line) in lines {
        if text.trim_end() == "---" {
            return match wanted.iter().find(|name| !found.iter().any(|field| field.name == **name)) {
                Some(name) => Err((line, format!("`{name}` is missing; {}", needs()))),
                None => Ok((found, line + 1)),
            };
        }
        let (name, value) =
            text.split_once(':').ok_or_else(|| (line, format!("expected `name: value`; {}", needs())))?;
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if !wanted.contains(&name) {
            return Err((line, format!("`{name}` is not a field; {}", needs())));
        }
        if value.is_empty() {
            return Err((line, format!("`{name}` is empty")));
        }
        if found.iter().any(|field| field.name == name) {
            return Err((line, format!("`{name}` stands twice")));
        }
        found.push(Field { name, value, line });
    }
    Err((1, "the front matter is not closed with `---`".to_owned()))
}

#[cfg(test)]
mod tests;
