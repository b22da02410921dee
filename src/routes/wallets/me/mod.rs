//! `/api/wallets/me`

pub mod checkout;
pub mod read;
