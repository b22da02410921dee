//! Stand-ins for the outside world on loopback: everything Mentora talks to, without an account and without a
//! network. An implementation of its own, so that it can disagree with Mentora's clients.
//!
//! - [`serve`]: starting and stopping; [`config`]: every knob; [`routes`]: every URL
//! - [`live`]: Gemini Live (BidiGenerateContent)
//! - [`tutor`]: the offline tutor that answers there
//! - [`speech`]: its voice and ears
//! - [`rest`]: generateContent, its stream, countTokens
//! - [`google`]: service-account tokens, Firebase ID tokens and their keys
//! - [`storage`]: Cloud Storage
//! - [`stripe`]: Checkout, payments and webhooks
//! - [`sendgrid`]: mail, and an outbox that shows it; [`fcm`]: push messages, shown there as well
//! - [`plan`]: faults by plan, `mishap`: those of messages; [`journal`]: what was received; [`control`]: `/sim/…`

pub mod config;
pub mod control;
pub mod credentials;
pub mod fcm;
mod form;
pub mod google;
pub mod google_error;
pub mod journal;
pub mod live;
mod mishap;
pub mod plan;
pub mod rest;
pub mod routes;
pub mod sendgrid;
pub mod serve;
pub mod speech;
pub mod storage;
pub mod stripe;
pub mod tls;
pub mod tutor;
pub mod world;

pub use config::Config;
pub use serve::{RunningSim, Sim, StartError};
