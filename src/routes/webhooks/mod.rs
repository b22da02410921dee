//! `/api/webhooks`

pub mod stripe;
