//! Random programs on Google's emulator and on our own store: every step has to be answered alike, by status, code and
//! body. A program that is not is made as small as it can be and printed with its seed.
//!
//! `DIFFERENTIAL_STEPS=500000 cargo test -p mentora-firestore --test differential -- --nocapture` runs longer; with
//! `JDK_JAVA_OPTIONS=` before it the emulator optimises itself, slower at first and twice as fast in the end.
//! `DIFFERENTIAL_SEED=n` runs one program and prints what was said; both together run on from that seed.
//!
//! - `plan`: how long
//! - `generate`: programs out of seeds; `random`: the numbers for them
//! - `step`: a request that means the same on both sides; `side`: one of them
//! - `comparison`: a program on both; `shrink`: a smaller program that differs in the same way
//! - `differences`: where the emulator is knowingly answered otherwise, and why
//! - `figures`: what was asked, and how it was answered

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod comparison;
mod differences;
mod figures;
mod generate;
mod plan;
mod random;
#[path = "../shared/mod.rs"]
mod shared;
mod shrink;
mod side;
mod step;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use comparison::Bench;
use figures::Figures;
use mentora_firestore::emulator::Emulator;
use plan::Plan;
use shared::service::EmulatorService;

/// Programs that run at once: while one waits for the emulator, another computes.
const THREADS: usize = 4;
/// After so many differing programs the rest is left alone.
const ENOUGH: usize = 5;
/// How often a long run tells how far it is.
const PROGRESS: Duration = Duration::from_secs(15);

#[test]
fn random_programs_are_answered_alike() {
    let Some(emulator) = Emulator::start_or_skip().expect("the emulator is installed but does not run")
    else {
        return;
    };
    let plan = Plan::of_environment(generate::STEPS);
    let next = AtomicU64::new(plan.seeds.start);
    let totals = Mutex::new(Figures::default());
    let failures = Mutex::new(Vec::new());
    let started = Instant::now();
    let last_told = Mutex::new(started);

    let work = &|thread: usize| {
        let mut bench = Bench::new(EmulatorService::new(&emulator), format!("demo-{thread}"));
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= plan.seeds.end || failures.lock().unwrap().len() >= ENOUGH {
                return;
            }
            let program = generate::program(seed);
            let mut figures = Figures::default();
            let difference = bench.count(&program, &mut figures, plan.is_single);
            totals.lock().unwrap().merge(figures);
            if let Some(difference) = difference {
                let length = difference.program.len();
                let smaller = shrink::shrunk(&mut bench, difference);
                failures.lock().unwrap().push(format!(
                    "seed {seed}, step {length}; DIFFERENTIAL_SEED={seed} cargo test -p mentora-firestore --test \
                     differential -- --nocapture\n{smaller}"
                ));
            }
            let mut last_told = last_told.lock().unwrap();
            if plan.is_long && last_told.elapsed() > PROGRESS {
                *last_told = Instant::now();
                println!("{} steps in {:.0?}", totals.lock().unwrap().steps(), started.elapsed());
            }
        }
    };
    thread::scope(|scope| {
        (0..THREADS).for_each(|thread| {
            scope.spawn(move || work(thread));
        });
    });

    let totals = totals.into_inner().unwrap();
    println!("{totals}, in {:.1?}\n{}", started.elapsed(), differences::listed());
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} programs differ:\n\n{}", failures.len(), failures.join("\n"));
    if !plan.is_single {
        totals.check().unwrap();
    }
}

#[test]
fn what_is_avoided_would_be_asked_otherwise() {
    let mut random = random::Random::new(0);
    let steps: Vec<_> = (0..20_000).map(|_| generate::step(&mut random)).collect();
    for avoided in differences::AVOIDED {
        assert!(steps.iter().any(|step| avoided.meets(step)), "no step ever is {}", avoided.what);
    }
}
