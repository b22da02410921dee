//! Payments by Stripe, without I/O: requests are built, replies and webhooks are parsed and checked; whoever calls
//! brings the bytes, the time and the keys.
//!
//! # Layout
//! - [`checkout`]: Checkout Sessions, which sell credits
//! - [`webhook`]: the signature of `POST /api/webhooks/stripe`, checked before anything else is read
//! - [`event`]: the events that credit or debit a wallet: paid, refunded, disputed
//! - [`payment_intent`]: whose a payment was; a dispute does not say
//! - [`charges`]: all that was paid in a time, for the nightly reconciliation
//! - [`amount`]: cents and micro-credits
//! - [`metadata`]: how a payment knows its wallet
//! - [`api`]: what all requests have in common, and why one fails
//!
//! Wallets are not here: money is decided by the `Wallet` object, on the rules of `mentora-core`.

pub mod amount;
pub mod api;
pub mod charges;
pub mod checkout;
pub mod event;
pub mod metadata;
pub mod payment_intent;
pub mod webhook;

mod fields;

pub use fields::Missing;
