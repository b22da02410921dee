//! Where the emulator is knowingly answered otherwise: the case, and why.

/// A case that the emulator answers in another way than production, and therefore than we.
pub struct Difference {
    /// The name of the case.
    pub case: &'static str,
    /// What the emulator does, and how we know that production does not.
    pub why: &'static str,
    /// Whether the emulator is asked at all.
    pub emulator: Emulator,
}

/// What the emulator does with the requests of a case.
#[derive(PartialEq)]
pub enum Emulator {
    /// It answers otherwise. A case that is answered alike does not belong here, and the suite says so.
    AnswersOtherwise,
    /// It logs an exception and never answers, so it is not asked.
    NeverAnswers,
}

use Emulator::{AnswersOtherwise, NeverAnswers};

pub const KNOWN: &[Difference] = &[
    Difference {
        case: "a patch at a version that is right goes through",
        why: "the emulator reads a timestamp in a URL as 0, so no version is ever right",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "the time of a read may stand in the URL",
        why: "the emulator reads a timestamp in a URL as 0, which is no time to read at; production takes it",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "a write to another database is refused",
        why: "the emulator writes to whatever database the name says; production refuses",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "more than five hundred transforms of one document are refused",
        why: "the emulator has no such limit; production refuses",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "too many transforms are refused in so many words",
        why: "the emulator has no such limit; production refuses",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "more than five aggregations are refused",
        why: "the emulator fails with 500 UNKNOWN; production refuses",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "a selection of nothing selects everything",
        why: "Google documents \"If empty, all fields are returned\"; the emulator returns none",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "a vector in a map is found by its path",
        why: "`vectorField` is documented as the path of a field; the emulator looks at the top of documents only",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "pages of an ordered list follow each other",
        why: "the emulator fails with 500 UNKNOWN at its own page token",
        emulator: AnswersOtherwise,
    },
    Difference {
        case: "a page size that is no number is refused",
        why: "the emulator hangs; a number that is none is an invalid argument",
        emulator: NeverAnswers,
    },
];

/// How a case differs, if it is known to.
pub fn of(case: &str) -> Option<&'static Difference> {
    KNOWN.iter().find(|known| known.case == case)
}
