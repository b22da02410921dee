//! The documents as others know them: `packages/firebase` has their schemas, a full example of each, and what is taken
//! and what is refused of them. All of it is made here, so that Rust and TypeScript cannot part.
//!
//! After a wanted change: `UPDATE_GOLDEN=1 cargo test -p mentora-core --test documents`, then
//! `npm run generate -w packages/firebase`.
//!
//! # Layout
//! - `kind`: every kind of document, with its path, its schema and how it is read
//! - `example`: one of each with all of its fields
//! - `schemas`: the JSON schemas
//! - `cases`: every rule of the schemas, kept and broken
//! - `golden`: files of `packages/firebase` that are what the code says

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod example;
mod golden;
mod kind;
mod schemas;
