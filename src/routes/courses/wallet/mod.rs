//! `/api/courses/{id}/wallet`

pub mod checkout;
pub mod read;
