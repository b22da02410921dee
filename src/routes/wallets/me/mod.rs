//! `/api/wallets/me`

pub mod read;
