//! The little we ask of a SQL database.

use std::fmt::Display;

/// Executes SQLite's SQL. A call of [`super::Store::handle`] has to be atomic as a whole: in a Durable Object it is, as
/// long as nothing is awaited between its statements.
pub trait Sql {
    /// Why a statement failed.
    type Error: Display;

    /// Executes one statement with `?` placeholders, bound in order, and returns all rows, each in the order of its
    /// columns.
    fn exec(&mut self, statement: &str, bindings: &[SqlValue]) -> Result<Vec<Vec<SqlValue>>, Self::Error>;
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlValue {
    /// `NULL`
    Null,
    /// An integer; ours stay below 2^53, which JavaScript holds exactly.
    Integer(i64),
    /// A double.
    Float(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for SqlValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for SqlValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SqlValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
