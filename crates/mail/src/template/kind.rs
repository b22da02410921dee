//! The files under `prompts/mail/`. Read twice, as the slots are.

use super::slot::Slot;

/// A file, and so a kind of letter, or what stands below all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `low_balance.md`
    LowBalance,
    /// `low_balance_course.md`
    LowBalanceOfCourse,
    /// `footer.md`
    Footer,
}

impl Kind {
    /// Every file.
    pub const ALL: &[Self] = &[Self::LowBalance, Self::LowBalanceOfCourse, Self::Footer];

    /// The name of its file without `.md`, which is its `id` as well.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::LowBalance => "low_balance",
            Self::LowBalanceOfCourse => "low_balance_course",
            Self::Footer => "footer",
        }
    }

    /// The slots that it names, all of them and no others.
    #[must_use]
    pub const fn slots(self) -> &'static [Slot] {
        match self {
            Self::LowBalance => &[Slot::Name, Slot::Balance, Slot::WalletUrl],
            Self::LowBalanceOfCourse => &[Slot::Name, Slot::Course, Slot::Balance, Slot::WalletUrl],
            Self::Footer => &[Slot::SettingsUrl],
        }
    }

    /// Whether it is a letter, which has a subject.
    #[must_use]
    pub const fn is_letter(self) -> bool {
        !matches!(self, Self::Footer)
    }
}
