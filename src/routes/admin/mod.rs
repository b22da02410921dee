//! `/api/admin`

pub mod grants;
pub mod jobs;
pub mod reconciliations;
