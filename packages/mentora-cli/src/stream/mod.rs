//! A conversation over sockets that come and go.
//!
//! # Layout
//! - [`frame`]: frames from the server, read leniently
//! - [`follower`]: what has been seen, what is to be said, what a frame means for both: a decision never awaits
//! - [`outbox`]: messages that the server is not known to have stored
//! - [`backoff`]: how long to wait before the next connection
//! - [`socket`]: one connection, from its ticket to its close

pub mod backoff;
pub mod follower;
pub mod frame;
pub mod outbox;
pub mod socket;

pub use follower::{Effect, Follower, News};
pub use frame::Incoming;
pub use socket::{Ending, OpenError, Socket};
