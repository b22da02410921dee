//! Documents by what they are: typed ids and types in, typed ids and types out. No other module knows where a
//! document stands, which fields a query needs, or which precondition keeps a rule.
//!
//! # Layout
//! - [`courses`] keeps `courses/{courseId}`, and `courseCodes/{CODE}`, which makes codes unique
//! - [`secrets`] keeps `courses/{courseId}/secrets/join`, [`guesses`] how often somebody guessed at it
//! - [`deleted_courses`] keeps `deletedCourses/{courseId}`, and removes what belonged to them
//! - [`roster`] keeps `courses/{courseId}/roster/{memberId}`
//! - [`announcements`] keeps `courses/{courseId}/announcements/{announcementId}`
//! - [`topics`] keeps `topics/{topicId}`
//! - [`assignments`] keeps `assignments/{assignmentId}`
//! - [`personas`] keeps `personas/{personaId}`, beside which the built-in ones stand
//! - [`conversations`] keeps `conversations/{conversationId}`, and `openConversations/…`, which makes them one at a time
//! - [`streaming_sessions`] keeps `streamingSessions/{sessionId}`
//! - [`submissions`] keeps `submissions/{assignmentId_userId}`; [`students`] knows who of a course is to hand something in
//! - [`tallies`] keeps `statistics/{assignmentId}`, and `…/contributions/{conversationId}`, of which it is the sum; [`rebuild`] makes
//!   them anew
//! - [`contributions`] keeps `statistics/{assignmentId}/contributions/{conversationId}`, and takes them out of the sums
//! - [`notifications`] keeps `notifications/{notificationId}`, which makes what people are told come once
//! - [`pending_responses`] keeps `pendingResponses/{conversationId}`: answers that come later, and who is at them
//! - [`wallets`] keeps `wallets/{walletId}` and its ledger, of which the wallet's object is the source; [`ledger`] reads it
//! - [`reconciliations`] keeps `reconciliations/{YYYY-MM-DD}`: whether the books agreed
//! - [`jobs`] keeps `jobs/{name}`: how what is done by the clock went last
//! - [`news`] keeps `news/{newsId}`: what people are to be told
//! - [`retention`] removes conversations that are kept no longer, with what has their name
//! - [`own_data`]: everything about one person, to be handed over or to be erased
//! - [`users`] keeps `users/{uid}`; [`devices`] keeps `users/{uid}/devices/{deviceId}`; [`idempotency_keys`] keeps
//!   `users/{uid}/idempotencyKeys/{digest}`
//! - `document`: one document, its version, what a writer knows of it, and what makes a lost reply harmless; [`page`]: lists in pages, with cursors that inserts do not move
//! - [`error`](mod@error): why a call failed

pub mod announcements;
pub mod assignments;
pub mod contributions;
pub mod conversations;
pub mod courses;
pub mod deleted_courses;
pub mod devices;
mod document;
pub mod error;
pub mod guesses;
pub mod idempotency_keys;
pub mod jobs;
pub mod ledger;
pub mod news;
pub mod notifications;
pub mod own_data;
pub mod page;
pub mod pending_responses;
pub mod personas;
pub mod rebuild;
pub mod reconciliations;
pub mod retention;
pub mod roster;
pub mod secrets;
pub mod streaming_sessions;
pub mod students;
pub mod submissions;
pub mod tallies;
pub mod topics;
pub mod users;
pub mod wallets;

#[cfg(test)]
mod index_coverage;
#[cfg(test)]
pub(crate) mod native_store;

pub use announcements::Announcements;
pub use assignments::Assignments;
pub use contributions::Contributions;
pub use conversations::Conversations;
pub use courses::{CourseChange, Courses};
pub use deleted_courses::DeletedCourses;
pub use devices::Devices;
pub use document::{Known, Stored, Version};
pub use error::RepositoryError;
pub use guesses::Guesses;
pub use idempotency_keys::IdempotencyKeys;
pub use jobs::Jobs;
pub use ledger::Ledger;
pub use news::News;
pub use notifications::Notifications;
pub use page::{Cursor, Page};
pub use pending_responses::PendingResponses;
pub use personas::{PersonaChange, Personas};
pub use rebuild::Rebuilt;
pub use reconciliations::Reconciliations;
pub use retention::Retention;
pub use roster::{MemberChange, Roster};
pub use secrets::Secrets;
pub use streaming_sessions::StreamingSessions;
pub use students::Students;
pub use submissions::{SubmissionChange, Submissions};
pub use tallies::Tallies;
pub use topics::{TopicChange, Topics};
pub use users::Users;
pub use wallets::Wallets;
