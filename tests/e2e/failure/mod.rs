//! What goes wrong around a conversation: each row of docs/FAILURES.md is one test by the name of the row. A test asserts what the
//! student sees and what is kept. Its cases run side by side, each with a student of its own.
//!
//! # Layout
//! - [`firestore`]: the documents cannot be reached, or nobody knows whether they were; [`line`]: how that is done
//! - [`gemini`]: the model drops, says nothing, refuses
//! - [`balance`]: the wallet runs dry
//! - [`cron`]: the clock rings twice
//! - [`client`]: the student's own connection comes and goes, and repeats itself
//! - [`object`]: the conversation's object is evicted, killed, replaced by another version, torn down by a panic;
//!   [`moment`]: when

mod balance;
mod client;
mod cron;
mod firestore;
mod gemini;
pub mod line;
mod moment;
mod object;

pub use balance::balance_runs_out_mid_dialogue;
pub use client::{client_drops_and_returns, same_message_sent_twice};
pub use cron::cron_fires_twice;
pub use firestore::{firestore_commit_outcome_unknown, firestore_down_or_slow};
pub use gemini::{gemini_drops_go_away_1011, gemini_empty_turn, gemini_quota_bad_key_bad_model};
pub use object::object_evicted_deploy_panic;
