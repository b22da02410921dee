//! What Mentora is about, without I/O, clock or platform: every other crate may use it, it uses none of ours.
//!
//! # Layout
//! - [`ids`]: typed identifiers; [`time`]: milliseconds; [`money`]: micro-credits
//! - [`email`]: addresses, by which people are invited; [`roster`]: what becomes of an invitation, and of a file of them
//! - [`documents`]: the documents as they stand in Firestore, one file a collection
//! - [`policy`]: who may do what to which resource
//! - [`dialogue`]: features of what a student said, and the move that answers it
//! - [`prompts`]: personas and strategy prompts, compiled from `prompts/*.md`
//! - [`pricing`]: what a turn costs, by model, modality and date
//! - [`statistics`]: what conversations add to the figures of their assignment; the export of them
//! - [`spreadsheet`]: files for spreadsheets, in which nothing runs
//! - [`password`]: passwords of courses, and how their hashes are written down
//! - [`transcript`]: a conversation to read, and as captions
//! - [`wallet`]: what may be spent, what is held, and the ledger of what happened
//! - [`reconciliation`]: whether the books agree
//! - [`reminders`]: when students are reminded; [`jobs`]: how what is done by the clock went
//! - [`limits`]: the lengths and counts that clients are held to
//! - [`rules`]: the check of what the types alone cannot say
//! - `schema`: what the types can say, as JSON schemas; with the feature `openapi` only

pub mod dialogue;
pub mod documents;
pub mod email;
pub mod ids;
pub mod jobs;
pub mod limits;
pub mod money;
pub mod password;
pub mod policy;
pub mod pricing;
pub mod prompts;
pub mod reconciliation;
pub mod reminders;
pub mod roster;
pub mod rules;
#[cfg(feature = "openapi")]
pub mod schema;
pub mod spreadsheet;
pub mod statistics;
pub mod time;
pub mod transcript;
pub mod wallet;
