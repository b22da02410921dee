//! `/api/courses/{id}/announcements`

pub mod create;
pub mod delete;
pub mod list;
