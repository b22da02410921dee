//! How long to wait before the next connection.

use std::time::Duration;

/// Wait before the first retry.
const FIRST: Duration = Duration::from_millis(400);
/// Each wait to the one before.
const FACTOR: f64 = 1.8;
/// Longest wait.
const LONGEST: Duration = Duration::from_secs(15);
/// Retries in a row after which it is given up: a minute and a half of them.
const TRIES: u32 = 12;

/// Retries in a row.
#[derive(Debug)]
pub struct Backoff {
    tries: u32,
    most: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::with_tries(TRIES)
    }
}

impl Backoff {
    /// Gives up after `most` retries in a row.
    #[must_use]
    pub fn with_tries(most: u32) -> Self {
        Self { tries: 0, most }
    }

    /// How long to wait before the next retry; `None` when there were enough. Half of the wait is `chance` (0 to 1),
    /// so that a server that comes back is not stormed by all its clients at once.
    pub fn next(&mut self, chance: f64) -> Option<Duration> {
        let power = i32::try_from(self.tries).ok().filter(|_| self.tries < self.most)?;
        self.tries += 1;
        let whole = FIRST.mul_f64(FACTOR.powi(power)).min(LONGEST);
        Some(whole.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0)))
    }

    /// The connection held: the next loss begins with the shortest wait.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_longest_and_then_end() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = std::iter::from_fn(|| backoff.next(1.0)).collect();
        assert_eq!(waits.first(), Some(&FIRST));
        assert_eq!(waits.last(), Some(&LONGEST));
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits.len(), 12);
    }

    #[test]
    fn chance_shortens_a_wait_by_half_at_most() {
        assert_eq!(Backoff::default().next(0.0), Some(FIRST / 2));
    }

    #[test]
    fn a_connection_that_held_starts_the_waits_again() {
        let mut backoff = Backoff::default();
        while backoff.next(1.0).is_some() {}
        backoff.reset();
        assert_eq!(backoff.next(1.0), Some(FIRST));
    }
}
