//! A conversation to read.

use std::fmt::Write as _;

use super::{Line, Transcript, clock, name};
use crate::spreadsheet::date;

pub(super) fn render(transcript: &Transcript) -> String {
    let mut text = String::new();
    for heading in [&transcript.title, &transcript.question].into_iter().flatten() {
        line(&mut text, &one_line(heading));
    }
    line(&mut text, &format!("Begun {} UTC", date(transcript.started_at)));
    match transcript.closed_at {
        Some(closed_at) => line(&mut text, &format!("Ended {} UTC", date(closed_at))),
        None => line(&mut text, "It still goes on."),
    }
    for turn in &transcript.lines {
        text.push('\n');
        said(&mut text, turn);
    }
    text
}

/// The first line says when and who; what follows stands below it.
fn said(text: &mut String, turn: &Line) {
    let Line { speaker, at_ms, truncated, .. } = turn;
    let mut lines = turn.text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let _ = write!(text, "[{}] {}: {first}", clock(*at_ms), name(*speaker));
    for next in lines {
        let _ = write!(text, "\n    {next}");
    }
    line(text, if *truncated { " […cut short]" } else { "" });
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
