//! `/api/conversations`

pub mod create;
pub mod end;
pub mod list;
pub mod read;
pub mod stream;
pub mod turns;
