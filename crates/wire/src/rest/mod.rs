//! Bodies of the REST resources, one file a resource.

mod announcements;
mod assignments;
mod config;
mod conversations;
mod courses;
mod dev;
mod health;
mod own_data;
mod page;
mod topics;
mod users;

pub use announcements::{AnnouncementBody, CreateAnnouncement};
pub use assignments::{AssignmentBody, CreateAssignment, ListAssignments};
pub use config::{ConfigBody, FeaturesBody, FirebaseBody, ModelBody, PricesBody};
pub use conversations::{
    ConversationBody, CreateConversation, CreatedConversation, DecisionBody, EndConversation,
    ListConversations, PostTurn, StreamQuery, TicketBody, TurnAnswer,
};
pub use courses::{CourseBody, CreateCourse, JoinCourse, JoinRole, ListCourses, Listed};
pub use dev::{DevSignIn, IdTokenBody};
pub use health::{Check, HealthBody, Reach};
pub use own_data::{ErasureReceipt, KeptBody, MembershipBody, OwnData, OwnDocument, OwnLedgerEntry};
pub use page::{Limit, ListPart, Page};
pub use topics::{CreateTopic, TopicBody, UpdateTopic};
pub use users::{DeviceBody, RegisterDevice, UpdateNotifications, UpdateProfile, UserBody};
