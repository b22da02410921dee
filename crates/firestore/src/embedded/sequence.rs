//! What the writes of one commit may do to one document, whatever is stored: a later write can count on an earlier
//! one, but its condition must be one that the earlier write leaves open.

use std::collections::BTreeMap;

use super::fault::Fault;
use crate::{
    name::DocumentPath,
    timestamp::Timestamp,
    write::{Operation, Precondition, Write},
};

/// Refuses a commit that cannot make sense.
pub(super) fn check(writes: &[Write]) -> Result<(), Fault> {
    let mut last: BTreeMap<&DocumentPath, Mutation> = BTreeMap::new();
    for write in writes {
        let next = Mutation::of(write);
        let mutation = match last.get(&write.path) {
            Some(earlier) => earlier.followed_by(&next)?,
            None => next,
        };
        last.insert(&write.path, mutation);
    }
    Ok(())
}

/// One write, or several seen as one.
#[derive(Clone, Copy)]
struct Mutation {
    kind: Kind,
    /// Whether the document has to be there, or must not; a delete at a version leaves that to the version.
    exists: Option<bool>,
    /// The version that the document has to have.
    version: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Upsert,
    Insert,
    Update,
    Delete,
    Verify,
}

impl Mutation {
    fn of(write: &Write) -> Self {
        let (exists, version) = match (write.precondition, &write.operation) {
            (None, _) => (None, None),
            (Some(Precondition::Exists(exists)), _) => (Some(exists), None),
            (Some(Precondition::UpdateTime(version)), Operation::Delete) => (None, Some(version)),
            (Some(Precondition::UpdateTime(version)), _) => (Some(true), Some(version)),
        };
        let kind = match (&write.operation, exists) {
            (Operation::Delete, _) => Kind::Delete,
            (Operation::Verify, _) => Kind::Verify,
            (Operation::Update { .. }, None) => Kind::Upsert,
            (Operation::Update { .. }, Some(false)) => Kind::Insert,
            (Operation::Update { .. }, Some(true)) => Kind::Update,
        };
        Self { kind, exists, version }
    }

    /// Both as one.
    fn followed_by(&self, next: &Self) -> Result<Self, Fault> {
        let in_one = "the same document cannot be";
        match (self.kind, next.kind) {
            (Kind::Verify, Kind::Verify) => {
                return Err(Fault::invalid(format!("{in_one} verified more than once in a single request")));
            }
            (Kind::Verify, _) => {
                return Err(Fault::invalid(format!(
                    "{in_one} verified and then written in a single request"
                )));
            }
            (_, Kind::Verify) => {
                return Err(Fault::invalid(format!(
                    "{in_one} written and then verified in a single request"
                )));
            }
            _ => {}
        }
        let is_there = self.kind != Kind::Delete;
        if next.exists == Some(!is_there) {
            return Err(Fault::invalid(format!(
                "Cannot {} then {} an entity in the same request.",
                self.kind.word(),
                next.kind.word()
            )));
        }
        if next.version.is_some() && next.version != self.version {
            return Err(Fault::invalid("Cannot collapse mutations with different version preconditions."));
        }
        Ok(Self { version: self.version, ..*next })
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Upsert => "upsert",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Verify => "verify",
        }
    }
}
