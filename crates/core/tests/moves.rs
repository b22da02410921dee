//! The moves that are chosen for labelled turns. `cargo test -p mentora-core -- --nocapture moves` prints the table.

// clippy.toml allows these in `#[test]` functions, not in what those share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use mentora_core::dialogue::{Decision, Strategy, Utterance, decide};
use mentora_core::documents::{DialecticalConfig, Speaker};

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

/// Prints precision and recall of each move over the turns; returns the lowest of either, and the share that was right.
fn report(name: &str, turns: &[Labelled]) -> (f64, f64) {
    let chosen: Vec<(&Labelled, Decision)> = turns.iter().map(|turn| (turn, decided(turn))).collect();
    println!("\n{name}: {} turns", turns.len());
    println!("{:16} {:>5} {:>9} {:>6}", "move", "turns", "precision", "recall");
    let share = |part: usize, whole: usize| {
        if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
    };
    let mut lowest = 1.0_f64;
    for strategy in Strategy::ALL {
        let expected = chosen.iter().filter(|(turn, _)| turn.expected == strategy).count();
        let given = chosen.iter().filter(|(_, decision)| decision.strategy == strategy).count();
        let both = chosen
            .iter()
            .filter(|(turn, decision)| turn.expected == strategy && decision.strategy == strategy);
        let both = both.count();
        let (precision, recall) = (share(both, given), share(both, expected));
        lowest = lowest.min(precision).min(recall);
        println!("{:16} {expected:>5} {precision:>9.2} {recall:>6.2}", strategy.name());
    }
    for (turn, decision) in chosen.iter().filter(|(turn, decision)| turn.expected != decision.strategy) {
        let (expected, got) = (turn.expected.name(), decision.strategy.name());
        println!(
            "  [{}] {expected} expected, {got}: {}\n      {:?}",
            turn.language, turn.text, decision.features
        );
    }
    let right = chosen.iter().filter(|(turn, decision)| turn.expected == decision.strategy).count();
    println!("right: {:.2}", share(right, turns.len()));
    (lowest, share(right, turns.len()))
}

#[test]
fn moves_are_those_that_a_teacher_would_make() {
    let turns = read(include_str!("moves.tsv"));
    assert!(turns.len() >= 200);
    let (lowest, right) = report("the turns that the lexicon was tuned on", &turns);
    assert!(lowest >= 0.95 && right >= 0.98, "lowest {lowest:.2}, right {right:.2}");
}

#[test]
fn moves_are_mostly_right_for_turns_that_the_lexicon_never_saw() {
    let turns = read(include_str!("unseen.tsv"));
    let (lowest, right) = report("turns written afterwards, never tuned on", &turns);
    assert!(lowest >= 0.58 && right >= 0.81, "lowest {lowest:.2}, right {right:.2}");
}
