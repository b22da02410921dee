//! How long the test runs, and where it begins.

use std::{env, ops::Range};

/// Steps in a default run.
const STEPS: u64 = 21_000;
/// From how many steps on a run tells how far it is.
const LONG: u64 = 100_000;

pub struct Plan {
    pub seeds: Range<u64>,
    pub is_long: bool,
    /// One program is looked at closely.
    pub is_single: bool,
}

impl Plan {
    /// `DIFFERENTIAL_STEPS`, the steps of all programs together; `DIFFERENTIAL_SEED`, the first program, and the only
    /// one where no steps are given.
    pub fn of_environment(steps_of_a_program: usize) -> Self {
        let steps_of_a_program = u64::try_from(steps_of_a_program).expect("a usize has at most 64 bits");
        let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
        let (steps, seed) = (number("DIFFERENTIAL_STEPS"), number("DIFFERENTIAL_SEED"));
        let is_single = seed.is_some() && steps.is_none();
        let steps = steps.unwrap_or(STEPS);
        let first = seed.unwrap_or_default();
        let programs = if is_single { 1 } else { steps.div_ceil(steps_of_a_program) };
        Self { seeds: first..first + programs, is_long: steps >= LONG, is_single }
    }
}
