//! Upkeep of the index beside the documents.

use std::collections::BTreeSet;

use super::{
    Scope, Shelf, Stored, number,
    scan::{place, within},
    stored_of,
};
use crate::{
    embedded::{
        Sql, SqlValue,
        fault::Fault,
        index::{self, Entry},
    },
    name::{Database, DocumentPath},
    query::Direction,
};

/// That a field has one of these keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::embedded) struct Condition {
    /// The field path as it is written.
    pub(in crate::embedded) field: String,
    pub(in crate::embedded) keys: Vec<String>,
}

/// A condition on a field that some document has had.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Lookup {
    field: i64,
    keys: Vec<String>,
}

/// A walk along the keys of one field.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Walk {
    /// The id of the field, as [`Shelf::field_id`] knows it.
    pub(in crate::embedded) field: i64,
    pub(in crate::embedded) direction: Direction,
    /// The least and the greatest key of interest.
    pub(in crate::embedded) bounds: (String, String),
    /// What the documents also have to meet.
    pub(in crate::embedded) conditions: Vec<Lookup>,
}

/// How far a walk has come.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Reached {
    key: String,
    path: String,
}

/// Each entry with its document. CROSS: the entries lead. The plus sign keeps SQLite from carrying a range of entries
/// over to the documents, which it would then read for each entry instead of the one document.
const ENTRIES_AND_DOCUMENTS: &str = "entries CROSS JOIN documents ON documents.path = +entries.path";

