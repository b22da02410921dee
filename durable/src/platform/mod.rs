//! What the Workers runtime gives, each thing in one place: whoever needs the time, a random id, a setting or the
//! network asks here.
//!
//! # Layout
//! - [`config`]: the one place that reads the environment
//! - [`clock`], [`random`], [`log`]: time, ids, one line of JSON an event
//! - [`pause`]: waiting a while; [`fetch`]: HTTP with a deadline; [`text_model`]: Gemini, asked by it; [`stripe`]: Stripe
//! - [`access_token`]: the service account's token, kept for its life; [`google`]: Google's APIs, called with it
//! - [`sql`]: an object's SQLite; [`body`]: what a call to an object says
//! - [`documents`]: the document store that the configuration names, behind one client; [`store_tally`]: what it is asked
//! - [`identity`]: who is asking; [`rate_limit`]: whether that was too often; [`password`]: the keys of passwords
//! - [`mail`], [`push`]: the services for mail and for push messages that the configuration names
//! - [`files`]: the bucket that the configuration names; [`metrics`]: what is measured

pub mod access_token;
pub mod body;
pub mod clock;
pub mod config;
pub mod documents;
pub mod fetch;
pub mod files;
pub mod google;
pub mod identity;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod password;
pub mod pause;
pub mod push;
pub mod random;
pub mod rate_limit;
pub mod sql;
pub mod store_tally;
pub mod stripe;
pub mod text_model;
