//! Resource names, refused in production's words.

use super::fault::Fault;
use crate::name::{Database, DocumentPath, MAX_ID_BYTES, is_reserved, numeric_id};

/// Most pairs of a collection and a document in a name.
const MAX_PAIRS: usize = 100;

/// What a name is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    /// Of a collection, or of a query.
    Parent,
    /// A value that points to a document of any database.
    Reference,
}

impl Role {
    fn called(self) -> &'static str {
        match self {
            Self::Document => "Document name",
            Self::Parent => "Document parent name",
            Self::Reference => "Resource name",
        }
    }

    fn refusal(self, name: &str, reason: &str) -> Fault {
        Fault::invalid(format!("{} \"{name}\" {reason}", self.called()))
    }

    /// The name of a collection where that of a document is meant.
    pub(super) fn lacks_id(self, name: &str) -> Fault {
        self.refusal(name, &format!("lacks \"/\" at index {}.", name.len()))
    }
}

/// The document that a full resource name means.
pub(super) fn document(database: &Database, name: &str) -> Result<DocumentPath, Fault> {
    check(Role::Document, name)?;
    let path = name.strip_prefix(&database.root()).and_then(|rest| rest.strip_prefix('/'));
    let path = path.ok_or_else(|| {
        Fault::invalid(format!("Document name \"{name}\" is not in the database of the request, {database}."))
    })?;
    Ok(DocumentPath::parse(path)?)
}

/// Checks the full resource name of a document in whatever database.
pub(super) fn check(role: Role, name: &str) -> Result<(), Fault> {
    let depth = check_ids(role, name)?;
    if depth.is_multiple_of(2) { Ok(()) } else { Err(role.lacks_id(name)) }
}

/// Checks the full resource name of a document or a collection; gives the number of its ids.
pub(super) fn check_ids(role: Role, name: &str) -> Result<usize, Fault> {
    let mut end = 0;
    let segments = name.split('/').map(|segment| {
        let start = end;
        end += segment.len() + 1;
        (start, segment)
    });
    let segments: Vec<(usize, &str)> = segments.collect();

    for (position, word) in [(0, "projects"), (2, "databases"), (4, "documents")] {
        match segments.get(position) {
            Some((_, segment)) if *segment == word => {}
            Some((start, _)) => {
                return Err(role.refusal(name, &format!("lacks \"{word}\" at index {start}.")));
            }
            None if role == Role::Reference && position == 4 => {
                return Err(Fault::invalid("Non-document resource reference value not supported."));
            }
            None => return Err(role.lacks_id(name)),
        }
    }
    let ids = segments.get(5..).unwrap_or_default();
    match ids.last() {
        None => {
            let reason = "is invalid: Omit \"/documents\" when referencing a database (except as the parent of a document).";
            return Err(role.refusal(name, reason));
        }
        Some((_, "")) => return Err(role.refusal(name, "has invalid trailing \"/\".")),
        Some(_) => {}
    }
    for (index, (start, id)) in ids.iter().enumerate() {
        let kind = Kind::at(index);
        match *id {
            "" => {
                return Err(
                    role.refusal(name, &format!("lacks a {} id at index {start}.", kind.lower_case()))
                );
            }
            "." | ".." => {
                let reason = format!("contains a {} id \"{id}\" at index {start}.", kind.lower_case());
                return Err(role.refusal(name, &reason));
            }
            _ => kind.check_word(id)?,
        }
    }
    ids.iter().enumerate().try_for_each(|(index, (_, id))| Kind::at(index).check_length(id))?;
    if ids.len() > 2 * MAX_PAIRS {
        return Err(Fault::invalid(format!("Key path is too long. Cannot exceed {MAX_PAIRS} elements.")));
    }
    Ok(ids.len())
}

/// Checks the id of a collection that stands by itself.
pub(super) fn check_collection_id(id: &str) -> Result<(), Fault> {
    Kind::Collection.check_alone(id)?;
    if id.len() > MAX_ID_BYTES {
        return Err(Fault::invalid(format!("The query kind is longer than {MAX_ID_BYTES} bytes.")));
    }
    Ok(())
}

/// Checks the id of a document that stands by itself.
pub(super) fn check_document_id(id: &str) -> Result<(), Fault> {
    Kind::Document.check_alone(id)?;
    Kind::Document.check_length(id)
}

/// What an id names.
#[derive(Clone, Copy)]
enum Kind {
    Collection,
    Document,
}

impl Kind {
    fn at(index: usize) -> Self {
        if index.is_multiple_of(2) { Self::Collection } else { Self::Document }
    }

    fn lower_case(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Document => "resource",
        }
    }

    fn invalid(self, id: &str, reason: &str) -> Fault {
        let kind = match self {
            Self::Collection => "Collection",
            Self::Document => "Resource",
        };
        Fault::invalid(format!("{kind} id \"{id}\" is invalid because it {reason}."))
    }

    fn check_alone(self, id: &str) -> Result<(), Fault> {
        if id.contains('/') {
            return Err(self.invalid(id, "contains \"/\""));
        }
        if matches!(id, "." | "..") {
            return Err(self.invalid(id, "is reserved"));
        }
        self.check_word(id)
    }

    fn check_word(self, id: &str) -> Result<(), Fault> {
        match self {
            _ if !is_reserved(id) => Ok(()),
            Self::Document if numeric_id(id).is_some() => Ok(()),
            Self::Document if is_long_number(id) => Err(self.invalid(id, "is not a 64 bit integer")),
            _ => Err(self.invalid(id, "is reserved")),
        }
    }

    fn check_length(self, id: &str) -> Result<(), Fault> {
        let part = match self {
            Self::Collection => "kind",
            Self::Document => "name",
        };
        if id.len() > MAX_ID_BYTES {
            return Err(Fault::invalid(format!(
                "The key path element {part} is longer than {MAX_ID_BYTES} bytes."
            )));
        }
        Ok(())
    }
}

/// Is this a number in place of a name that 64 bits do not hold?
fn is_long_number(id: &str) -> bool {
    let number = id.strip_prefix("__id").and_then(|id| id.strip_suffix("__")).unwrap_or_default();
    let digits = number.trim_start_matches('-');
    digits.starts_with(|first: char| first != '0') && digits.bytes().all(|digit| digit.is_ascii_digit())
}
