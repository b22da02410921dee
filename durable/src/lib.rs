//! The Durable Objects, one file or folder a class, and what they share with the main Worker.
//!
//! # Layout
//! - [`conversation`]: `Conversation`, one per conversation: client sockets, the model's socket, turns, outbox
//! - [`wallet`]: `Wallet`, one per wallet of a user or course: balance, holds, ledger
//! - [`document_store`]: `DocumentStore`, one per project, where documents are kept without Firestore
//! - [`repositories`]: one file a Firestore collection, typed ids in and out
//! - [`notify`]: who is told what, once; [`news`]: what is to be told to many, worked off
//! - [`platform`]: what the Workers runtime gives: configuration, clock, random ids, fetch, log

pub mod conversation;
pub mod document_store;
pub mod news;
pub mod notify;
pub mod platform;
pub mod repositories;
pub mod wallet;

pub use conversation::Conversation;
pub use document_store::DocumentStore;
pub use wallet::Wallet;
