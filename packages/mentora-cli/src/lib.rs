//! Talk to the tutor from a terminal: the command `mentora`.
//!
//! # Layout
//! - [`arguments`]: what may be typed; [`commands`]: what it does, one file a command
//! - [`client`]: REST, as somebody; [`identity`]: who that is
//! - [`stream`]: a conversation over sockets that come and go
//! - [`lines`]: what is typed; [`render`]: what people read; [`console`]: where it is written
//! - [`error`]: what can go wrong, and what to do about it

pub mod arguments;
pub mod client;
pub mod commands;
pub mod console;
pub mod error;
pub mod identity;
pub mod lines;
pub mod render;
pub mod stream;
