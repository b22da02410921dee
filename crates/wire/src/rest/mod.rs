//! Bodies of the REST resources, one file a resource.

mod ai_config;
mod announcements;
mod assignments;
mod config;
mod conversations;
mod courses;
mod dev;
mod health;
mod jobs;
mod messages;
mod own_data;
mod page;
mod personas;
mod preview;
mod roster;
mod statistics;
mod submissions;
mod thumbnails;
mod topics;
mod users;
mod wallets;

pub use ai_config::{UpdateAiConfig, UpdateDialecticalConfig};
pub use announcements::{AnnouncementBody, CreateAnnouncement};
pub use assignments::{
    AssignmentBody, CreateAssignment, DeleteAssignment, ListAssignments, UpdateAssignment,
};
pub use config::{ConfigBody, FeaturesBody, FirebaseBody, ModelBody, PricesBody};
pub use conversations::{
    ConversationBody, CreateConversation, CreatedConversation, DecisionBody, EndConversation,
    ListConversations, PendingBody, PostTurn, StreamQuery, SummaryBody, TicketBody, TranscriptFormat,
    TranscriptQuery, TurnAnswer,
};
pub use courses::{
    CourseBody, CreateCourse, DeleteCourse, JoinCourse, JoinRole, ListCourses, Listed, UpdateCourse,
    UploadedThumbnail,
};
pub use dev::{DevSignIn, IdTokenBody};
pub use health::{Check, HealthBody, Reach};
pub use jobs::{JobBody, JobRunBody};
pub use messages::{
    MAX_MESSAGES, StreamMessageRefusal, StreamMessageResult, StreamMessages, StreamMessagesAnswer,
};
pub use own_data::{ErasureReceipt, KeptBody, MembershipBody, OwnData, OwnDocument, OwnLedgerEntry};
pub use page::{Limit, ListPart, Page};
pub use personas::{CreatePersona, ListPersonas, PersonaBody, UpdatePersona};
pub use preview::{PreviewAssignment, PreviewBody, PreviewDecision, PreviewTurn};
pub use roster::{Attendance, ImportBody, ImportRoster, InviteMember, ListRoster, MemberBody, UpdateMember};
pub use statistics::{RebuiltBody, StatisticsBody};
pub use submissions::{ListSubmissions, SubmissionBody, SubmissionCounts, SubmissionPage, UpdateSubmission};
pub use thumbnails::{CreateThumbnail, PictureType, ThumbnailUpload};
pub use topics::{CreateTopic, TopicBody, UpdateTopic};
pub use users::{DeviceBody, RegisterDevice, UpdateNotifications, UpdateProfile, UserBody};
pub use wallets::{
    CheckoutBody, CourseWalletBody, CreateCheckout, CreateGrant, DaySpend, Days, GrantBody, LedgerEntryBody,
    ReadSpend, ReceivedBody, ReconciliationBody, SpendBody, StudentSpend, WalletBody, WalletReconciliation,
};
