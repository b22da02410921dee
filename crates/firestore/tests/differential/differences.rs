//! Where the emulator is knowingly answered otherwise, and why.

use crate::{shared::exchange::Outcome, step::Step};

/// Steps that no program has, because the emulator does not do with them what production does.
pub struct Avoided {
    pub what: &'static str,
    pub why: &'static str,
    meets: fn(&Step) -> bool,
}

/// Answers that differ, and may.
pub struct Forgiven {
    pub what: &'static str,
    pub why: &'static str,
    meets: fn(&Step, &[Outcome], &[Outcome]) -> bool,
}

pub const AVOIDED: &[Avoided] = &[];

pub const FORGIVEN: &[Forgiven] = &[];

/// Why a step is in no program, if it is in none.
pub fn avoided(step: &Step) -> Option<&'static Avoided> {
    AVOIDED.iter().find(|avoided| (avoided.meets)(step))
}

/// Why two answers may differ, if they may.
pub fn forgiven(step: &Step, theirs: &[Outcome], ours: &[Outcome]) -> Option<&'static Forgiven> {
    FORGIVEN.iter().find(|forgiven| (forgiven.meets)(step, theirs, ours))
}
