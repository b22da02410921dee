//! The documents as they stand in Firestore. One file a collection; field names are camelCase on the wire, times
//! are integer milliseconds, money is integer micro-credits.
//!
//! Fields that a document has and its type does not know are passed over when it is read, and stay when it is written:
//! repositories write masks of the fields they know. With the feature `openapi` each type has a JSON schema, of which
//! `docs/openapi.json` and the Zod schemas of `packages/firebase` are made.

mod announcement;
mod assignment;
mod contribution;
mod conversation;
mod course;
mod device;
mod job;
mod ledger;
mod news_item;
mod notification;
mod pending_response;
mod persona;
mod reconciliation;
mod roster;
mod secret;
mod statistics;
mod streaming_session;
mod submission;
mod topic;
mod turn;
mod user;
mod wallet;

pub use announcement::Announcement;
pub use assignment::{
    AiConfig, Analyser, Assignment, AssignmentMode, AssignmentStatus, DUE_BEFORE_START, DialecticalConfig,
    Reference, Reminder, is_due_after_start, offences_of_prompts,
};
pub use contribution::{Contribution, Words};
pub use conversation::{Conversation, ConversationState, EndReason, MoveRules};
pub use course::{Course, CourseCode, DemoPolicy, InvalidCourseCode, Thumbnail, Visibility};
pub use device::{Device, Platform};
pub use job::{Job, JobName, JobOutcome};
pub use ledger::{LedgerEntry, LedgerEntryType, LedgerProvider, LedgerScope};
pub use news_item::{NewsItem, NewsKind};
pub use notification::{Delivery, DeliveryState, Notification, NotificationKind};
pub use pending_response::{PendingResponse, PendingStatus};
pub use persona::{Persona, Style, Voice};
pub use reconciliation::{Comparison, Drift, Reconciliation};
pub use roster::{Member, MemberStatus, Role};
pub use secret::{CourseSecret, PasswordHash};
pub use statistics::{StanceDistribution, StanceShift, Statistics, Sums, WordCloud, WordCount};
pub use streaming_session::{AudioEncoding, SessionAudio, SessionState, SessionUsage, StreamingSession};
pub use submission::{Submission, SubmissionState};
pub use topic::Topic;
pub use turn::{Analysis, Latency, Modality, Speaker, Stance, TokenCounts, Turn, TurnType, Usage};
pub use user::{ActiveMode, Notifications, User};
pub use wallet::{Wallet, WalletOwner};

/// Names of the collections.
pub mod collections {
    /// `users/{uid}`
    pub const USERS: &str = "users";
    /// `users/{uid}/devices/{deviceId}`
    pub const DEVICES: &str = "devices";
    /// `users/{uid}/idempotencyKeys/{digest}`: what was answered to a request that named a key.
    pub const IDEMPOTENCY_KEYS: &str = "idempotencyKeys";
    /// `courses/{courseId}`
    pub const COURSES: &str = "courses";
    /// `courses/{courseId}/roster/{memberId}`
    pub const ROSTER: &str = "roster";
    /// `courses/{courseId}/announcements/{announcementId}`
    pub const ANNOUNCEMENTS: &str = "announcements";
    /// `courses/{courseId}/secrets/{join|guesses}`
    pub const SECRETS: &str = "secrets";
    /// `courses/{courseId}/guesses/{userId}`: how often a user guessed at the password of a course.
    pub const GUESSES: &str = "guesses";
    /// `deletedCourses/{courseId}`: a course that was deleted, while not all that belonged to it is.
    pub const DELETED_COURSES: &str = "deletedCourses";
    /// `courseCodes/{CODE}`: who holds a course code. A document a code makes uniqueness a precondition.
    pub const COURSE_CODES: &str = "courseCodes";
    /// `topics/{topicId}`
    pub const TOPICS: &str = "topics";
    /// `assignments/{assignmentId}`
    pub const ASSIGNMENTS: &str = "assignments";
    /// `personas/{personaId}`
    pub const PERSONAS: &str = "personas";
    /// `conversations/{conversationId}`
    pub const CONVERSATIONS: &str = "conversations";
    /// `openConversations/{assignmentId}.{userId}`: the latest conversation of a student about an assignment. A
    /// document a pair makes "one open at a time" a precondition.
    pub const OPEN_CONVERSATIONS: &str = "openConversations";
    /// `submissions/{assignmentId}_{userId}`
    pub const SUBMISSIONS: &str = "submissions";
    /// `wallets/{walletId}`
    pub const WALLETS: &str = "wallets";
    /// `wallets/{walletId}/ledger/{entryId}`
    pub const LEDGER: &str = "ledger";
    /// `streamingSessions/{sessionId}`
    pub const STREAMING_SESSIONS: &str = "streamingSessions";
    /// `statistics/{assignmentId}`
    pub const STATISTICS: &str = "statistics";
    /// `statistics/{assignmentId}/contributions/{conversationId}`
    pub const CONTRIBUTIONS: &str = "contributions";
    /// `pendingResponses/{conversationId}`
    pub const PENDING_RESPONSES: &str = "pendingResponses";
    /// `notifications/{notificationId}`
    pub const NOTIFICATIONS: &str = "notifications";
    /// `reconciliations/{YYYY-MM-DD}`
    pub const RECONCILIATIONS: &str = "reconciliations";
    /// `jobs/{name}`: how what is done by the clock went last.
    pub const JOBS: &str = "jobs";
    /// `news/{newsId}`: what people are to be told.
    pub const NEWS: &str = "news";
}
