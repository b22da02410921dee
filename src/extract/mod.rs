//! What a handler takes from a request, parsed and checked; each refuses with the error body of the contract.
//!
//! - [`Json`], [`JsonOrNothing`]: the body; [`Query`]: the query string; [`Id`]: the id in the path
//!
//! Who asks is [`crate::auth::Caller`]; it stands first among a handler's arguments, so that nobody learns
//! anything about a request's form before being known.

mod id;
mod json;
mod query;

pub use id::{Id, Named};
pub use json::{Json, JsonOrNothing};
pub use query::Query;
