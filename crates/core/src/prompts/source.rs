//! Reads and checks the Markdown files under `prompts/`. It runs in `build.rs`, where a mistake stops the build with the
//! file and the line; the crate itself holds it in tests only.

use std::fmt;

use super::parse::{self, Fault, known_list};
use super::section::Section;
use super::slot::Slot;

/// The voices a persona may have.
pub const VOICES: &[&str] = &["Puck", "Charon", "Kore", "Fenrir", "Aoede"];
/// The styles a persona may have.
pub const STYLES: &[&str] = &["gentle", "critical", "analytical", "playful"];
/// The moves, each of which needs a file.
pub const MOVES: &[&str] = &["clarify", "challenge", "devils_advocate", "continue", "conclude"];

/// What a file is for, which says what its front matter and its template must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `system.md`: the frame around a persona.
    System,
    /// `personas/*.md`
    Persona,
    /// `moves/*.md`
    Move,
    /// `styles/*.md`
    Style,
    /// `closing.md`: the guidance of the last question
    Closing,
    /// `summary.md`: what the text model is asked when a conversation has ended
    Summary,
}

impl Kind {
    /// The fields its front matter has, all of them and no others.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Persona => &["id", "name", "description", "voice", "style"],
            Self::System | Self::Move | Self::Style | Self::Closing | Self::Summary => {
                &["id", "name", "description"]
            }
        }
    }

    /// The slots its template may name.
    const fn known(self) -> &'static [Slot] {
        match self {
            Self::System => Slot::ALL,
            Self::Persona => parse::PERSONA_SLOTS,
            Self::Summary => parse::SUMMARY_SLOTS,
            Self::Move | Self::Style | Self::Closing => &[],
        }
    }

    /// The slots its template must name: without them something the teacher wrote would never reach the model.
    const fn required(self) -> &'static [Slot] {
        match self {
            Self::System => Slot::ALL,
            Self::Persona => &[Slot::Question],
            Self::Summary => parse::SUMMARY_SLOTS,
            Self::Move | Self::Style | Self::Closing => &[],
        }
    }
}

/// A mistake in a file of `prompts/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Path of the file, as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Taken as it stands.
    Text(String),
    /// Filled in.
    Slot(Slot),
}

impl From<parse::Piece<'_>> for Piece {
    fn from(piece: parse::Piece<'_>) -> Self {
        match piece {
            parse::Piece::Text(text) => Self::Text(text.to_owned()),
            parse::Piece::Slot(slot) => Self::Slot(slot),
        }
    }
}

/// A file that was found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Front matter.
    fields: Fields,
    /// The text below the front matter; of a frame, what stands before its first section.
    pub pieces: Vec<Piece>,
    /// The sections of a frame; nothing else has any.
    pub sections: Vec<Part>,
}

/// A section of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub section: Section,
    /// What stands over it, without the name.
    pub heading: String,
    /// Its text.
    pub pieces: Vec<Piece>,
}

impl Source {
    /// A field of the front matter; empty when the kind has no such field.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| value)
    }
}

