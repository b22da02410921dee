//! What people are told, each letter with the values that it needs.

use crate::language::Language;
use crate::template::kind::Kind;
use crate::template::slot::Slot;
use crate::template::{Template, one_line, page};

/// A letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter<'a> {
    /// The reader's own wallet is nearly empty.
    LowBalance {
        /// What is left, in credits, as `0.25`.
        balance: &'a str,
        /// Where the wallet is shown.
        wallet_url: &'a str,
    },
    /// The wallet of a course of the reader's is nearly empty.
    LowBalanceOfCourse {
        /// The course's title.
        course: &'a str,
        /// What is left, in credits, as `0.25`.
        balance: &'a str,
        /// Where the wallet is shown.
        wallet_url: &'a str,
    },
}

/// Whom a letter is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader<'a> {
    /// What the person is called.
    pub name: &'a str,
    /// What the person reads.
    pub language: Language,
    /// Where the person says what to be told.
    pub settings_url: &'a str,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// Where the reader can have no more of them.
    pub unsubscribe_url: String,
}

impl Language {
    /// The language for whoever reads `locale`, a BCP 47 tag: for Chinese of any kind the one that we have, else English.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let first = locale.split(['-', '_']).next().unwrap_or_default();
        if ["zh", "yue"].iter().any(|chinese| first.eq_ignore_ascii_case(chinese)) {
            Self::ZhHant
        } else {
            Self::En
        }
    }
}

impl Letter<'_> {
    const fn kind(&self) -> Kind {
        match self {
            Self::LowBalance { .. } => Kind::LowBalance,
            Self::LowBalanceOfCourse { .. } => Kind::LowBalanceOfCourse,
        }
    }

    /// The letter in words. Whatever a value holds, it stays the value: it is no markup and no line of its own.
    #[must_use]
    pub fn write(&self, reader: &Reader<'_>) -> Written {
        let value = |slot| self.value(slot, reader).to_owned();
        let letter = Template::of(self.kind(), reader.language);
        let footer = Template::of(Kind::Footer, reader.language);
        // Again as a whole: it becomes a header.
        let subject = one_line(&letter.subject(value));
        let body = format!("{}<hr>\n{}", letter.html(value), footer.html(value));
        Written {
            text: format!("{}\n-- \n{}", letter.text(value), footer.text(value)),
            html: page(reader.language, &subject, &body),
            subject,
            unsubscribe_url: reader.settings_url.to_owned(),
        }
    }

    /// What stands in a slot; nothing in one that the letter's template cannot name.
    fn value<'b>(&'b self, slot: Slot, reader: &Reader<'b>) -> &'b str {
        match (slot, self) {
            (Slot::Name, _) => reader.name,
            (Slot::SettingsUrl, _) => reader.settings_url,
            (Slot::Balance, Self::LowBalance { balance, .. } | Self::LowBalanceOfCourse { balance, .. }) => {
                balance
            }
            (
                Slot::WalletUrl,
                Self::LowBalance { wallet_url, .. } | Self::LowBalanceOfCourse { wallet_url, .. },
            ) => wallet_url,
            (Slot::Course, Self::LowBalanceOfCourse { course, .. }) => course,
            (Slot::Course, Self::LowBalance { .. }) => "",
        }
    }
}

#[cfg(test)]
mod tests;
