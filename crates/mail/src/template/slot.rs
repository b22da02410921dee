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
    /// Where the wallet is shown.
    WalletUrl,
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
            Self::WalletUrl => "walletUrl",
            Self::SettingsUrl => "settingsUrl",
        }
    }

    /// Whether it is an address of ours: these may be linked to, and nothing else may.
    #[must_use]
    pub const fn is_address(self) -> bool {
        matches!(self, Self::WalletUrl | Self::SettingsUrl)
    }

    /// The slot of that name among `known`.
    #[must_use]
    pub fn find(name: &str, known: &[Self]) -> Option<Self> {
        known.iter().copied().find(|slot| slot.name() == name)
    }
}
