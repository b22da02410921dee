//! The moves that are chosen for labelled turns. `cargo test -p mentora-core -- --nocapture moves` prints the table;
//! `UPDATE_GOLDEN=1 cargo test -p mentora-core --test moves` writes it into `docs/STRATEGIES.md`.

// clippy.toml allows these in `#[test]` functions, not in what those share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;

use mentora_core::dialogue::{Decision, Lexical, Strategy, Utterance, decide};
use mentora_core::documents::{DialecticalConfig, Speaker};
use sha2::{Digest as _, Sha256};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/STRATEGIES.md");
const BEFORE: &str = "<!-- measured by crates/core/tests/moves.rs -->\n";
const AFTER: &str = "<!-- end of what is measured -->";

struct Labelled {
    expected: Strategy,
    language: &'static str,
    earlier: Vec<&'static str>,
    text: &'static str,
}

fn read(tsv: &'static str) -> Vec<Labelled> {
    let rows = tsv.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let [label, language, earlier, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four fields, not: {line}")
        };
        let expected = serde_json::from_value(label.into()).unwrap();
        let earlier = earlier.split('|').map(str::trim).filter(|turn| !turn.is_empty()).collect();
        Labelled { expected, language, earlier, text }
    })
    .collect()
}

fn decided(turn: &Labelled) -> Decision {
    let tutor = Utterance { speaker: Speaker::Tutor, text: "What makes you think so?" };
    let history: Vec<_> =
        turn.earlier.iter().flat_map(|text| [Utterance { speaker: Speaker::Student, text }, tutor]).collect();
    decide(&DialecticalConfig::default(), &history, turn.text)
}

/// How a move fared over labelled turns.
struct Score {
    turns: usize,
    precision: f64,
    recall: f64,
}

/// How all of them fared.
struct Scores {
    of: [Score; 5],
    right: f64,
}

impl Scores {
    fn lowest(&self) -> f64 {
        self.of.iter().flat_map(|score| [score.precision, score.recall]).fold(1.0, f64::min)
    }
}

/// Measures precision and recall of each move over the turns, and prints them with the turns that were answered otherwise.
fn report(name: &str, turns: &[Labelled]) -> Scores {
    let chosen: Vec<(&Labelled, Decision)> = turns.iter().map(|turn| (turn, decided(turn))).collect();
    println!("\n{name}: {} turns", turns.len());
    println!("{:16} {:>5} {:>9} {:>6}", "move", "turns", "precision", "recall");
    let share = |part: usize, whole: usize| {
        if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
    };
    let of = Strategy::ALL.map(|strategy| {
        let expected = chosen.iter().filter(|(turn, _)| turn.expected == strategy).count();
        let given = chosen.iter().filter(|(_, decision)| decision.strategy == strategy).count();
        let both = chosen
            .iter()
            .filter(|(turn, decision)| turn.expected == strategy && decision.strategy == strategy);
        let both = both.count();
        let (precision, recall) = (share(both, given), share(both, expected));
        println!("{:16} {expected:>5} {precision:>9.2} {recall:>6.2}", strategy.name());
        Score { turns: expected, precision, recall }
    });
    for (turn, decision) in chosen.iter().filter(|(turn, decision)| turn.expected != decision.strategy) {
        let (expected, got) = (turn.expected.name(), decision.strategy.name());
        println!(
            "  [{}] {expected} expected, {got}: {}\n      {:?}",
            turn.language, turn.text, decision.features
        );
    }
    let right = chosen.iter().filter(|(turn, decision)| turn.expected == decision.strategy).count();
    println!("right: {:.2}", share(right, turns.len()));
    Scores { of, right: share(right, turns.len()) }
}

#[test]
fn moves_are_those_that_a_teacher_would_make() {
    let turns = read(include_str!("moves.tsv"));
    assert!(turns.len() >= 200);
    let scores = report("the turns that the lexicon was tuned on", &turns);
    let (lowest, right) = (scores.lowest(), scores.right);
    assert!(lowest >= 0.95 && right >= 0.98, "lowest {lowest:.2}, right {right:.2}");
}

#[test]
fn moves_are_mostly_right_for_turns_that_the_lexicon_never_saw() {
    let turns = read(include_str!("unseen.tsv"));
    let scores = report("turns written afterwards, never tuned on", &turns);
    let (lowest, right) = (scores.lowest(), scores.right);
    assert!(lowest >= 0.58 && right >= 0.81, "lowest {lowest:.2}, right {right:.2}");
}

/// The table as the page has it.
fn table() -> String {
    let tuned = report("tuned on", &read(include_str!("moves.tsv")));
    let unseen = report("never seen", &read(include_str!("unseen.tsv")));
    let mut table = String::from(
        "| move | tuned on: turns | precision | recall | never seen: turns | precision | recall |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for ((strategy, tuned), unseen) in Strategy::ALL.into_iter().zip(&tuned.of).zip(&unseen.of) {
        let cells = |score: &Score| format!("{} | {:.2} | {:.2}", score.turns, score.precision, score.recall);
        table.push_str(&format!("| `{}` | {} | {} |\n", strategy.name(), cells(tuned), cells(unseen)));
    }
    let turns = |scores: &Scores| scores.of.iter().map(|score| score.turns).sum::<usize>();
    let sum = |scores: &Scores| format!("{} | {:.2} right |", turns(scores), scores.right);
    table.push_str(&format!("| all | {} | {} |\n", sum(&tuned), sum(&unseen)));
    table
}

#[test]
fn the_page_of_the_moves_says_what_is_measured() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEFORE).unwrap();
    let (_, after) = rest.split_once(AFTER).unwrap();
    let measured = format!("{before}{BEFORE}{}{AFTER}{after}", table());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(PAGE, &measured).unwrap();
        return;
    }
    assert!(
        page == measured,
        "docs/STRATEGIES.md is not what is measured; if the change is wanted: UPDATE_GOLDEN=1 cargo test -p mentora-core --test moves"
    );
}

/// Each turn of both tables as it is measured and answered, to six digits: what every machine agrees on.
fn digest() -> String {
    let mut hasher = Sha256::new();
    for turn in read(include_str!("moves.tsv")).iter().chain(&read(include_str!("unseen.tsv"))) {
        let decision = decided(turn);
        hasher.update(format!("{:?} {:?} {}", decision.strategy, decision.stance, decision.reason));
        for (name, value) in decision.features.values() {
            hasher.update(format!(" {name} {value:.6}"));
        }
        for alternative in &decision.alternatives {
            hasher.update(format!(" {:?} {:.6}", alternative.strategy, alternative.score));
        }
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_change_of_what_is_decided_has_another_version() {
    assert_eq!(
        (Lexical::VERSION, digest().as_str()),
        (1, "067abf9133c80687"),
        "turns are measured or answered differently: raise `Lexical::VERSION`, so that a replay can tell, and note the digest"
    );
}
