//! Where the emulator is knowingly answered otherwise, and why.

use crate::{
    shared::exchange::Outcome,
    step::{Kind, Step},
};

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

pub const AVOIDED: &[Avoided] = &[
    Avoided {
        what: "an ordered list page by page",
        why: "the emulator fails with 500 UNKNOWN at its own page token",
        meets: |step| step.kind == Kind::List && has(step, "orderBy") && has(step, "pageSize"),
    },
    Avoided {
        what: "a list of missing documents with a mask",
        why: "the emulator does not look at the mask; Google documents none of this",
        meets: |step| step.kind == Kind::List && has(step, "showMissing") && has(step, "mask.fieldPaths"),
    },
];

fn has(step: &Step, parameter: &str) -> bool {
    step.parameters.iter().any(|(name, _)| *name == parameter)
}

pub const FORGIVEN: &[Forgiven] = &[];

/// Why a step is in no program, if it is in none.
pub fn avoided(step: &Step) -> Option<&'static Avoided> {
    AVOIDED.iter().find(|avoided| (avoided.meets)(step))
}

/// Why two answers may differ, if they may.
pub fn forgiven(step: &Step, theirs: &[Outcome], ours: &[Outcome]) -> Option<&'static Forgiven> {
    FORGIVEN.iter().find(|forgiven| (forgiven.meets)(step, theirs, ours))
}