/// Reads one file.
///
/// # Errors
/// The first [`Mistake`] in it.
pub fn read(file: &str, stem: &str, text: &str, kind: Kind) -> Result<Source, Mistake> {
    let text = text.replace("\r\n", "\n");
    let mistake = |line, what: String| Mistake { file: file.to_owned(), line, what };
    let (fields, body_line) = front_matter(&text, kind).map_err(|(line, what)| mistake(line, what))?;
    let mut source = Source { fields, pieces: Vec::new(), sections: Vec::new() };
    if source.field("id") != stem {
        return Err(mistake(
            1,
            format!("`id` must be the file's name, `{stem}`, not `{}`", source.field("id")),
        ));
    }
    for (field, allowed) in [("voice", VOICES), ("style", STYLES)] {
        if kind.fields().contains(&field) && !allowed.contains(&source.field(field)) {
            let what = format!("`{field}: {}` is not one of {}", source.field(field), allowed.join(", "));
            return Err(mistake(1, what));
        }
    }
    if kind == Kind::Style && !STYLES.contains(&stem) {
        return Err(mistake(1, format!("`{stem}` is not a style; the styles are {}", STYLES.join(", "))));
    }
    if kind == Kind::Move && !MOVES.contains(&stem) {
        return Err(mistake(1, format!("`{stem}` is not a move; the moves are {}", MOVES.join(", "))));
    }
    let body: String = text.lines().skip(body_line - 1).collect::<Vec<_>>().join("\n");
    let body = body.trim_end();
    if body.trim().is_empty() {
        return Err(mistake(body_line, "the template is empty".to_owned()));
    }
    let faulty = |fault: Fault| mistake(body_line + fault.line, fault.what);
    if kind != Kind::System {
        parse::refuse_guidance(body).map_err(faulty)?;
    }
    let read = |text: &str, line: usize| -> Result<Vec<Piece>, Mistake> {
        let pieces = parse::parse(text, kind.known())
            .map_err(|fault| faulty(Fault { line: fault.line + line, ..fault }))?;
        Ok(pieces.into_iter().map(Piece::from).collect())
    };
    if kind == Kind::System {
        for (line, heading, text) in chapters(body) {
            let pieces = read(&text, line)?;
            match heading {
                None => source.pieces = pieces,
                Some(heading) => {
                    let (section, heading) = titled(heading, &source.sections)
                        .map_err(|what| mistake(body_line + line - 1, what))?;
                    source.sections.push(Part { section, heading, pieces });
                }
            }
        }
        for section in Section::ALL {
            if !source.sections.iter().any(|part| part.section == *section) {
                let what = format!("the section `{{#{}}}` is missing", section.name());
                return Err(mistake(body_line, what));
            }
        }
    } else {
        source.pieces = read(body, 0)?;
    }
    let all = || source.pieces.iter().chain(source.sections.iter().flat_map(|part| &part.pieces));
    for slot in kind.required() {
        if !all().any(|piece| *piece == Piece::Slot(*slot)) {
            let what = format!("{{{{{}}}}} is missing; {}", slot.name(), known_list(kind.known()));
            return Err(mistake(body_line, what));
        }
    }
    Ok(source)
}

/// Cuts a frame at its `## ` headings: the line on which each text begins, from 0, its heading, and the text.
fn chapters(body: &str) -> Vec<(usize, Option<&str>, String)> {
    let mut all = vec![(0, None, String::new())];
    for (line, number) in body.lines().zip(1..) {
        match (line.strip_prefix("## "), all.last_mut()) {
            (None, Some((_, _, text))) => {
                *text += line;
                text.push('\n');
            }
            (heading, _) => all.push((number, heading, String::new())),
        }
    }
    all
}

/// `What is argued {#question}`
fn titled(heading: &str, before: &[Part]) -> Result<(Section, String), String> {
    let named = heading.trim_end().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#"));
    let (title, name) =
        named.ok_or_else(|| format!("`## {heading}` must end with its name, as `{{#name}}`"))?;
    let names = || Section::ALL.iter().map(|section| section.name()).collect::<Vec<_>>().join(", ");
    let section =
        Section::find(name).ok_or_else(|| format!("`{name}` is no section; the sections are {}", names()))?;
    if before.iter().any(|part| part.section == section) {
        return Err(format!("the section `{name}` stands twice"));
    }
    Ok((section, title.trim().to_owned()))
}

