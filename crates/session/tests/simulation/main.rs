//! Thousands of dialogues on a virtual clock, with a scripted student, a scripted tutor and a scripted Firestore, each
//! of which fails in every way we know: sockets drop, answers stop, writes end in an unknown outcome, the object dies
//! before, between and after what it does. Whatever happens, nothing acknowledged is lost and nothing happens twice.
//!
//! `SIMULATED_DIALOGUES=1000000 cargo test -p mentora-session --release --test simulation` runs longer;
//! `SIMULATION_SEED=n` runs one dialogue and prints what happened.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod firestore;
mod model;
mod random;
mod totals;
mod world;

use world::{Faults, World};

/// Dialogues in a default run.
const DIALOGUES: u64 = 12_000;

fn dialogues() -> u64 {
    std::env::var("SIMULATED_DIALOGUES").ok().and_then(|n| n.parse().ok()).unwrap_or(DIALOGUES)
}

fn run(faults: Faults, first_seed: u64, count: u64) {
    if let Some(seed) = std::env::var("SIMULATION_SEED").ok().and_then(|n| n.parse().ok()) {
        let mut world = World::new(seed, faults);
        let result = world.run();
        println!("{}", world.transcript());
        assert!(result.is_ok(), "{result:?}");
        return;
    }
    let mut totals = totals::Totals::default();
    for seed in first_seed..first_seed + count {
        let mut world = World::new(seed, faults);
        if let Err(broken) = world.run() {
            panic!("seed {seed} with {faults:?}: {broken}\n{}", world.transcript());
        }
        totals.add(world.totals());
    }
    println!("{count} dialogues with {faults:?}: {totals}");
    totals.check(faults);
}

#[test]
fn a_dialogue_without_faults_answers_every_turn() {
    run(Faults::None, 0, dialogues() / 6);
}

#[test]
fn drops_of_the_model_lose_nothing() {
    run(Faults::Model, 1_000_000, dialogues() / 6);
}

#[test]
fn a_firestore_that_fails_and_answers_late_ends_up_exact() {
    run(Faults::Firestore, 2_000_000, dialogues() / 6);
}

#[test]
fn clients_that_come_and_go_see_every_event_once() {
    run(Faults::Clients, 3_000_000, dialogues() / 6);
}

#[test]
fn crashes_before_between_and_after_lose_nothing_acknowledged() {
    run(Faults::Crashes, 4_000_000, dialogues() / 6);
}

#[test]
fn everything_at_once() {
    run(Faults::All, 5_000_000, dialogues() / 6);
}
