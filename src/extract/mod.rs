//! What a handler takes from a request, parsed and checked; each refuses with the error body of the contract.
//!
//! - [`Json`], [`JsonOrNothing`], [`Csv`], [`Frames`]: the body; [`Query`]: the query string; [`Id`], [`Ids`]: the ids in the path
//! - [`IfMatch`]: the version that a change is meant for; [`Language`]: the language that is asked for;
//!   [`WebApp`]: where the web app is that asks
//!
//! Who asks is [`crate::auth::Caller`]; it stands first among a handler's arguments, so that nobody learns
//! anything about a request's form before being known.

mod csv;
mod frames;
mod id;
mod if_match;
mod json;
mod language;
mod query;
mod web_app;

pub use csv::Csv;
pub use frames::Frames;
pub use id::{Id, Ids, Named};
pub use if_match::IfMatch;
pub use json::{Json, JsonOrNothing, read_body, read_body_within};
pub use language::Language;
pub use query::Query;
pub use web_app::WebApp;
