//! `/api/courses`

pub mod create;
pub mod join;
pub mod list;
pub mod read;
