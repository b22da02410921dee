//! Writes: all of them are tried in memory, in order, and only then do the rows change.

use std::collections::BTreeMap;

use super::{
    Sql,
    fault::Fault,
    fields, limits, row, sequence,
    shelf::{Shelf, Stored},
    transform,
};
use crate::{
    name::{Database, DocumentPath},
    timestamp::Timestamp,
    value::{Fields, Value},
    write::{Operation, Precondition, Transform, Write},
};

/// What a commit did.
pub(super) struct Committed {
    pub(super) results: Vec<Written>,
    /// Microseconds of the epoch.
    pub(super) time: i64,
}

/// What one write did.
pub(super) struct Written {
    /// None after a delete.
    pub(super) update_time: Option<i64>,
    pub(super) transform_results: Vec<Value>,
}

/// A document on its way through the writes of one commit.
struct Draft {
    before: Option<Stored>,
    after: Option<Fields>,
    /// A write of this commit set or deleted it.
    touched: bool,
    /// A write of this commit deleted it: what comes after is another document.
    reborn: bool,
    transforms: usize,
}

/// Applies all writes or none.
pub(super) fn commit<S: Sql>(
    shelf: &mut Shelf<S>,
    database: &Database,
    writes: &[Write],
    now_micros: i64,
) -> Result<Committed, Fault> {
    sequence::check(writes)?;
    // Versions grow even where the clock does not.
    let time = now_micros.max(shelf.clock()? + 1);
    let request_time = Timestamp::from_micros(time - time.rem_euclid(1000));

    let mut drafts: BTreeMap<&DocumentPath, Draft> = BTreeMap::new();
    let mut transform_results = Vec::with_capacity(writes.len());
    for write in writes {
        if !drafts.contains_key(&write.path) {
            let before = shelf.read(database, &write.path)?;
            let after = before.as_ref().map(|stored| stored.fields.clone());
            drafts.insert(&write.path, Draft { before, after, touched: false, reborn: false, transforms: 0 });
        }
        if let Some(draft) = drafts.get_mut(&write.path) {
            transform_results.push(draft.apply(database, write, request_time)?);
        }
    }

    let mut versions = BTreeMap::new();
    for (path, draft) in drafts {
        versions.insert(path, draft.settle(shelf, database, path, time)?);
    }
    shelf.set_clock(time)?;

    let results = writes.iter().zip(transform_results).map(|(write, transform_results)| Written {
        update_time: versions.get(&write.path).copied().flatten().or(match write.operation {
            // A document that is verified not to be there has the version of the look at it.
            Operation::Verify => Some(time),
            _ => None,
        }),
        transform_results,
    });
    Ok(Committed { results: results.collect(), time })
}

impl Draft {
    /// Does to the draft what the write says; gives the results of its transforms.
    fn apply(&mut self, database: &Database, write: &Write, now: Timestamp) -> Result<Vec<Value>, Fault> {
        let name = database.name_of(&write.path);
        self.check(&name, write.precondition)?;
        match &write.operation {
            Operation::Verify => return Ok(Vec::new()),
            Operation::Delete => {
                (self.after, self.touched, self.reborn) = (None, true, true);
                return Ok(Vec::new());
            }
            Operation::Update { fields, mask: None } => self.after = Some(fields.clone()),
            Operation::Update { fields, mask: Some(mask) } => {
                fields::merge(self.after.get_or_insert_default(), fields, mask);
            }
        }

        self.touched = true;
        let document = self.after.get_or_insert_default();
        let mut results = Vec::with_capacity(write.transforms.len());
        for (path, change) in &write.transforms {
            let value = transform::apply(change, fields::get(document, path), now);
            // The result of an array transform is not told.
            results.push(match change {
                Transform::AppendMissingElements(_) | Transform::RemoveAllFromArray(_) => Value::Null,
                _ => value.clone(),
            });
            fields::set(document, path, value);
            self.transforms += weight(change);
        }
        if self.transforms > limits::MAX_TRANSFORMS {
            return Err(Fault::invalid(format!(
                "cannot write more than {} transformations per document in a single request",
                limits::MAX_TRANSFORMS
            )));
        }
        limits::check_size(&name, write.path.as_str(), document)?;
        Ok(results)
    }

    /// The first write meets what is stored; that those behind it can count on it is known by then.
    fn check(&self, name: &str, precondition: Option<Precondition>) -> Result<(), Fault> {
        match precondition {
            _ if self.touched => Ok(()),
            Some(Precondition::Exists(true)) if self.after.is_none() => Err(Fault::nothing_to_update(name)),
            Some(Precondition::Exists(false)) if self.after.is_some() => Err(Fault::already_exists(name)),
            Some(Precondition::UpdateTime(required)) => {
                let stored = self.before.as_ref().map_or(0, |stored| stored.updated);
                let required = required.micros();
                if stored == required { Ok(()) } else { Err(Fault::stale(stored, required)) }
            }
            _ => Ok(()),
        }
    }

    /// Writes the row, unless nothing changed; gives the version of the document.
    fn settle<S: Sql>(
        self,
        shelf: &mut Shelf<S>,
        database: &Database,
        path: &DocumentPath,
        time: i64,
    ) -> Result<Option<i64>, Fault> {
        match (self.before, self.after) {
            (None, None) => Ok(None),
            (Some(before), None) => {
                shelf.remove(database, &before)?;
                Ok(None)
            }
            // A write that changes nothing keeps the version.
            (Some(before), Some(after))
                if !self.reborn && row::write(&before.fields) == row::write(&after) =>
            {
                Ok(Some(before.updated))
            }
            (before, Some(fields)) => {
                let survived = before.as_ref().filter(|_| !self.reborn);
                let created = survived.map_or(time, |before| before.created);
                let after = Stored { path: path.clone(), fields, created, updated: time };
                shelf.write(database, before.as_ref(), &after)?;
                Ok(Some(time))
            }
        }
    }
}

/// How much a transform counts towards the limit.
fn weight(change: &Transform) -> usize {
    match change {
        Transform::AppendMissingElements(elements) | Transform::RemoveAllFromArray(elements) => {
            elements.len().max(1)
        }
        _ => 1,
    }
}
