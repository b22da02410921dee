//! The files under `prompts/mail/`. Read twice, as the slots are.

use super::slot::Slot;

/// A file, and so a kind of letter, or what stands below all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `low_balance.md`
    LowBalance,
    /// `low_balance_course.md`
    LowBalanceOfCourse,
    /// `response_ready.md`
    ResponseReady,
    /// `response_failed.md`
    ResponseFailed,
    /// `response_unpaid.md`
    ResponseUnpaid,
    /// `response_unpaid_own.md`
    ResponseUnpaidOwn,
    /// `response_unpaid_course.md`
    ResponseUnpaidOfCourse,
    /// `assignment_reminder.md`
    AssignmentReminder,
    /// `submission_graded.md`
    SubmissionGraded,
    /// `announcement.md`
    Announcement,
    /// `footer.md`
    Footer,
}

impl Kind {
    /// Every file.
    pub const ALL: &[Self] = &[
        Self::LowBalance,
        Self::LowBalanceOfCourse,
        Self::ResponseReady,
        Self::ResponseFailed,
        Self::ResponseUnpaid,
        Self::ResponseUnpaidOwn,
        Self::ResponseUnpaidOfCourse,
        Self::AssignmentReminder,
        Self::SubmissionGraded,
        Self::Announcement,
        Self::Footer,
    ];

    /// The name of its file without `.md`, which is its `id` as well.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::LowBalance => "low_balance",
            Self::LowBalanceOfCourse => "low_balance_course",
            Self::ResponseReady => "response_ready",
            Self::ResponseFailed => "response_failed",
            Self::ResponseUnpaid => "response_unpaid",
            Self::ResponseUnpaidOwn => "response_unpaid_own",
            Self::ResponseUnpaidOfCourse => "response_unpaid_course",
            Self::AssignmentReminder => "assignment_reminder",
            Self::SubmissionGraded => "submission_graded",
            Self::Announcement => "announcement",
            Self::Footer => "footer",
        }
    }

    /// The slots that it names, all of them and no others.
    #[must_use]
    pub const fn slots(self) -> &'static [Slot] {
        match self {
            Self::LowBalance => &[Slot::Name, Slot::Balance, Slot::WalletUrl],
            Self::LowBalanceOfCourse => &[Slot::Name, Slot::Course, Slot::Balance, Slot::WalletUrl],
            Self::ResponseReady => &[Slot::Name, Slot::Assignment, Slot::ConversationUrl],
            Self::ResponseFailed => &[Slot::Name, Slot::Student, Slot::Assignment, Slot::ConversationUrl],
            Self::ResponseUnpaid => &[Slot::Name, Slot::Assignment, Slot::ConversationUrl],
            Self::ResponseUnpaidOwn => &[Slot::Name, Slot::Assignment, Slot::WalletUrl],
            Self::ResponseUnpaidOfCourse => &[Slot::Name, Slot::Course, Slot::WalletUrl],
            Self::AssignmentReminder => {
                &[Slot::Name, Slot::Assignment, Slot::Course, Slot::DueAt, Slot::CourseUrl]
            }
            Self::SubmissionGraded => &[Slot::Name, Slot::Assignment, Slot::ConversationUrl],
            Self::Announcement => &[Slot::Name, Slot::Course, Slot::Content, Slot::CourseUrl],
            Self::Footer => &[Slot::SettingsUrl],
        }
    }

    /// Whether it is a letter, which has a subject and a line for push messages.
    #[must_use]
    pub const fn is_letter(self) -> bool {
        !matches!(self, Self::Footer)
    }
}
