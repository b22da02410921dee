//! `/api/wallets`

pub mod ledger;
pub mod me;
