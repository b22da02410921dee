//! Pages of collections, and the collections themselves.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE};

use super::{
    Desk,
    documents::{flag, mask_parameter, masked},
};
use crate::{
    embedded::{
        Sql,
        answer::{self, CollectionIdsOut, DocumentOut, PageOut},
        fault::Fault,
        fields, limits,
        route::Parameters,
        search,
        shelf::Stored,
        transaction,
        wire::{self, ListCollectionIdsBody},
    },
    field_path::FieldPath,
    name::{CollectionPath, DocumentPath},
    query::{Cursor, Direction, Query},
    reply::HttpResponse,
    value::{Value, order},
};

/// A page, where the call names no size.
const DEFAULT_PAGE: u32 = 30;

/// `GET …/documents/{collection}?pageSize=…&pageToken=…&orderBy=…&mask.fieldPaths=…&showMissing=…`
pub(super) fn documents<S: Sql>(
    desk: &mut Desk<'_, S>,
    collection: &CollectionPath,
    parameters: &Parameters,
) -> Result<HttpResponse, Fault> {
    let reading = desk.reading_of(parameters)?;
    let page_size = match parameters.get("pageSize").map(str::parse::<i64>) {
        None | Some(Ok(0)) => DEFAULT_PAGE,
        Some(Ok(size)) => {
            u32::try_from(size).map_err(|_| Fault::invalid("Page size must be nonnegative."))?
        }
        Some(Err(_)) => return Err(Fault::invalid("pageSize is not a number")),
    };
    let mask = mask_parameter(parameters, "mask.fieldPaths")?;
    let token = parameters.get("pageToken").filter(|token| !token.is_empty());
    let order = parameters.get("orderBy").filter(|order| !order.is_empty());
    if parameters.get("showMissing").map(flag).transpose()?.unwrap_or(false) {
        if order.is_some() {
            return Err(Fault::invalid("cannot specify an order when show_missing is true"));
        }
        return with_missing(desk, collection, page_size, token, mask.as_deref());
    }

    let mut query = Query::collection(collection).limit(page_size.saturating_add(1));
    query.order = order.map(order_of).transpose()?.unwrap_or_default();
    // The token is a cursor down to the name, so the order has to say the name.
    if !query.order.iter().any(|(path, _)| path.is_document_id()) {
        let direction = query.order.last().map_or(Direction::Ascending, |(_, direction)| *direction);
        query.order.push((FieldPath::document_id(), direction));
    }
    query.start = token.map(cursor_of).transpose()?;
    let mut found = search::run(desk.shelf, &desk.database, &query)?.documents;
    if let Some(open) = &reading.open {
        transaction::note_query(desk.shelf, open, &query, &[], &found)?;
    }

    let has_more = found.len() > usize::try_from(page_size).unwrap_or(usize::MAX);
    if has_more {
        found.pop();
    }
    let next_page_token = found.last().filter(|_| has_more).map(|last| {
        let name = desk.database.name_of(&last.path);
        token_of(&query.order, last, name)
    });
    let documents =
        found.into_iter().map(|stored| DocumentOut::of(&desk.database, masked(stored, mask.as_deref())));
    answer::json(&PageOut { documents: documents.collect(), next_page_token: next_page_token.transpose()? })
}

/// The page by name that also tells of documents that are not there but have sub-collections.
fn with_missing<S: Sql>(
    desk: &mut Desk<'_, S>,
    collection: &CollectionPath,
    page_size: u32,
    token: Option<&str>,
    mask: Option<&[FieldPath]>,
) -> Result<HttpResponse, Fault> {
    let after = match token.map(cursor_of).transpose()?.map(|cursor| cursor.values) {
        None => None,
        Some(values) => match values.as_slice() {
            [Value::Reference(name)] => Some(desk.database.path_of(name)?.id().to_owned()),
            _ => return Err(invalid_token()),
        },
    };
    let below = desk.shelf.paths_below(&desk.database, Some(collection.as_str()))?;
    let mut ids: Vec<&str> =
        below.iter().filter_map(|path| first_id_below(path, collection.as_str())).collect();
    ids.sort_by(|left, right| order::names(left, right));
    ids.dedup();
    let is_next = |id: &&str| after.as_deref().is_none_or(|after| order::names(id, after).is_gt());
    let mut rest = ids.into_iter().filter(is_next).peekable();

    let mut documents = Vec::new();
    let mut last = None;
    for _ in 0..page_size {
        let Some(id) = rest.next() else { break };
        let path = collection.doc(id)?;
        documents.push(match desk.shelf.read(&desk.database, &path)? {
            Some(stored) => DocumentOut::of(&desk.database, masked(stored, mask)),
            None => DocumentOut::missing(desk.database.name_of(&path)),
        });
        last = Some(path);
    }
    let next_page_token = match last {
        Some(path) if rest.peek().is_some() => {
            Some(written_token(&[Value::Reference(desk.database.name_of(&path))])?)
        }
        _ => None,
    };
    answer::json(&PageOut { documents, next_page_token })
}

