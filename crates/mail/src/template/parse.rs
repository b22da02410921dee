//! Splits a text at its slots.

use super::slot::Slot;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Taken as it stands.
    Text(String),
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

/// Splits `text`, which may name the slots in `known`.
///
/// # Errors
/// The first [`Fault`] in it.
pub fn parse(text: &str, known: &[Slot]) -> Result<Vec<Piece>, Fault> {
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
            let names: Vec<_> = known.iter().map(|slot| format!("{{{{{}}}}}", slot.name())).collect();
            let what = format!(
                "{{{{{}}}}} is not known here; known placeholders: {}",
                name.trim(),
                names.join(", ")
            );
            return Err(Fault { line, what });
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Slot(slot));
        rest = tail;
    }
    if let Some((before, _)) = rest.split_once("}}") {
        line += before.matches('\n').count();
        return Err(Fault { line, what: "`}}` without `{{` before it".to_owned() });
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}
