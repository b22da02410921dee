//! An object's SQLite, as the crates see it that run natively too.

// What the macro makes public has no documentation.
#![allow(missing_docs)]

use mentora_firestore::embedded::{Sql, SqlValue};
use wasm_bindgen::prelude::*;
use worker::{Result, SqlStorage, SqlStorageValue, Storage};

// What `worker` does not offer.
#[wasm_bindgen]
extern "C" {
    #[derive(Debug)]
    type TransactionalStorage;

    /// Runs `work` in a transaction, which an `Err` rolls back.
    #[wasm_bindgen(catch, method, js_name = transactionSync)]
    fn transaction_sync(
        this: &TransactionalStorage,
        work: &mut dyn FnMut() -> std::result::Result<JsValue, JsValue>,
    ) -> std::result::Result<JsValue, JsValue>;
}

/// Runs `work` in a transaction, which its `Err` rolls back.
///
/// # Errors
/// That of `work`, or of the commit.
pub fn in_transaction(
    storage: &Storage,
    mut work: impl FnMut() -> std::result::Result<JsValue, JsValue>,
) -> std::result::Result<JsValue, JsValue> {
    let storage: &TransactionalStorage = storage.as_raw().unchecked_ref();
    storage.transaction_sync(&mut work)
}

/// The object's database.
#[derive(Debug)]
pub struct ObjectSql(SqlStorage);

impl ObjectSql {
    /// The database of an object's storage.
    #[must_use]
    pub fn of(storage: &Storage) -> Self {
        Self(storage.sql())
    }
}

impl Sql for ObjectSql {
    type Error = worker::Error;

    fn exec(&mut self, statement: &str, bindings: &[SqlValue]) -> Result<Vec<Vec<SqlValue>>> {
        let bindings = bindings.iter().map(bound).collect::<Result<Vec<_>>>()?;
        let rows = self.0.exec(statement, bindings)?;
        rows.raw().map(|row| Ok(row?.into_iter().map(read).collect())).collect()
    }
}

fn bound(value: &SqlValue) -> Result<SqlStorageValue> {
    Ok(match value {
        SqlValue::Null => SqlStorageValue::Null,
        // Numbers pass through JavaScript: one that it cannot hold exactly is refused, not rounded.
        SqlValue::Integer(number) => SqlStorageValue::try_from_i64(*number)?,
        SqlValue::Float(number) => SqlStorageValue::Float(*number),
        SqlValue::Text(text) => SqlStorageValue::String(text.clone()),
        SqlValue::Blob(bytes) => SqlStorageValue::Blob(bytes.clone()),
    })
}

fn read(value: SqlStorageValue) -> SqlValue {
    match value {
        SqlStorageValue::Null => SqlValue::Null,
        SqlStorageValue::Boolean(flag) => SqlValue::Integer(flag.into()),
        SqlStorageValue::Integer(number) => SqlValue::Integer(number),
        SqlStorageValue::Float(number) => SqlValue::Float(number),
        SqlStorageValue::String(text) => SqlValue::Text(text),
        SqlStorageValue::Blob(bytes) => SqlValue::Blob(bytes),
    }
}
