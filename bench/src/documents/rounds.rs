//! The stores take turns, so that what disturbs the machine disturbs all of them.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

use super::{
    DocumentsError,
    load::{Call, Load},
    store::Store,
};

/// An hour, in microseconds.
const LONGEST_MICROS: u64 = 3_600_000_000;

/// What a store did with one kind of call.
pub struct Figure {
    pub call: Call,
    pub store: &'static str,
    pub calls_per_second: f64,
    /// Latencies in microseconds.
    pub latencies: Histogram<u64>,
}

/// Measures every call on every store.
pub fn run(
    stores: &[Store],
    load: &Load,
    clients: u32,
    rounds: u32,
    turn: Duration,
) -> Result<Vec<Figure>, DocumentsError> {
    let mut figures = Vec::new();
    for call in Call::ALL {
        let mut of_call: Vec<Measured> = stores.iter().map(|_| Measured::default()).collect();
        // The first round warms caches and compilers up, and is forgotten.
        for round in 0..=rounds {
            eprint!("\r{:<28} round {round} of {rounds}", call.name());
            for (store, measured) in stores.iter().zip(&mut of_call) {
                let now = take_turn(store, load, call, clients, turn)?;
                if round > 0 {
                    measured.add(now);
                }
            }
        }
        eprintln!();
        figures.extend(stores.iter().zip(of_call).map(|(store, measured)| measured.figure(call, store.name)));
    }
    Ok(figures)
}

#[derive(Default)]
struct Measured {
    latencies: Vec<Duration>,
    elapsed: Duration,
}

impl Measured {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.elapsed += other.elapsed;
    }

    fn figure(self, call: Call, store: &'static str) -> Figure {
        let mut latencies = Histogram::new_with_max(LONGEST_MICROS, 3)
            .unwrap_or_else(|_| unreachable!("a precision of 3 digits and a maximum above 2 are fine"));
        for latency in &self.latencies {
            // A longer latency than the histogram holds cannot come: the client would have given up.
            latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        }
        let calls = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        Figure { call, store, calls_per_second: f64::from(calls) / self.elapsed.as_secs_f64(), latencies }
    }
}

/// All clients ask one store, each the next as soon as the last is answered.
fn take_turn(
    store: &Store,
    load: &Load,
    call: Call,
    clients: u32,
    turn: Duration,
) -> Result<Measured, DocumentsError> {
    let started = Instant::now();
    let latencies = Mutex::new(Vec::new());
    let ask_on = |client: u32| -> Result<(), DocumentsError> {
        let mut luck = Luck(u64::from(client) + 1);
        let mut own = Vec::new();
        while started.elapsed() < turn {
            let asked = Instant::now();
            load.ask(store, call, luck.next())?;
            own.push(asked.elapsed());
        }
        latencies.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
        Ok(())
    };
    thread::scope(|scope| {
        let ask_on = &ask_on;
        let asking: Vec<_> = (0..clients).map(|client| scope.spawn(move || ask_on(client))).collect();
        asking
            .into_iter()
            .try_for_each(|client| client.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let latencies = latencies.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Measured { latencies, elapsed: started.elapsed() })
}

/// The same numbers in every turn (splitmix64), so that all stores are asked the same.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