/// A line and what is wrong on it.
type Wrong = (usize, String);
/// Names and values, in the order of the file.
type Fields = Vec<(&'static str, String)>;

/// `--- name: value … ---`; returns the fields and the line on which the template begins.
fn front_matter(text: &str, kind: Kind) -> Result<(Fields, usize), Wrong> {
    let needs = || format!("front matter needs {}", kind.fields().join(", "));
    let mut found = Fields::new();
    let mut lines = text.lines().zip(1..);
    if lines.next().map(|(line, _)| line.trim_end()) != Some("---") {
        return Err((1, format!("the file must begin with `---`; {}", needs())));
    }
    for (line, number) in lines {
        if line.trim_end() == "---" {
            for field in kind.fields() {
                if !found.iter().any(|(name, _)| name == field) {
                    return Err((number, format!("`{field}` is missing; {}", needs())));
                }
            }
            return Ok((found, number + 1));
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err((number, format!("expected `name: value`; {}", needs())));
        };
        let (name, value) = (name.trim(), value.trim());
        let Some(field) = kind.fields().iter().find(|field| **field == name) else {
            return Err((number, format!("`{name}` is not a field; {}", needs())));
        };
        if value.is_empty() {
            return Err((number, format!("`{name}` is empty")));
        }
        if found.iter().any(|(known, _)| known == field) {
            return Err((number, format!("`{name}` stands twice")));
        }
        found.push((field, value.to_owned()));
    }
    Err((1, "the front matter is not closed with `---`".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str =
        "---\nid: calm\nname: Calm\ndescription: Takes its time.\nvoice: Kore\nstyle: gentle\n---\n";

    fn persona(text: &str) -> Result<Source, String> {
        read("personas/calm.md", "calm", text, Kind::Persona).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn a_file_in_order_becomes_fields_and_pieces() {
        let source = persona(&format!("{FRONT}Ask about {{{{question}}}} gently.\n")).unwrap();
        assert_eq!(source.field("voice"), "Kore");
        let text = |text: &str| Piece::Text(text.into());
        assert_eq!(source.pieces, [text("Ask about "), Piece::Slot(Slot::Question), text(" gently.")]);
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_its_file_its_line_and_the_known_ones() {
        let error = persona(&format!("{FRONT}Ask about {{{{question}}}}.\nBe {{{{mood}}}}.\n")).unwrap_err();
        let known = "known placeholders: {{question}}, {{title}}, {{language}}";
        assert_eq!(error, format!("personas/calm.md:9: {{{{mood}}}} is not known here; {known}"));
    }

    #[test]
    fn a_missing_placeholder_is_named_with_the_known_ones() {
        let error = persona(&format!("{FRONT}Just ask.\n")).unwrap_err();
        assert!(
            error.starts_with("personas/calm.md:8: {{question}} is missing; known placeholders:"),
            "{error}"
        );
    }

    #[test]
    fn braces_must_match_on_one_line() {
        for (body, line) in [
            ("{{question", 8),
            ("a\nb }} {{question}}", 9),
            ("{{question}} b }}", 8),
            ("x\n{{que\nstion}}", 9),
        ] {
            let error = persona(&format!("{FRONT}{body}")).unwrap_err();
            assert!(error.starts_with(&format!("personas/calm.md:{line}: ")), "{body:?}: {error}");
        }
    }

    #[test]
    fn front_matter_is_complete_and_knows_its_fields() {
        let front = |from: &str, to: &str| {
            persona(&format!("{}{{{{question}}}}", FRONT.replace(from, to))).unwrap_err()
        };
        assert!(front("voice: Kore\n", "").contains(":6: `voice` is missing"));
        assert!(
            front("voice: Kore", "voice: Elvis").contains("not one of Puck, Charon, Kore, Fenrir, Aoede")
        );
        assert!(front("style: gentle", "style: rude").contains("not one of gentle"));
        assert!(front("style: gentle", "colour: red").contains(":6: `colour` is not a field"));
        assert!(front("name: Calm", "name:").contains(":3: `name` is empty"));
        assert!(front("name: Calm", "name: Calm\nname: C").contains(":4: `name` stands twice"));
        assert!(front("name: Calm", "Calm").contains(":3: expected `name: value`"));
        assert!(front("id: calm", "id: other").contains("must be the file's name, `calm`"));
        assert!(front("gentle\n---", "gentle").contains("expected `name: value`"));
        assert!(persona("").unwrap_err().contains(":1: the file must begin with `---`"));
        assert!(persona("---\nid: calm").unwrap_err().contains("not closed"));
    }

    #[test]
    fn a_move_takes_no_placeholders_and_must_be_one_of_the_five() {
        let text = "---\nid: nod\nname: Nod\ndescription: Nods.\n---\nNod.";
        assert!(
            read("moves/nod.md", "nod", text, Kind::Move).unwrap_err().what.contains("the moves are clarify")
        );
        let text = text.replace("nod", "clarify").replace("Nod.", "Ask {{question}}.");
        let error = read("moves/clarify.md", "clarify", &text, Kind::Move).unwrap_err();
        assert!(error.what.contains("takes no placeholders"), "{error}");
    }

    #[test]
    fn a_template_holds_no_guidance_brackets_and_is_not_empty() {
        assert!(persona(&format!("{FRONT}{{{{question}}}}\n⟦move⟧")).unwrap_err().contains(":9: ⟦"));
        assert!(persona(FRONT).unwrap_err().contains("empty"));
    }

    #[test]
    fn the_last_question_takes_no_placeholders_and_the_one_for_a_summary_names_both() {
        let text = "---\nid: closing\nname: Last\ndescription: Asks.\n---\nAsk {{question}}.";
        let error = read("closing.md", "closing", text, Kind::Closing).unwrap_err();
        assert!(error.what.contains("takes no placeholders"), "{error}");
        let text = text.replace("closing", "summary");
        let error = read("summary.md", "summary", &text, Kind::Summary).unwrap_err();
        assert!(error.what.starts_with("{{language}} is missing"), "{error}");
        assert!(
            read("summary.md", "summary", &format!("{text} In {{{{language}}}}."), Kind::Summary).is_ok()
        );
    }

    /// A frame in which each section stands once and every slot is named.
    fn a_frame() -> String {
        let slots: String = Slot::ALL.iter().map(|slot| format!("{{{{{}}}}} ", slot.name())).collect();
        let sections: String = Section::ALL
            .iter()
            .map(|section| format!("\n\n## A heading {{#{}}}\nText.", section.name()))
            .collect();
        format!("---\nid: system\nname: The frame\ndescription: Of all.\n---\nYou ask: {slots}{sections}\n")
    }

    fn frame(text: &str) -> Result<Source, String> {
        read("system.md", "system", text, Kind::System).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn a_frame_falls_into_its_opening_and_its_named_sections() {
        let source = frame(&a_frame()).unwrap();
        assert!(matches!(&source.pieces[0], Piece::Text(text) if text == "You ask: "));
        let names: Vec<_> = source.sections.iter().map(|part| part.section).collect();
        assert_eq!(names, Section::ALL);
        assert_eq!(source.sections[0].heading, "A heading");
        assert_eq!(source.sections[0].pieces, [Piece::Text("Text.\n\n".into())]);
    }

    #[test]
    fn a_section_without_a_name_with_an_unknown_one_twice_or_missing_is_told_with_its_line() {
        for (from, to, told) in [
            ("{#question}", "", "system.md:8: `## A heading ` must end with its name, as `{#name}`"),
            ("{#question}", "{#answer}", "system.md:8: `answer` is no section; the sections are question,"),
            ("{#safety}", "{#question}", "system.md:32: the section `question` stands twice"),
            ("\n\n## A heading {#safety}", "", "the section `{#safety}` is missing"),
            ("{#question}\nText", "{#question}\n{{mood}}", "system.md:9: {{mood}} is not known here"),
        ] {
            let error = frame(&a_frame().replace(from, to)).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn windows_line_ends_read_the_same() {
        let text = format!("{FRONT}Ask {{{{question}}}}.\nNow.");
        assert_eq!(persona(&text.replace('\n', "\r\n")), persona(&text));
    }
}
