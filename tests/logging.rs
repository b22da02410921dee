//! `docs/LOGGING.md` names the events that the code names, and no others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where lines are written; the conversation's machine hands its notes to its shell.
const SOURCES: [&str; 3] = ["src", "durable/src", "crates/session/src"];
/// What is followed by the name of an event.
const CALLS: [&str; 5] =
    ["log::event(", "log::warning(", "log::failure(", ".note(", "log::write(self.level(), "];
/// The log's own file makes up events to test itself.
const NOT_THEIRS: &str = "durable/src/platform/log.rs";

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of events in a source. A name that is handed on, as a variable, was named elsewhere.
fn named(source: &str) -> impl Iterator<Item = &str> {
    CALLS.iter().flat_map(|call| source.split(*call).skip(1)).filter_map(|rest| {
        let (name, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        Some(name)
    })
}

/// Every event that the code names, and where.
fn in_code() -> BTreeMap<String, PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    SOURCES.iter().for_each(|folder| sources(&root.join(folder), &mut files));
    files.retain(|file| !file.ends_with(NOT_THEIRS));
    let mut events = BTreeMap::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        events.extend(named(&source).map(|name| (name.to_owned(), file.clone())));
    }
    events
}

/// Every event that the document names: first in a row, or in the line that introduces a table of its own.
fn in_document() -> BTreeSet<String> {
    let document = include_str!("../docs/LOGGING.md");
    let (_, table) = document.split_once("### All other events").unwrap();
    let (table, _) = table.split_once("### What never stands there").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let introduced = document.lines().filter_map(|line| line.strip_prefix('`')?.split_once("`, for every"));
    rows.chain(introduced).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_event_is_explained_and_every_explained_event_exists() {
    let (code, document) = (in_code(), in_document());
    let unexplained: Vec<_> = code.iter().filter(|(name, _)| !document.contains(*name)).collect();
    assert!(unexplained.is_empty(), "give these a row in docs/LOGGING.md: {unexplained:?}");
    let gone: Vec<_> = document.iter().filter(|name| !code.contains_key(*name)).collect();
    assert!(gone.is_empty(), "nobody writes these any more: {gone:?}");
    assert!(code.len() >= 20, "{}", code.len());
}

#[test]
fn a_name_is_words_with_dots_between() {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for (name, file) in in_code() {
        assert!(name.contains('.') && name.split('.').all(word), "{name} in {}", file.display());
    }
}

#[test]
fn nobody_writes_to_the_log_but_by_the_log() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    ["src", "durable/src"].iter().for_each(|folder| sources(&root.join(folder), &mut files));
    for file in files.into_iter().filter(|file| !file.ends_with(NOT_THEIRS)) {
        let source = fs::read_to_string(&file).unwrap();
        for other in ["console_log!", "console_error!", "console_warn!", "console_debug!", "println!", "dbg!"]
        {
            assert!(!source.contains(other), "{} says {other}: use platform::log", file.display());
        }
    }
}
