//! Reads a template. `build.rs` reads the Markdown files by it, and the crate what teachers write: both are held to one
//! rule.

use super::slot::Slot;

/// The slots that the template of a persona may name.
pub const PERSONA_SLOTS: &[Slot] = &[Slot::Question, Slot::Title, Slot::Language];

/// The slots that the question for a summary names.
pub const SUMMARY_SLOTS: &[Slot] = &[Slot::Question, Slot::Language];

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Taken as it stands.
    Text(&'a str),
    /// Filled in.
    Slot(Slot),
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 0.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

/// Splits a template, which may name the slots in `known`, at its slots.
///
/// # Errors
/// The first [`Fault`] in it.
pub fn parse<'a>(text: &'a str, known: &[Slot]) -> Result<Vec<Piece<'a>>, Fault> {
    let mut pieces = Vec::new();
    let mut line = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        line += before.matches('\n').count();
        if before.contains("}}") {
            return Err(Fault { line, what: "`}}` without `{{` before it".to_owned() });
        }
        let Some((name, tail)) = after.split_once("}}").filter(|(name, _)| !name.contains('\n')) else {
            return Err(Fault { line, what: "`{{` is not closed with `}}` on the same line".to_owned() });
        };
        let Some(slot) = Slot::find(name.trim(), known) else {
            let what = format!("{{{{{}}}}} is not known here; {}", name.trim(), known_list(known));
            return Err(Fault { line, what });
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Slot(slot));
        rest = tail;
    }
    if let Some((before, _)) = rest.split_once("}}") {
        line += before.matches('\n').count();
        return Err(Fault { line, what: "`}}` without `{{` before it".to_owned() });
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// Nothing but our own guidance may stand in its brackets.
///
/// # Errors
/// The first of them.
pub fn refuse_guidance(text: &str) -> Result<(), Fault> {
    text.split_once(['⟦', '⟧']).map_or(Ok(()), |(before, _)| {
        let what = "⟦ and ⟧ frame guidance and may not stand in a template".to_owned();
        Err(Fault { line: before.matches('\n').count(), what })
    })
}

/// The slots that may be named, for one who named another.
pub fn known_list(known: &[Slot]) -> String {
    let names: Vec<String> = known.iter().map(|slot| format!("{{{{{}}}}}", slot.name())).collect();
    if names.is_empty() {
        "this kind of file takes no placeholders".to_owned()
    } else {
        format!("known placeholders: {}", names.join(", "))
    }
}
