//! Wallets under whatever may happen: calls that come twice, late, in any order, whose answer is lost, and an object that
//! dies over them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod books;
mod double_billing;
mod interleavings;
