//! Firestore REST v1 without I/O, clock or randomness: the same types speak to Google, to its emulator and to
//! our own store.
//!
//! - [`name`], [`field_path`]: where things are: databases, collections, documents, fields
//! - [`value`], [`timestamp`]: what they hold, and the way between serde types and Firestore values
//! - [`document`], [`write`](mod@write), [`query`], [`aggregate`]: what is read, changed and asked
//! - [`index`]: which index of production's answers a query
//! - [`request`], [`reply`], [`error`]: pure HTTP on both sides of the wire
//! - [`transport`], [`client`]: the calls, over any transport that carries bytes
//! - [`embedded`]: executes the same requests over SQL
//! - `emulator` (feature): starts Google's emulator for tests

pub mod aggregate;
pub mod client;
pub mod document;
pub mod embedded;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod error;
pub mod field_path;
pub mod index;
pub mod name;
pub mod query;
pub mod reply;
pub mod request;
pub mod timestamp;
pub mod transport;
pub mod value;
pub mod write;

pub use aggregate::Aggregation;
pub use client::{Client, Endpoint};
pub use document::Document;
pub use error::{Error, Kind, Retry};
pub use field_path::FieldPath;
pub use name::{CollectionPath, Database, DocumentPath, NameError};
pub use query::{Cursor, Direction, DistanceMeasure, Filter, Nearest, Operator, Query, UnaryOperator};
pub use reply::{CommitResult, Page, Transaction, WriteResult};
pub use timestamp::Timestamp;
pub use transport::{Transport, TransportError};
pub use value::{Fields, Value, from_fields, to_fields};
pub use write::{Precondition, Transform, Write};
