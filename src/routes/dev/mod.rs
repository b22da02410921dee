//! `/api/dev`: only where `ENVIRONMENT=local`; elsewhere there is nothing here.

pub mod sign_in;
