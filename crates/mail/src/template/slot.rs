//! What a letter leaves open. Read twice: by the crate, which fills the slots, and by `build.rs`, which checks that a
//! template names no other.

/// A place in a template, written `{{name}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// What the reader is called.
    Name,
    /// What is left in a wallet, in credits.
    Balance,
    /// The title of a course.
    Course,
    /// The title of an assignment.
    Assignment,
    /// What a student is called.
    Student,
    /// When something is due.
    DueAt,
    /// What somebody has written, on one line.
    Content,
    /// Where the wallet is shown.
    WalletUrl,
    /// Where the conversation is shown.
    ConversationUrl,
    /// Where the course is shown.
    CourseUrl,
    /// Where the reader says what to be told.
    SettingsUrl,
}

impl Slot {
    /// Its name between the braces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Balance => "balance",
            Self::Course => "course",
            Self::Assignment => "assignment",
            Self::Student => "student",
            Self::DueAt => "dueAt",
            Self::Content => "content",
            Self::WalletUrl => "walletUrl",
            Self::ConversationUrl => "conversationUrl",
            Self::CourseUrl => "courseUrl",
            Self::SettingsUrl => "settingsUrl",
        }
    }

    /// Whether it is an address of ours: these may be linked to, and nothing else may.
    #[must_use]
    pub const fn is_address(self) -> bool {
        matches!(self, Self::WalletUrl | Self::ConversationUrl | Self::CourseUrl | Self::SettingsUrl)
    }

    /// The slot of that name among `known`.
    #[must_use]
    pub fn find(name: &str, known: &[Self]) -> Option<Self> {
        known.iter().copied().find(|slot| slot.name() == name)
    }
}
