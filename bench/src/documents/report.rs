//! What came of it, as a table.

use std::{fmt, time::Duration};

use super::{load::Call, rounds::Figure};

/// The figures of one run. The first store is what the others are compared with.
pub struct Report {
    pub documents: u32,
    pub clients: u32,
    pub rounds: u32,
    pub turn: Duration,
    pub figures: Vec<Figure>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} documents, {} clients, {} turns of {} ms each, side by side\n",
            self.documents,
            self.clients,
            self.rounds,
            self.turn.as_millis()
        )?;
        writeln!(
            f,
            "{:<28} {:<22} {:>10} {:>10} {:>10} {:>8}",
            "call", "store", "calls/s", "p50 ms", "p99 ms", "ratio"
        )?;
        for call in Call::ALL {
            let mut first = None;
            for figure in self.figures.iter().filter(|figure| figure.call == call) {
                let base = *first.get_or_insert(figure.calls_per_second);
                writeln!(
                    f,
                    "{:<28} {:<22} {:>10.0} {:>10.2} {:>10.2} {:>8.2}",
                    call.name(),
                    figure.store,
                    figure.calls_per_second,
                    milliseconds(figure.latencies.value_at_quantile(0.5)),
                    milliseconds(figure.latencies.value_at_quantile(0.99)),
                    figure.calls_per_second / base,
                )?;
            }
        }
        write!(f, "\nratio: calls per second, compared with the first store of the same call")
    }
}

fn milliseconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64() * 1000.0
}
