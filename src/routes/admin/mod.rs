//! `/api/admin`

pub mod grants;
pub mod reconciliations;
