//! Who asks.

/// Everybody who may come to the door of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    Stranger,
    Invited,
    Removed,
    Visitor,
    Student,
    Classmate,
    Auditor,
    Ta,
    Instructor,
    Owner,
    Admin,
}

/// How many there are.
pub const ACTORS: usize = 12;

impl Actor {
    /// In the order of the table's columns.
    pub const ALL: [Self; ACTORS] = [
        Self::Anonymous,
        Self::Stranger,
        Self::Invited,
        Self::Removed,
        Self::Visitor,
        Self::Student,
        Self::Classmate,
        Self::Auditor,
        Self::Ta,
        Self::Instructor,
        Self::Owner,
        Self::Admin,
    ];

    /// As the head of a column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Stranger => "stranger",
            Self::Invited => "invited",
            Self::Removed => "removed",
            Self::Visitor => "visitor",
            Self::Student => "student",
            Self::Classmate => "classmate",
            Self::Auditor => "auditor",
            Self::Ta => "ta",
            Self::Instructor => "instructor",
            Self::Owner => "owner",
            Self::Admin => "admin",
        }
    }

    /// For those who do not know the name.
    pub fn description(self) -> &'static str {
        match self {
            Self::Anonymous => "bears no token",
            Self::Stranger => "is signed in and has nothing to do with the course, which is private",
            Self::Invited => "was invited to it and has not joined",
            Self::Removed => "was a student of it and was removed",
            Self::Visitor => "is a stranger before a course that is public",
            Self::Student => "whose conversation, submission and device it is, where it is one's own",
            Self::Classmate => "another student of the course",
            Self::Auditor => "takes part in the course and pays alone",
            Self::Ta => "staff of the course",
            Self::Instructor => "staff of the course, though not its owner",
            Self::Owner => "made the course",
            Self::Admin => "bears the claim `admin`, and is not on the roster",
        }
    }

    /// The place on the roster: role and status.
    pub fn membership(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Invited => Some(("student", "invited")),
            Self::Removed => Some(("student", "removed")),
            Self::Student | Self::Classmate => Some(("student", "active")),
            Self::Auditor => Some(("auditor", "active")),
            Self::Ta => Some(("ta", "active")),
            Self::Instructor => Some(("instructor", "active")),
            // The owner gets one by making the course.
            Self::Anonymous | Self::Stranger | Self::Visitor | Self::Owner | Self::Admin => None,
        }
    }
}
