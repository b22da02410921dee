//! Which dialogues are played. Each is one number: the same number is the same dialogue, everywhere.

use std::ops::Range;

use crate::world::Faults;

/// Dialogues of a default run, over all kinds of faults. Without optimisation they take twice as long, and are what
/// every change pays for; the release run is the one that counts.
const DIALOGUES: u64 = if cfg!(debug_assertions) { 4_800 } else { 100_000 };
/// Seeds of one kind of faults are apart from those of the others.
const APART: u64 = 1_000_000_000;

/// `SEEDS=1000000` plays so many, over all kinds; `SEEDS=7..9` plays these of every kind that is run.
pub fn of(faults: Faults) -> Range<u64> {
    let asked = std::env::var("SEEDS").unwrap_or_default();
    if let Some((from, to)) = asked.split_once("..") {
        return number(from)..number(to);
    }
    let all = if asked.is_empty() { DIALOGUES } else { number(&asked) };
    let kinds = Faults::ALL.len() as u64;
    let first = Faults::ALL.iter().position(|kind| *kind == faults).unwrap() as u64 * APART;
    first..first + all.div_ceil(kinds)
}

fn number(text: &str) -> u64 {
    let plain = text.trim().replace('_', "");
    plain.parse().unwrap_or_else(|_| panic!("SEEDS is a count or a range as 7..9, not `{text}`"))
}

/// What plays one of them again, with its transcript.
pub fn command(test: &str, seed: u64) -> String {
    let next = seed + 1;
    format!(
        "SEEDS={seed}..{next} cargo test -p mentora-session --release --test simulation {test} -- --nocapture"
    )
}
