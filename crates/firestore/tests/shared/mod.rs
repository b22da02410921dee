//! What the suites share that ask Google's emulator and our own store the same.
//!
//! - `exchange`: a request, its reply, and the reply as it is compared
//! - `service`: where requests go
//! - `normal`: replies without what differs from run to run

pub mod exchange;
pub mod normal;
pub mod service;
