//! The handlers. The tree of files is the tree of paths: `POST /api/courses/join` is `courses/join.rs`.
//!
//! - [`health`], [`config`], [`openapi`], [`docs`]: for everybody
//! - [`dev`]: `/api/dev`, only where `ENVIRONMENT=local`
//! - [`users`], [`courses`], [`topics`], [`assignments`], [`personas`], [`conversations`], [`submissions`],
//!   [`wallets`]: the resources
//! - [`admin`]: what only admins may; [`webhooks`]: what other services tell
//! - [`document_store`]: `/v1`, the embedded document store as an emulator of Firestore, only in development

pub mod admin;
pub mod assignments;
pub mod config;
pub mod conversations;
pub mod courses;
pub mod dev;
pub mod docs;
pub mod document_store;
pub mod health;
pub mod openapi;
pub mod personas;
pub mod submissions;
pub mod topics;
pub mod users;
pub mod wallets;
pub mod webhooks;
