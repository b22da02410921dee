//! `/api/users`

pub mod me;
