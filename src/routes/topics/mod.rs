//! `/api/topics`

pub mod delete;
pub mod read;
pub mod update;
