//! A token bucket: how much may come, at what pace. It lives in memory alone, so a new life begins with a full one.

use mentora_core::time::Millis;

/// Fractions of a token are kept in thousandths, so that a rate in tokens a second is one in thousandths a millisecond.
const THOUSANDTHS: i64 = 1_000;

/// What a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens a second.
    pub per_second: i64,
    /// Tokens that a full bucket holds: what may come at once.
    pub burst: i64,
}

/// A bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    rate: Rate,
    /// Thousandths of a token.
    level: i64,
    /// Until when it was filled.
    at: Millis,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub const fn new(rate: Rate, now: Millis) -> Self {
        Self { rate, level: rate.burst.saturating_mul(THOUSANDTHS), at: now }
    }

    /// Takes tokens; `false` when there are not so many, and then none is taken.
    pub fn take(&mut self, tokens: i64, now: Millis) -> bool {
        self.fill(now);
        let left = self.level.saturating_sub(tokens.max(0).saturating_mul(THOUSANDTHS));
        if left < 0 {
            return false;
        }
        self.level = left;
        true
    }

    /// A clock that was set back gives nothing, and takes nothing away.
    fn fill(&mut self, now: Millis) {
        let gained = now.since(self.at).saturating_mul(self.rate.per_second);
        self.level = self.level.saturating_add(gained).min(self.rate.burst.saturating_mul(THOUSANDTHS));
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { per_second: 200, burst: 400 };

    #[test]
    fn a_full_bucket_gives_its_burst_and_then_its_rate() {
        let mut bucket = Bucket::new(RATE, Millis(0));
        assert!(bucket.take(400, Millis(0)));
        assert!(!bucket.take(1, Millis(4)), "four fifths of a token");
        assert!(bucket.take(1, Millis(5)));
        assert!(!bucket.take(401, Millis(1_000_000)), "more than it can ever hold");
    }

    #[test]
    fn a_clock_that_jumps_lends_nothing() {
        let mut bucket = Bucket::new(RATE, Millis(10_000));
        assert!(bucket.take(400, Millis(10_000)));
        assert!(!bucket.take(1, Millis(0)), "set back");
        assert!(bucket.take(1, Millis(5)), "and it fills from there");
    }

    proptest! {
        /// In any stretch of time, no more comes through than the burst and what the rate allows.
        #[test]
        fn what_comes_through_is_bounded_over_every_stretch(
            asked in prop::collection::vec((0_i64..50, 0_i64..300), 1..200),
        ) {
            let mut bucket = Bucket::new(RATE, Millis(0));
            let (mut now, mut through) = (0, Vec::new());
            for (pause, tokens) in asked {
                now += pause;
                if bucket.take(tokens, Millis(now)) {
                    through.push((now, tokens));
                }
            }
            for (at, (begin, _)) in through.iter().enumerate() {
                let mut sum = 0;
                for (end, tokens) in &through[at..] {
                    sum += tokens;
                    let allowed = RATE.burst * THOUSANDTHS + (end - begin) * RATE.per_second;
                    prop_assert!(sum * THOUSANDTHS <= allowed, "{sum} from {begin} to {end}");
                }
            }
        }

        /// Who keeps to the rate is never refused, however irregular the clock.
        #[test]
        fn who_keeps_to_the_rate_is_never_refused(pauses in prop::collection::vec(0_i64..1_900, 1..300)) {
            let mut bucket = Bucket::new(RATE, Millis(0));
            let (mut now, mut sent) = (0, 0);
            for pause in pauses {
                now += pause;
                let due = now * RATE.per_second / THOUSANDTHS;
                // Less than the bucket holds, so that it never fills beyond its brim between two of them.
                prop_assert!(bucket.take(due - sent, Millis(now)), "{} at {now}", due - sent);
                sent = due;
            }
        }
    }
}
