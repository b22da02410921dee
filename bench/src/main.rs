//! `mentora-bench`: measures a part of Mentora side by side with what it stands beside, in one run, because machines
//! are shared and noisy. Numbers of one run compare; numbers of two runs hardly do.
//!
//! - [`documents`]: the embedded document store and Google's Firestore emulator

mod documents;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures a part of Mentora side by side with what it stands beside.
#[derive(Parser)]
#[command(name = "npm run bench --", version)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// The embedded document store and Google's Firestore emulator: get, commit and query among many documents.
    Documents(documents::Wanted),
}

fn main() -> ExitCode {
    let Part::Documents(wanted) = Arguments::parse().part;
    match documents::measure(&wanted) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
