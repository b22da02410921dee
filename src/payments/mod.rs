//! Credits for money: what is asked of Stripe, and what its events do to wallets. What Stripe says is read in
//! `mentora-payments`; what money does is decided by the wallet's object.
//!
//! # Layout
//! - [`checkout`]: a page of Stripe's on which credits are bought
//! - [`entries`]: what a payment is in a ledger, and under which key
//! - [`events`]: what an event does

pub mod checkout;
pub mod entries;
pub mod events;
