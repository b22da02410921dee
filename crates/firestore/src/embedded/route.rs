//! Which call a URL means: `/v1/projects/{p}/databases/{d}/documents[/{path}][:{verb}][?…]`.

use http::Method;
use percent_encoding::percent_decode_str;

use super::{
    fault::Fault,
    names::{self, Role},
};
use crate::{
    name::{CollectionPath, Database, DocumentPath},
    request::HttpRequest,
};

/// A request, located.
pub(super) struct Call<'a> {
    pub(super) database: Database,
    pub(super) verb: Verb,
    /// The parameters of the query string, decoded, without those that begin with `$`.
    pub(super) parameters: Parameters,
    pub(super) body: &'a [u8],
}

/// What is to be done.
pub(super) enum Verb {
    Get(DocumentPath),
    Patch(DocumentPath),
    Delete(DocumentPath),
    List(CollectionPath),
    Create(CollectionPath),
    Commit,
    BatchWrite,
    BatchGet,
    BeginTransaction,
    Rollback,
    RunQuery(Option<DocumentPath>),
    RunAggregation(Option<DocumentPath>),
    ListCollectionIds(Option<DocumentPath>),
}

/// Parameters of a query string, in order.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_decoded(name), form_decoded(value))
        });
        Self(decoded.filter(|(name, _)| !name.starts_with('$')).collect())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The last of that name, as protobuf's JSON has it.
    pub(super) fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).last()
    }
}

/// What stands in a path: the root, a collection or a document.
enum Place {
    Root,
    Collection(CollectionPath),
    Document(DocumentPath),
}

impl<'a> Call<'a> {
    pub(super) fn of(request: &'a HttpRequest) -> Result<Self, Fault> {
        let (database, place, verb) = located(request.uri().path(), request.method() == Method::POST)?;
        Ok(Self {
            verb: meant(&database, request.method(), place, verb.as_deref())?,
            database,
            parameters: Parameters::of(request.uri().query().unwrap_or_default()),
            body: request.body(),
        })
    }
}

fn located(path: &str, may_have_verb: bool) -> Result<(Database, Place, Option<String>), Fault> {
    let rest = path.strip_prefix("/v1/projects/").ok_or_else(Fault::no_route)?;
    // A custom verb follows the last colon. Ids may hold colons too, so only a POST is looked at.
    let (rest, verb) = match rest.rsplit_once(':') {
        Some((rest, verb)) if may_have_verb && !verb.contains('/') => (rest, Some(verb.to_owned())),
        _ => (rest, None),
    };
    let mut segments = rest.split('/').map(decoded);
    let mut next = || segments.next().ok_or_else(Fault::no_route)?;
    let project = next()?;
    let databases = next()?;
    let database = next()?;
    let documents = next()?;
    if databases != "databases" || documents != "documents" {
        return Err(Fault::no_route());
    }
    let ids = segments.collect::<Result<Vec<_>, _>>()?;
    // A slash that was escaped is part of an id, and no id may hold one.
    if ids.iter().any(|id| id.contains('/')) {
        return Err(Fault::invalid("A resource id cannot hold a slash."));
    }
    let database = Database::named(project, database)?;
    let path = ids.join("/");
    if !ids.is_empty() {
        names::check_ids(Role::Document, &format!("{}/{path}", database.root()))?;
    }
    let place = match ids.len() {
        0 => Place::Root,
        depth if depth.is_multiple_of(2) => Place::Document(DocumentPath::parse(&path)?),
        _ => Place::Collection(CollectionPath::parse(&path)?),
    };
    Ok((database, place, verb))
}

fn meant(database: &Database, method: &Method, place: Place, verb: Option<&str>) -> Result<Verb, Fault> {
    Ok(match (method.as_str(), verb, place) {
        ("GET", None, Place::Document(path)) => Verb::Get(path),
        ("PATCH", None, Place::Document(path)) => Verb::Patch(path),
        ("DELETE", None, Place::Document(path)) => Verb::Delete(path),
        ("PATCH" | "DELETE", None, Place::Collection(path)) => {
            return Err(Role::Document.lacks_id(&format!("{}/{path}", database.root())));
        }
        ("GET", None, Place::Collection(path)) => Verb::List(path),
        ("POST", None, Place::Collection(path)) => Verb::Create(path),
        ("POST", None, Place::Document(path)) => {
            // Its last id is taken for a collection, whose parent then is one too.
            return Err(Role::Parent.lacks_id(&format!("{}/{}", database.root(), path.parent())));
        }
        ("POST", Some("commit"), Place::Root) => Verb::Commit,
        ("POST", Some("batchWrite"), Place::Root) => Verb::BatchWrite,
        ("POST", Some("batchGet"), Place::Root) => Verb::BatchGet,
        ("POST", Some("beginTransaction"), Place::Root) => Verb::BeginTransaction,
        ("POST", Some("rollback"), Place::Root) => Verb::Rollback,
        ("POST", Some("runQuery"), place) => Verb::RunQuery(parent(database, place)?),
        ("POST", Some("runAggregationQuery"), place) => Verb::RunAggregation(parent(database, place)?),
        ("POST", Some("listCollectionIds"), place) => Verb::ListCollectionIds(parent(database, place)?),
        _ => return Err(Fault::no_route()),
    })
}

fn parent(database: &Database, place: Place) -> Result<Option<DocumentPath>, Fault> {
    match place {
        Place::Root => Ok(None),
        Place::Document(path) => Ok(Some(path)),
        Place::Collection(path) => Err(Role::Parent.lacks_id(&format!("{}/{path}", database.root()))),
    }
}

fn decoded(text: &str) -> Result<String, Fault> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| Fault::invalid("The URL is not UTF-8."))
}

fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
