//! The named sections of the frame, `## Heading {#name}` in `prompts/system.md`. Read twice, as the slots are: by the
//! crate and by `build.rs`, which checks that the frame has each of them once.

/// A section of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What is argued.
    Question,
    /// What the teacher calls it.
    Assignment,
    /// What the tutor should know about it.
    Background,
    /// Who the tutor is.
    Persona,
    /// How the tutor speaks.
    Speech,
    /// How the tutor thinks with the student.
    Thinking,
    /// What the tutor does not do.
    Limits,
    /// What the brackets mean.
    Guidance,
    /// The student's own good.
    Safety,
    /// How it ends.
    End,
    /// The teacher's own instructions.
    Instructions,
    /// What was already said.
    Transcript,
}

impl Section {
    /// Every section.
    pub const ALL: &[Self] = &[
        Self::Question,
        Self::Assignment,
        Self::Background,
        Self::Persona,
        Self::Speech,
        Self::Thinking,
        Self::Limits,
        Self::Guidance,
        Self::Safety,
        Self::End,
        Self::Instructions,
        Self::Transcript,
    ];

    /// Its name, in the frame and in `lockedPromptSections`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Assignment => "assignment",
            Self::Background => "background",
            Self::Persona => "persona",
            Self::Speech => "speech",
            Self::Thinking => "thinking",
            Self::Limits => "limits",
            Self::Guidance => "guidance",
            Self::Safety => "safety",
            Self::End => "end",
            Self::Instructions => "instructions",
            Self::Transcript => "transcript",
        }
    }

    /// The section of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|section| section.name() == name)
    }
}
