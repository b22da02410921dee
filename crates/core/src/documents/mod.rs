//! The documents as they stand in Firestore. One file a collection; field names are camelCase on the wire, times
//! are integer milliseconds, money is integer micro-credits.

mod assignment;
mod conversation;
mod course;
mod turn;

pub use assignment::{AiConfig, Analyser, Assignment, AssignmentMode, DialecticalConfig};
pub use conversation::{Conversation, ConversationState, EndReason};
pub use course::{Course, CourseCode, Member, MemberStatus, Role, Visibility};
pub use turn::{Analysis, Latency, Modality, Speaker, Stance, TokenCounts, Turn, TurnType, Usage};

/// Names of the collections.
pub mod collections {
    /// `users/{uid}`
    pub const USERS: &str = "users";
    /// `courses/{courseId}`
    pub const COURSES: &str = "courses";
    /// `courses/{courseId}/roster/{memberId}`
    pub const ROSTER: &str = "roster";
    /// `courseCodes/{CODE}`: who holds a course code. A document a code makes uniqueness a precondition.
    pub const COURSE_CODES: &str = "courseCodes";
    /// `assignments/{assignmentId}`
    pub const ASSIGNMENTS: &str = "assignments";
    /// `conversations/{conversationId}`
    pub const CONVERSATIONS: &str = "conversations";
    /// `openConversations/{assignmentId}.{userId}`: the latest conversation of a student about an assignment. A
    /// document a pair makes "one open at a time" a precondition.
    pub const OPEN_CONVERSATIONS: &str = "openConversations";
}
