//! Dialogues by the hundred thousand on a virtual clock, with a scripted student, a scripted tutor, a Firestore and a
//! wallet, each of which fails in every way we know: sockets drop, answers stop, writes end in an unknown outcome, the
//! clock jumps, the object dies before, between and after what it does. After every step the promises are looked at:
//! nothing acknowledged is lost and nothing happens twice. `docs/SIMULATION.md` says what is played and what it found.
//!
//! `SEEDS=5000000 cargo test -p mentora-session --release --test simulation` plays more, `SEEDS=7..8` these only, and a
//! single one prints what happened.

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

mod closes;
mod firestore;
mod model;
mod random;
mod run;
mod seeds;
#[path = "../shared/mod.rs"]
mod shared;
mod totals;
mod world;

use run::run;
use world::Faults;

#[test]
fn a_dialogue_without_faults_answers_every_turn() {
    run("a_dialogue_without_faults", Faults::None);
}

#[test]
fn whatever_the_model_does_loses_nothing() {
    run("whatever_the_model_does", Faults::Model);
}

#[test]
fn a_firestore_that_fails_and_answers_late_ends_up_exact() {
    run("a_firestore_that_fails", Faults::Firestore);
}

#[test]
fn clients_that_come_and_go_see_every_event_once() {
    run("clients_that_come_and_go", Faults::Clients);
}

#[test]
fn crashes_at_any_step_lose_nothing_acknowledged() {
    run("crashes_at_any_step", Faults::Crashes);
}

#[test]
fn a_clock_that_jumps_and_alarms_that_ring_late_or_twice_change_nothing() {
    run("a_clock_that_jumps", Faults::Clock);
}

#[test]
fn a_wallet_that_refuses_or_fails_charges_each_answer_once() {
    run("a_wallet_that_refuses", Faults::Wallet);
}

#[test]
fn answers_that_come_later_come_once_and_are_charged_once() {
    run("answers_that_come_later", Faults::Delayed);
}

#[test]
fn everything_at_once() {
    run("everything_at_once", Faults::All);
}
