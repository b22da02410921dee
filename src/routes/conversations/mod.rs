//! `/api/conversations`

pub mod create;
pub mod end;
pub mod list;
pub mod read;
pub mod reopen;
pub mod stream;
pub mod summary;
pub mod transcript;
pub mod turns;
