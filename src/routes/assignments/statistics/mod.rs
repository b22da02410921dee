//! `/api/assignments/{id}/statistics`

pub mod export;
pub mod read;
pub mod rebuild;