impl<S: Sql> Shelf<S> {
    /// Brings the index from what a document was to what it is.
    pub(super) fn index(
        &mut self,
        database: &str,
        path: &DocumentPath,
        before: &BTreeSet<Entry>,
        after: &BTreeSet<Entry>,
    ) -> Result<(), Fault> {
        let parent = path.parent();
        let collection = parent.id();
        let gone: Vec<&Entry> = before.difference(after).collect();
        if !gone.is_empty() {
            self.exec(
                "DELETE FROM entries WHERE (field, key, path) IN (
                    SELECT known.id, json_extract(entry.value, '$[1]'), ?
                    FROM json_each(?) AS entry CROSS JOIN indexed_fields AS known
                    WHERE known.database = ? AND known.collection = ?
                      AND known.field = json_extract(entry.value, '$[0]'))",
                &[path.as_str().into(), listed(&gone)?.into(), database.into(), collection.into()],
            )?;
        }
        let come: Vec<&Entry> = after.difference(before).collect();
        if !come.is_empty() {
            let listed = listed(&come)?;
            self.exec(
                "INSERT OR IGNORE INTO indexed_fields (database, collection, field)
                 SELECT ?, ?, json_extract(value, '$[0]') FROM json_each(?)",
                &[database.into(), collection.into(), listed.as_str().into()],
            )?;
            self.exec(
                "INSERT OR IGNORE INTO entries (field, key, path)
                 SELECT known.id, json_extract(entry.value, '$[1]'), ?
                 FROM json_each(?) AS entry CROSS JOIN indexed_fields AS known
                 WHERE known.database = ? AND known.collection = ?
                   AND known.field = json_extract(entry.value, '$[0]')",
                &[path.as_str().into(), listed.into(), database.into(), collection.into()],
            )?;
        }
        Ok(())
    }

    /// The conditions as the index knows them; None where no document ever had one of the fields.
    pub(in crate::embedded) fn lookups(
        &mut self,
        database: &Database,
        collection: &str,
        conditions: &[Condition],
    ) -> Result<Option<Vec<Lookup>>, Fault> {
        let mut lookups = Vec::with_capacity(conditions.len());
        for Condition { field, keys } in conditions {
            match self.field_id(database, collection, field)? {
                Some(field) => lookups.push(Lookup { field, keys: keys.clone() }),
                None => return Ok(None),
            }
        }
        Ok(Some(lookups))
    }

    /// How many entries a condition has, counted no further than `most`.
    pub(in crate::embedded) fn weigh(&mut self, lookup: &Lookup, most: u32) -> Result<i64, Fault> {
        let mut statement = String::from("SELECT count(*) FROM (SELECT 1 FROM entries WHERE ");
        let mut bindings = Vec::new();
        lookup.is_met(&mut statement, &mut bindings);
        statement.push_str(" LIMIT ?)");
        bindings.push(i64::from(most).into());
        let rows = self.exec(&statement, &bindings)?;
        Ok(rows.into_iter().flatten().next().and_then(number).unwrap_or(0))
    }

    /// The documents of a scope that the index holds to meet `first` and `rest`, in no order that matters.
    pub(in crate::embedded) fn meeting(
        &mut self,
        database: &Database,
        scope: &Scope<'_>,
        first: &Lookup,
        rest: &[Lookup],
    ) -> Result<Vec<Stored>, Fault> {
        let mut statement = format!(
            "SELECT documents.path, fields, created, updated FROM {ENTRIES_AND_DOCUMENTS}
             WHERE documents.database = ? AND "
        );
        let mut bindings = vec![database.to_string().into()];
        first.is_met(&mut statement, &mut bindings);
        // Entries of one key lie in the order of paths: those of one collection are found at once.
        if let Scope::Collection(path) = scope {
            within(&mut statement, &mut bindings, "entries.path", path.as_str());
        }
        place(&mut statement, &mut bindings, scope);
        also(&mut statement, &mut bindings, rest);
        self.exec(&statement, &bindings)?.into_iter().map(stored_of).collect()
    }

    /// The next documents of a walk, and where each lies on it.
    pub(in crate::embedded) fn walk(
        &mut self,
        database: &Database,
        scope: &Scope<'_>,
        walk: &Walk,
        reached: Option<&Reached>,
        count: usize,
    ) -> Result<Vec<(Reached, Stored)>, Fault> {
        let (beyond, order) = match walk.direction {
            Direction::Ascending => (">", "ASC"),
            Direction::Descending => ("<", "DESC"),
        };
        let mut statement = format!(
            "SELECT key, documents.path, fields, created, updated FROM {ENTRIES_AND_DOCUMENTS}
             WHERE documents.database = ? AND entries.field = ? AND entries.key >= ? AND entries.key <= ?"
        );
        let mut bindings: Vec<SqlValue> = vec![
            database.to_string().into(),
            walk.field.into(),
            walk.bounds.0.as_str().into(),
            walk.bounds.1.as_str().into(),
        ];
        if let Some(Reached { key, path }) = reached {
            statement.push_str(&format!(" AND (entries.key, entries.path) {beyond} (?, ?)"));
            bindings.extend([key.as_str().into(), path.as_str().into()]);
        }
        place(&mut statement, &mut bindings, scope);
        also(&mut statement, &mut bindings, &walk.conditions);
        statement.push_str(&format!(" ORDER BY entries.key {order}, entries.path {order} LIMIT ?"));
        bindings.push(i64::try_from(count).unwrap_or(i64::MAX).into());

        let rows = self.exec(&statement, &bindings)?;
        let read = |mut row: Vec<SqlValue>| {
            let key = if row.is_empty() { None } else { super::text(row.remove(0)) };
            let stored = stored_of(row)?;
            let key = key.ok_or_else(super::unreadable)?;
            Ok((Reached { key, path: stored.path.as_str().to_owned() }, stored))
        };
        rows.into_iter().map(read).collect()
    }

    /// How a field of the collections of one id is known; None where no document ever had it.
    pub(in crate::embedded) fn field_id(
        &mut self,
        database: &Database,
        collection: &str,
        field: &str,
    ) -> Result<Option<i64>, Fault> {
        let rows = self.exec(
            "SELECT id FROM indexed_fields WHERE database = ? AND collection = ? AND field = ?",
            &[database.to_string().into(), collection.into(), field.into()],
        )?;
        Ok(rows.into_iter().flatten().next().and_then(number))
    }

    /// Indexes the documents of a store that was made before there was an index.
    pub(super) fn index_all(&mut self) -> Result<(), Fault> {
        const AT_ONCE: i64 = 500;
        let mut last = (String::new(), String::new());
        loop {
            let rows = self.exec(
                "SELECT database, path, fields, created, updated FROM documents
                 WHERE (database, path) > (?, ?) ORDER BY database, path LIMIT ?",
                &[last.0.as_str().into(), last.1.as_str().into(), AT_ONCE.into()],
            )?;
            if rows.is_empty() {
                return Ok(());
            }
            for mut row in rows {
                let database = if row.is_empty() { None } else { super::text(row.remove(0)) };
                let database = database.ok_or_else(super::unreadable)?;
                let stored = stored_of(row)?;
                self.index(&database, &stored.path, &BTreeSet::new(), &index::entries(&stored.fields))?;
                last = (database, stored.path.as_str().to_owned());
            }
        }
    }
}

impl Reached {
    /// Do both stand at one key?
    pub(in crate::embedded) fn shares_key(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Lookup {
    fn is_met(&self, statement: &mut String, bindings: &mut Vec<SqlValue>) {
        let places = vec!["?"; self.keys.len()].join(", ");
        statement.push_str(&format!("entries.field = ? AND entries.key IN ({places})"));
        bindings.push(self.field.into());
        bindings.extend(self.keys.iter().map(|key| key.as_str().into()));
    }
}

/// Adds that the document of an entry has entries for all of these, too.
fn also(statement: &mut String, bindings: &mut Vec<SqlValue>, rest: &[Lookup]) {
    for Lookup { field, keys } in rest {
        let places = vec!["?"; keys.len()].join(", ");
        statement.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM entries AS other
                WHERE other.field = ? AND other.key IN ({places}) AND other.path = entries.path)"
        ));
        bindings.push((*field).into());
        bindings.extend(keys.iter().map(|key| key.as_str().into()));
    }
}

/// Entries as SQL takes many at once.
fn listed(entries: &[&Entry]) -> Result<String, Fault> {
    let pairs: Vec<(&str, &str)> =
        entries.iter().map(|entry| (entry.field.as_str(), entry.key.as_str())).collect();
    Ok(serde_json::to_string(&pairs)?)
}
