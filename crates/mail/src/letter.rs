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
    /// The tutor has answered the reader.
    ResponseReady {
        /// The assignment's title.
        assignment: &'a str,
        /// Where the conversation is shown.
        conversation_url: &'a str,
    },
    /// The tutor could not answer a student of the reader's.
    ResponseFailed {
        /// What the student is called.
        student: &'a str,
        /// The assignment's title.
        assignment: &'a str,
        /// Where the conversation is shown.
        conversation_url: &'a str,
    },
    /// The tutor's answer to the reader waits for credits of the course.
    ResponseUnpaid {
        /// The assignment's title.
        assignment: &'a str,
        /// Where the conversation is shown.
        conversation_url: &'a str,
    },
    /// The tutor's answer to the reader waits for credits of the reader's own.
    ResponseUnpaidOwn {
        /// The assignment's title.
        assignment: &'a str,
        /// Where the wallet is shown.
        wallet_url: &'a str,
    },
    /// Answers wait for credits of a course of the reader's.
    ResponseUnpaidOfCourse {
        /// The course's title.
        course: &'a str,
        /// Where the wallet is shown.
        wallet_url: &'a str,
    },
    /// An assignment of the reader's is due soon.
    AssignmentReminder {
        /// The assignment's title.
        assignment: &'a str,
        /// The course's title.
        course: &'a str,
        /// When it is due, as `2026-11-23 12:00 UTC`.
        due_at: &'a str,
        /// Where the course is shown.
        course_url: &'a str,
    },
    /// What the reader handed in was graded.
    SubmissionGraded {
        /// The assignment's title.
        assignment: &'a str,
        /// Where the conversation is shown.
        conversation_url: &'a str,
    },
    /// The staff of a course tell its students something.
    Announcement {
        /// The course's title.
        course: &'a str,
        /// What they tell.
        content: &'a str,
        /// Where the course is shown.
        course_url: &'a str,
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

/// A letter as a push message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// One line: the letter's subject.
    pub title: String,
    /// One line more.
    pub body: String,
    /// What is opened by a tap on it.
    pub link: String,
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
            Self::ResponseReady { .. } => Kind::ResponseReady,
            Self::ResponseFailed { .. } => Kind::ResponseFailed,
            Self::ResponseUnpaid { .. } => Kind::ResponseUnpaid,
            Self::ResponseUnpaidOwn { .. } => Kind::ResponseUnpaidOwn,
            Self::ResponseUnpaidOfCourse { .. } => Kind::ResponseUnpaidOfCourse,
            Self::AssignmentReminder { .. } => Kind::AssignmentReminder,
            Self::SubmissionGraded { .. } => Kind::SubmissionGraded,
            Self::Announcement { .. } => Kind::Announcement,
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

    /// The letter in two lines.
    #[must_use]
    pub fn note(&self, reader: &Reader<'_>) -> Note {
        let value = |slot| self.value(slot, reader).to_owned();
        let letter = Template::of(self.kind(), reader.language);
        let links = [Slot::WalletUrl, Slot::ConversationUrl, Slot::CourseUrl];
        let link = links.into_iter().map(value).find(|link| !link.is_empty());
        Note {
            title: one_line(&letter.subject(value)),
            body: one_line(&letter.push(value)),
            link: link.unwrap_or_default(),
        }
    }

    /// What stands in a slot; nothing in one that the letter's template cannot name.
    fn value<'b>(&'b self, slot: Slot, reader: &Reader<'b>) -> &'b str {
        match slot {
            Slot::Name => reader.name,
            Slot::SettingsUrl => reader.settings_url,
            other => self.own_value(other).unwrap_or_default(),
        }
    }

    fn own_value(&self, slot: Slot) -> Option<&str> {
        let values: &[(Slot, &str)] = match *self {
            Self::LowBalance { balance, wallet_url } => {
                &[(Slot::Balance, balance), (Slot::WalletUrl, wallet_url)]
            }
            Self::LowBalanceOfCourse { course, balance, wallet_url } => {
                &[(Slot::Course, course), (Slot::Balance, balance), (Slot::WalletUrl, wallet_url)]
            }
            Self::ResponseReady { assignment, conversation_url }
            | Self::ResponseUnpaid { assignment, conversation_url }
            | Self::SubmissionGraded { assignment, conversation_url } => {
                &[(Slot::Assignment, assignment), (Slot::ConversationUrl, conversation_url)]
            }
            Self::ResponseUnpaidOwn { assignment, wallet_url } => {
                &[(Slot::Assignment, assignment), (Slot::WalletUrl, wallet_url)]
            }
            Self::ResponseUnpaidOfCourse { course, wallet_url } => {
                &[(Slot::Course, course), (Slot::WalletUrl, wallet_url)]
            }
            Self::ResponseFailed { student, assignment, conversation_url } => &[
                (Slot::Student, student),
                (Slot::Assignment, assignment),
                (Slot::ConversationUrl, conversation_url),
            ],
            Self::AssignmentReminder { assignment, course, due_at, course_url } => &[
                (Slot::Assignment, assignment),
                (Slot::Course, course),
                (Slot::DueAt, due_at),
                (Slot::CourseUrl, course_url),
            ],
            Self::Announcement { course, content, course_url } => {
                &[(Slot::Course, course), (Slot::Content, content), (Slot::CourseUrl, course_url)]
            }
        };
        values.iter().find(|(named, _)| *named == slot).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests;
