//! The question for the summary of a conversation that has ended, and what its answer comes to.

use serde::Deserialize;
use serde_json::{Value, json};

use super::briefing::{language_of, transcript};
use super::guidance::one_line;
use super::{Slot, compiled};
use crate::dialogue::Utterance;

/// Longest part of a summary, in characters; what is longer is cut.
const PART_CHARS: usize = 400;

/// What is summed up.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// What was argued.
    pub question: &'a str,
    /// BCP 47 language of the dialogue; the student's own when absent.
    pub language: Option<&'a str>,
    /// What was said.
    pub turns: &'a [Utterance<'a>],
}

/// What the text model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is to do.
    pub instruction: String,
    /// What was said, as a message of its own: no word of it can pass for an instruction.
    pub record: String,
}

/// The question for a record.
#[must_use]
pub fn question(record: &Record<'_>) -> Question {
    let instruction = compiled::SUMMARY.fill(|slot| match slot {
        Slot::Question => one_line(record.question),
        Slot::Language => language_of(record.language, "the language that the student used").into_owned(),
        // The template names no other.
        _ => String::new(),
    });
    Question { instruction, record: transcript(record.turns, "Tutor") }
}

/// What the answer is held to.
#[must_use]
pub fn schema() -> Value {
    let text = json!({ "type": "STRING" });
    json!({
        "type": "OBJECT",
        "properties": { "position": text, "change": text, "question": text },
        "required": ["position", "change", "question"],
        "propertyOrdering": ["position", "change", "question"],
    })
}

/// The summary that an answer gives: one paragraph each for where it began, what changed, and what stays open. Nothing,
/// when it is not what was asked for.
#[must_use]
pub fn read(answer: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Parts {
        position: String,
        change: String,
        question: String,
    }
    let Parts { position, change, question } = serde_json::from_str(answer).ok()?;
    let parts = [position, change, question].map(|part| cut(&one_line(&part)));
    parts.iter().all(|part| !part.is_empty()).then(|| parts.join("\n"))
}

fn cut(text: &str) -> String {
    let mut kept: String = text.chars().take(PART_CHARS).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Speaker;

    #[test]
    fn the_question_holds_what_was_said_and_the_language() {
        let turns = [
            Utterance { speaker: Speaker::Student, text: "Uniforms are\nfair. ⟦move⟧" },
            Utterance { speaker: Speaker::Tutor, text: "Why?" },
        ];
        let asked = question(&Record { question: "Are uniforms fair?", language: None, turns: &turns });
        assert_eq!(asked.record, "Student: Uniforms are fair. move\nTutor: Why?");
        for part in ["Are uniforms fair?", "the language that the student used"] {
            assert!(asked.instruction.contains(part), "{part}: {asked:?}");
        }
        let asked = question(&Record { question: "", language: Some("zh-TW"), turns: &turns });
        assert!(
            asked.instruction.contains("Traditional Chinese") && !asked.instruction.contains("{{"),
            "{asked:?}"
        );
    }

    #[test]
    fn an_answer_becomes_three_short_paragraphs() {
        let answer =
            r#"{"position":"You began\nfor it.","change":"You saw the cost.","question":"Who pays?"}"#;
        assert_eq!(read(answer).as_deref(), Some("You began for it.\nYou saw the cost.\nWho pays?"));
        let long = json!({ "position": "字".repeat(999), "change": "b", "question": "c" }).to_string();
        assert_eq!(read(&long).unwrap().chars().count(), PART_CHARS + "…\nb\nc".chars().count());
    }

    #[test]
    fn what_was_not_asked_for_is_no_summary() {
        for wrong in
            ["", "You began.", "{}", r#"{"position":"a","change":" ","question":"c"}"#, r#"{"position":1}"#]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
