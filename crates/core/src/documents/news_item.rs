//! `news/{newsId}`: something that people are to be told, written in the commit that makes it so. It is removed when all were.

use serde::{Deserialize, Serialize};

use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// Something that people are to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewsItem {
    /// What it says.
    pub kind: NewsKind,
    /// The path of the document that it is about. When that is gone, nobody is told any more.
    pub about: String,
    /// When it is to be told, ms. Whoever is at it puts this off, so that nobody else is.
    pub due_at: Millis,
    /// Behind whom it goes on; with the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How often it was tried in vain since it last went on.
    #[serde(default)]
    pub attempts: u32,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for NewsItem {
    fn offences(&self) -> Offences {
        Offences::default()
    }
}

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// Staff have posted something: the members of the course.
    Announcement,
    /// Staff have graded a submission: its student.
    SubmissionGraded,
    /// An assignment is due soon: the students who have not handed it in.
    AssignmentReminder,
}

impl NewsKind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::SubmissionGraded => "submission_graded",
            Self::AssignmentReminder => "assignment_reminder",
        }
    }
}
