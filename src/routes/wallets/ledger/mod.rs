//! `/api/wallets/{id}/ledger`

pub mod export;
pub mod list;
