//! `/api/users/me/devices`

pub mod create;
pub mod delete;
