//! Payments by Stripe, without I/O: requests are built, replies and webhooks are parsed and checked; whoever calls
//! brings the bytes, the time and the keys.
//!
//! Nothing stands here yet. What belongs here, one file each:
//! - `checkout`: Checkout Sessions, which sell credits
//! - `webhook`: the signature of `POST /api/webhooks/stripe`, checked before anything else is read
//! - `event`: the events that credit or debit a wallet: paid, refunded, disputed
//!
//! Wallets are not here: money is decided by the `Wallet` object, on the rules of `mentora-core`.
