//! What a template leaves open. Read twice: by the crate, which fills the slots, and by `build.rs`, which checks that a
//! template names no other.

/// A place in a template, written `{{name}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// What is argued.
    Question,
    /// The assignment's title; may be empty.
    Title,
    /// The teacher's background for the tutor; may be empty.
    Background,
    /// The language to speak.
    Language,
    /// The persona's own instructions.
    Persona,
    /// The teacher's own instructions; may be empty.
    Instructions,
    /// Turns of the student after which the dialogue ends.
    MaxTurns,
    /// What was already said; empty at the start and when a model session is resumed.
    Transcript,
}

impl Slot {
    /// Every slot.
    pub const ALL: &[Self] = &[
        Self::Question,
        Self::Title,
        Self::Background,
        Self::Language,
        Self::Persona,
        Self::Instructions,
        Self::MaxTurns,
        Self::Transcript,
    ];

    /// Its name between the braces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Title => "title",
            Self::Background => "background",
            Self::Language => "language",
            Self::Persona => "persona",
            Self::Instructions => "instructions",
            Self::MaxTurns => "maxTurns",
            Self::Transcript => "transcript",
        }
    }

    /// The slot of that name among `known`.
    #[must_use]
    pub fn find(name: &str, known: &[Self]) -> Option<Self> {
        known.iter().copied().find(|slot| slot.name() == name)
    }
}
