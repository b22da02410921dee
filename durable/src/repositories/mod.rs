//! Documents by what they are: typed ids and types in, typed ids and types out. No other module knows where a
//! document stands, which fields a query needs, or which precondition keeps a rule.
//!
//! # Layout
//! - [`courses`] keeps `courses/{courseId}`, and `courseCodes/{CODE}`, which makes codes unique
//! - [`roster`] keeps `courses/{courseId}/roster/{memberId}`
//! - [`assignments`] keeps `assignments/{assignmentId}`
//! - [`conversations`] keeps `conversations/{conversationId}`, and `openConversations/…`, which makes them one at a time
//! - [`page`]: lists in pages, with cursors that inserts do not move
//! - [`error`](mod@error): why a call failed

pub mod assignments;
pub mod conversations;
pub mod courses;
pub mod error;
pub mod page;
pub mod roster;

#[cfg(test)]
mod index_coverage;
#[cfg(test)]
mod native_store;

pub use assignments::Assignments;
pub use conversations::Conversations;
pub use courses::Courses;
pub use error::RepositoryError;
pub use page::{Cursor, Page};
pub use roster::Roster;
