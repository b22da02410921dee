//! [`Sql`] over a native SQLite connection.

use rusqlite::{Connection, params_from_iter, types::Value};

use super::{Sql, SqlValue};

impl Sql for Connection {
    type Error = rusqlite::Error;

    fn exec(
        &mut self,
        statement: &str,
        bindings: &[SqlValue],
    ) -> Result<Vec<Vec<SqlValue>>, rusqlite::Error> {
        let mut statement = self.prepare_cached(statement)?;
        let columns = statement.column_count();
        let rows = statement.query_map(params_from_iter(bindings.iter().map(bound)), |row| {
            (0..columns).map(|column| row.get(column).map(read)).collect()
        })?;
        rows.collect()
    }

    fn begin(&mut self) -> Result<(), rusqlite::Error> {
        self.execute_batch("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), rusqlite::Error> {
        self.execute_batch("COMMIT")
    }

    fn rollback(&mut self) -> Result<(), rusqlite::Error> {
        self.execute_batch("ROLLBACK")
    }
}

fn bound(value: &SqlValue) -> Value {
    match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(number) => Value::Integer(*number),
        SqlValue::Float(number) => Value::Real(*number),
        SqlValue::Text(text) => Value::Text(text.clone()),
        SqlValue::Blob(bytes) => Value::Blob(bytes.clone()),
    }
}

fn read(value: Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Integer(number) => SqlValue::Integer(number),
        Value::Real(number) => SqlValue::Float(number),
        Value::Text(text) => SqlValue::Text(text),
        Value::Blob(bytes) => SqlValue::Blob(bytes),
    }
}
