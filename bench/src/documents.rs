//! The embedded document store and Google's Firestore emulator.
//!
//! - `store`: who is asked, over HTTP or in this process
//! - `load`: the documents, and what is asked of them
//! - `rounds`: the stores take turns; `report`: what came of it

mod load;
mod report;
mod rounds;
mod store;

use std::time::Duration;

use mentora_firestore::emulator::{Emulator, EmulatorError};

use self::{load::Load, report::Report, store::Store};

/// What to measure.
#[derive(clap::Args)]
pub struct Wanted {
    /// How many documents each store holds.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    documents: u32,
    /// How many clients ask at the same time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    clients: u32,
    /// How often each store has its turn with each call.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// How long a turn takes, in milliseconds.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    turn_ms: u64,
    /// The base URL of a running Worker with the embedded store, `http://127.0.0.1:8787`. Without it, the store is
    /// measured in this process only.
    #[arg(long, value_name = "URL")]
    worker: Option<String>,
}

/// Why there is nothing to report.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// There is nothing to compare with.
    #[error(transparent)]
    Emulator(#[from] EmulatorError),
    /// SQLite does not open.
    #[error("The embedded store does not open: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A store does not answer, or refuses.
    #[error("{store} does not do what it is asked: {reason}")]
    Store {
        /// Its name.
        store: &'static str,
        /// Its answer, or why there is none.
        reason: String,
    },
}

/// Fills the stores and asks them in turns.
pub fn measure(wanted: &Wanted) -> Result<Report, DocumentsError> {
    let emulator = Emulator::start()?;
    let mut stores = vec![Store::http("Google's emulator", emulator.base_url())];
    if let Some(url) = &wanted.worker {
        stores.push(Store::http("embedded, in workerd", url.trim_end_matches('/').to_owned()));
    }
    stores.push(Store::native("embedded, native")?);

    let load = Load::new(wanted.documents);
    for store in &stores {
        load.fill(store)?;
    }
    let turn = Duration::from_millis(wanted.turn_ms);
    let figures = rounds::run(&stores, &load, wanted.clients, wanted.rounds, turn)?;
    Ok(Report { documents: wanted.documents, clients: wanted.clients, rounds: wanted.rounds, turn, figures })
}
