//! Single documents, and many at once.

use super::{Desk, Reading, ids};
use crate::{
    embedded::{
        Sql,
        answer::{self, DocumentOut, Element, EmptyOut},
        commit,
        fault::{Code, Fault},
        fields, names,
        route::Parameters,
        shelf::Stored,
        transaction,
        wire::{self, BatchGetBody, DocumentIn, mask_of, precondition_of},
    },
    field_path::FieldPath,
    name::{CollectionPath, DocumentPath},
    reply::HttpResponse,
    timestamp::Timestamp,
    value::Fields,
    write::{Operation, Precondition, Write},
};

/// `GET …/documents/{path}`
pub(super) fn get<S: Sql>(
    desk: &mut Desk<'_, S>,
    path: &DocumentPath,
    parameters: &Parameters,
) -> Result<HttpResponse, Fault> {
    let mask = mask_parameter(parameters, "mask.fieldPaths")?;
    let reading = desk.reading_of(parameters)?;
    let found = desk.shelf.read(&desk.database, path)?;
    if let Some(open) = &reading.open {
        transaction::note_document(desk.shelf, &desk.database, open, path, found.as_ref())?;
    }
    let found = found.ok_or_else(|| Fault::document_not_found(&desk.database.name_of(path)))?;
    answer::json(&DocumentOut::of(&desk.database, masked(found, mask.as_deref())))
}

/// `POST …/documents/{collection}?documentId=…`
pub(super) fn create<S: Sql>(
    desk: &mut Desk<'_, S>,
    collection: &CollectionPath,
    parameters: &Parameters,
    body: &[u8],
) -> Result<HttpResponse, Fault> {
    let path = match parameters.get("documentId").filter(|id| !id.is_empty()) {
        Some(id) => {
            names::check_document_id(id)?;
            collection.doc(id)?
        }
        None => collection.doc(&ids::new_id(desk.shelf, desk.now)?)?,
    };
    let write = located(desk, &path, body, None, Some(Precondition::Exists(false)))?;
    write_one(desk, write, mask_parameter(parameters, "mask.fieldPaths")?.as_deref())
}

/// `PATCH …/documents/{path}?updateMask.fieldPaths=…&currentDocument.…`
pub(super) fn patch<S: Sql>(
    desk: &mut Desk<'_, S>,
    path: DocumentPath,
    parameters: &Parameters,
    body: &[u8],
) -> Result<HttpResponse, Fault> {
    let mask = mask_parameter(parameters, "updateMask.fieldPaths")?;
    let write = located(desk, &path, body, mask, precondition_parameter(parameters)?)?;
    write_one(desk, write, mask_parameter(parameters, "mask.fieldPaths")?.as_deref())
}

/// `DELETE …/documents/{path}?currentDocument.…`
pub(super) fn delete<S: Sql>(
    desk: &mut Desk<'_, S>,
    path: DocumentPath,
    parameters: &Parameters,
) -> Result<HttpResponse, Fault> {
    let write = Write { precondition: precondition_parameter(parameters)?, ..Write::delete(path) };
    commit::commit(desk.shelf, &desk.database, &[write], desk.now)?;
    answer::json(&EmptyOut {})
}

/// `POST …/documents:batchGet`
pub(super) fn batch_get<S: Sql>(desk: &mut Desk<'_, S>, body: &[u8]) -> Result<HttpResponse, Fault> {
    let BatchGetBody { documents, mask, transaction, new_transaction, read_time } = wire::body(body)?;
    let mask = mask.map(|mask| mask_of(&mask.field_paths)).transpose()?;
    let mut paths: Vec<DocumentPath> = Vec::with_capacity(documents.len());
    for name in &documents {
        let path = names::document(&desk.database, name)?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }

    let Reading { open, begun, time } = desk.reading(transaction.as_deref(), new_transaction, read_time)?;
    let mut elements = Vec::with_capacity(paths.len());
    if begun.is_some() {
        elements.push(Element { transaction: begun, ..Element::default() });
    }
    for path in paths {
        let found = desk.shelf.read(&desk.database, &path)?;
        if let Some(open) = &open {
            transaction::note_document(desk.shelf, &desk.database, open, &path, found.as_ref())?;
        }
        let mut element = Element { read_time: Some(time.clone()), ..Element::default() };
        match found {
            Some(stored) => {
                element.found = Some(DocumentOut::of(&desk.database, masked(stored, mask.as_deref())));
            }
            None => element.missing = Some(desk.database.name_of(&path)),
        }
        elements.push(element);
    }
    answer::json(&elements)
}

/// The write that a document in the body of a single call means; the path in the URL is what counts.
fn located<S: Sql>(
    desk: &Desk<'_, S>,
    path: &DocumentPath,
    body: &[u8],
    mask: Option<Vec<FieldPath>>,
    precondition: Option<Precondition>,
) -> Result<Write, Fault> {
    let document: DocumentIn = wire::body(body)?;
    let write = document.replacing(desk.database.name_of(path)).located(&desk.database)?;
    let Operation::Update { fields, .. } = write.operation else {
        return Ok(write);
    };
    Ok(Write { operation: Operation::Update { fields, mask }, precondition, ..write })
}

fn write_one<S: Sql>(
    desk: &mut Desk<'_, S>,
    write: Write,
    mask: Option<&[FieldPath]>,
) -> Result<HttpResponse, Fault> {
    commit::commit(desk.shelf, &desk.database, std::slice::from_ref(&write), desk.now)?;
    let stored = desk.shelf.read(&desk.database, &write.path)?;
    let stored =
        stored.ok_or_else(|| Fault::new(Code::Internal, "a document that was written is not there"))?;
    answer::json(&DocumentOut::of(&desk.database, masked(stored, mask)))
}

/// What a mask lets through: all where there is none, nothing where it is empty.
pub(super) fn masked(stored: Stored, mask: Option<&[FieldPath]>) -> Stored {
    let fields: Fields = match mask {
        Some(mask) => fields::project(&stored.fields, mask),
        None => stored.fields,
    };
    Stored { fields, ..stored }
}

pub(super) fn mask_parameter(parameters: &Parameters, name: &str) -> Result<Option<Vec<FieldPath>>, Fault> {
    let paths: Vec<&str> = parameters.all(name).collect();
    if paths.is_empty() { Ok(None) } else { mask_of(&paths).map(Some) }
}

fn precondition_parameter(parameters: &Parameters) -> Result<Option<Precondition>, Fault> {
    let exists = parameters.get("currentDocument.exists").map(flag).transpose()?;
    let update_time = parameters.get("currentDocument.updateTime").map(Timestamp::parse).transpose();
    precondition_of(exists, update_time.map_err(|error| Fault::invalid(error.to_string()))?)
}

pub(super) fn flag(text: &str) -> Result<bool, Fault> {
    text.parse().map_err(|_| Fault::invalid(format!("\"{text}\" is neither true nor false.")))
}
