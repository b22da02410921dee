//! `/api/courses/{id}/topics`

pub mod create;
pub mod list;
