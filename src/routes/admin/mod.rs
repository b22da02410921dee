//! `/api/admin`

pub mod grants;
