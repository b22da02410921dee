//! The languages that letters are written in. Read twice: by the crate, and by `build.rs`, which checks that each letter is
//! written in all of them.

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Chinese in traditional characters, as it is written in Taiwan.
    ZhHant,
}

impl Language {
    /// Every language.
    pub const ALL: &[Self] = &[Self::En, Self::ZhHant];

    /// Its BCP 47 tag, by which the templates name it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHant => "zh-Hant",
        }
    }
}
