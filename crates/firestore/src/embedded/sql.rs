//! The little we ask of a SQL database.

use std::fmt::Display;

/// Executes SQLite's SQL. What one call of [`super::Store::handle`] writes has to be kept as a whole or not at all.
///
/// A Durable Object keeps what it writes between two awaits together, so it needs no [`begin`](Sql::begin) of its own;
/// but after a reply of status 500 it has to give its unsaved writes up (abort), as [`rollback`](Sql::rollback) would.
pub trait Sql {
    /// Why a statement failed.
    type Error: Display;

    /// Executes one statement with `?` placeholders, bound in order, and returns all rows, each in the order of its
    /// columns.
    fn exec(&mut self, statement: &str, bindings: &[SqlValue]) -> Result<Vec<Vec<SqlValue>>, Self::Error>;

    /// Before the first statement of a call.
    fn begin(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Keeps what was written since `begin`.
    fn commit(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Gives up what was written since `begin`: a statement failed.
    fn rollback(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
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
