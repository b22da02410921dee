//! WebVTT.

use std::fmt::Write as _;

use super::{Line, Transcript, clock, name};

/// Least time that a cue stands, ms.
const LEAST_MS: i64 = 1_000;
/// Time to read a character, ms: about 17 a second, as subtitles go.
const READING_MS: i64 = 60;

pub(super) fn render(transcript: &Transcript) -> String {
    let mut text = String::from("WEBVTT\n");
    // A clock may be set back between two turns; cues may not.
    let mut earliest = 0;
    let starts: Vec<i64> = transcript
        .lines
        .iter()
        .map(|line| {
            earliest = line.at_ms.max(earliest);
            earliest
        })
        .collect();
    let nexts = starts.iter().skip(1).copied().map(Some).chain([None]);
    for ((line, start), next) in transcript.lines.iter().zip(&starts).zip(nexts) {
        let _ = write!(
            text,
            "\n{}\n{} --> {}\n{}\n",
            line.index,
            time(*start),
            time(end(line, *start, next)),
            cue(line)
        );
    }
    text
}

/// Until the next begins, or it is read.
fn end(line: &Line, start: i64, next: Option<i64>) -> i64 {
    let characters = i64::try_from(line.text.chars().count()).unwrap_or(i64::MAX);
    let read = start.saturating_add(characters.saturating_mul(READING_MS).max(LEAST_MS));
    next.map_or(read, |next| read.min(next)).max(start.saturating_add(1))
}

fn time(ms: i64) -> String {
    format!("{}.{:03}", clock(ms), ms.max(0) % 1_000)
}

/// The words of a cue: an empty line would end it, and `>` is written out, so that no arrow stands in it.
fn cue(line: &Line) -> String {
    let lines = line.text.split(['\n', '\r', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
    let lines = lines.map(str::trim).filter(|line| !line.is_empty()).map(escaped);
    let words = lines.collect::<Vec<_>>().join("\n");
    let cut = if line.truncated { " […cut short]" } else { "" };
    format!("<v {}>{words}{cut}", name(line.speaker))
}

fn escaped(text: &str) -> String {
    let plain = text.replace('\0', "\u{fffd}");
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
