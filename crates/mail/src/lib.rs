//! Mail by SendGrid, without I/O: requests are built, replies are parsed; whoever calls brings the bytes and the key.
//!
//! # Layout
//! - [`letter`]: what people are told, each with the values that it needs, as a mail and as a push message; [`language`]: in which language
//! - [`template`]: the text of letters, compiled from `prompts/mail/*.md`, as plain text and as HTML
//! - [`mailbox`]: an address and a name, which hold nothing that could end a header
//! - [`message`]: a letter under way: from whom, to whom, under which id of ours
//! - [`send`]: `POST /v3/mail/send` and what its answers mean: sent, try later, never

pub mod language;
pub mod letter;
pub mod mailbox;
pub mod message;
pub mod send;
pub mod template;

pub use language::Language;
pub use letter::{Letter, Note, Reader, Written};
pub use mailbox::{InvalidMailbox, Mailbox};
pub use message::Message;
pub use send::Answer;