/// `POST …/documents[/{path}]:listCollectionIds`
pub(super) fn collection_ids<S: Sql>(
    desk: &mut Desk<'_, S>,
    parent: Option<&DocumentPath>,
    body: &[u8],
) -> Result<HttpResponse, Fault> {
    let ListCollectionIdsBody { page_size, page_token, read_time } = wire::body(body)?;
    desk.reading(None, None, read_time)?;
    let page_size = match usize::try_from(page_size) {
        Ok(0) => usize::MAX,
        Ok(size) => size,
        Err(_) => return Err(Fault::invalid("page_size must be greater than or equal to zero.")),
    };
    let place = parent.map(DocumentPath::as_str);
    let below = desk.shelf.paths_below(&desk.database, place)?;
    let ids: BTreeSet<&str> = below
        .iter()
        .filter_map(|path| match place {
            Some(place) => first_id_below(path, place),
            None => path.split('/').next(),
        })
        .collect();
    // The last id is the token: ids are no secrets, and need no escape in JSON.
    let mut rest =
        ids.into_iter().filter(|id| page_token.as_deref().is_none_or(|after| *id > after)).peekable();
    let collection_ids: Vec<String> = rest.by_ref().take(page_size).map(str::to_owned).collect();
    let next_page_token = collection_ids.last().filter(|_| rest.peek().is_some()).cloned();
    answer::json(&CollectionIdsOut { collection_ids, next_page_token })
}

fn first_id_below<'a>(path: &'a str, place: &str) -> Option<&'a str> {
    path.strip_prefix(place)?.strip_prefix('/')?.split('/').next()
}

/// `n desc, m`
fn order_of(text: &str) -> Result<Vec<(FieldPath, Direction)>, Fault> {
    let one = |part: &str| {
        let mut words = part.split_whitespace();
        let path = limits::field_path(words.next()?).ok()?;
        let direction = match words.next().map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc") => Direction::Ascending,
            Some("desc") => Direction::Descending,
            Some(_) => return None,
        };
        words.next().is_none().then_some((path, direction))
    };
    let order: Option<_> = Some(text)
        .filter(|text| !text.starts_with(char::is_whitespace))
        .and_then(|text| text.split(',').map(one).collect());
    order.ok_or_else(|| Fault::invalid(format!("Invalid order by clause \"{text}\".")))
}

/// The values at which the next page begins, behind this document.
fn token_of(order: &[(FieldPath, Direction)], last: &Stored, name: String) -> Result<String, Fault> {
    let ordered = order.iter().take_while(|(path, _)| !path.is_document_id());
    let mut values: Vec<Value> =
        ordered.filter_map(|(path, _)| fields::get(&last.fields, path).cloned()).collect();
    values.push(Value::Reference(name));
    written_token(&values)
}

fn written_token(values: &[Value]) -> Result<String, Fault> {
    Ok(URL_SAFE.encode(serde_json::to_vec(values)?))
}

fn cursor_of(token: &str) -> Result<Cursor, Fault> {
    let bytes = URL_SAFE.decode(token).map_err(|_| invalid_token())?;
    let values = serde_json::from_slice(&bytes).map_err(|_| invalid_token())?;
    Ok(Cursor { values, before: false })
}

fn invalid_token() -> Fault {
    Fault::invalid("invalid page token")
}
