//! Plays dialogues on every core, and one of them again when it broke a promise.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::seeds;
use crate::totals::Totals;
use crate::world::{Broken, Faults, World};

/// Seeds that a thread takes at a time.
const BATCH: u64 = 64;

/// Plays the dialogues of one kind of faults; `test` names whoever asks, in the words of `cargo test`.
pub fn run(test: &str, faults: Faults) {
    let seeds = seeds::of(faults);
    let begun = Instant::now();
    if seeds.end - seeds.start == 1 {
        return show(test, &seeds, seeds.start, faults);
    }
    match play(seeds.clone(), faults) {
        Ok(totals) => {
            let count = seeds.end - seeds.start;
            println!("{count} dialogues with {faults:?} in {:.1} s: {totals}", begun.elapsed().as_secs_f64());
            if count >= 500 {
                totals.check(faults);
            }
        }
        Err(seed) => show(test, &seeds, seed, faults),
    }
}

/// The first seed found to break a promise, if there is one.
fn play(seeds: Range<u64>, faults: Faults) -> Result<Totals, u64> {
    let next = AtomicU64::new(seeds.start);
    let broken = AtomicU64::new(u64::MAX);
    let totals = Mutex::new(Totals::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Totals::default();
                loop {
                    let from = next.fetch_add(BATCH, Ordering::Relaxed);
                    if from >= seeds.end || broken.load(Ordering::Relaxed) != u64::MAX {
                        break;
                    }
                    for seed in from..seeds.end.min(from + BATCH) {
                        match attempt(&mut World::new(seed, faults)) {
                            Ok(totals) => own.add(&totals),
                            Err(_) => {
                                broken.fetch_min(seed, Ordering::Relaxed);
                                break;
                            }
                        }
                    }
                }
                totals.lock().unwrap().add(&own);
            });
        }
    });
    match broken.into_inner() {
        u64::MAX => Ok(totals.into_inner().unwrap()),
        seed => Err(seed),
    }
}

/// A panic of the machine is a broken promise, too.
fn attempt(world: &mut World) -> Result<Totals, Broken> {
    match catch_unwind(AssertUnwindSafe(|| world.run())) {
        Ok(result) => result.map(|()| world.totals()),
        Err(_) => Err(Broken::panicked()),
    }
}

/// Plays one with its transcript.
fn show(test: &str, seeds: &Range<u64>, seed: u64, faults: Faults) {
    let mut world = World::new(seed, faults).recorded();
    let result = attempt(&mut world);
    println!("{}", world.transcript());
    if let Err(broken) = result {
        let nth = seed - seeds.start + 1;
        let again = seeds::command(test, seed);
        panic!("{broken}\nseed {seed}, dialogue {nth} with {faults:?}; again: {again}");
    }
}
