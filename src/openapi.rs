//! The OpenAPI document, made of what the handlers say of themselves and of what their arguments imply.
//!
//! Native only. `tests/openapi.rs` keeps `docs/openapi.json` equal to it.

pub mod examples;
pub mod refusals;
pub mod strict;

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, License, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, Schema, SecurityRequirement,
};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema as _};

use axum::http::Method;
use mentora_core::limits::IdempotencyKey;
use mentora_core::schema::plain;
use mentora_wire::error::{ErrorBody, ErrorCode, ErrorDetail, FieldError};

use crate::idempotency;
use crate::openapi::examples::Examples;
use crate::router;
use crate::stamp::VERSION;

/// One route, and what its handler says of itself.
pub struct Documented {
    /// The method it stands at, in lower case.
    pub method: &'static str,
    /// The path it stands at.
    pub path: &'static str,
    /// What the handler's own description names.
    pub described: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Documented {
    /// A line of the table.
    #[must_use]
    pub fn new(
        method: &'static str,
        path: &'static str,
        schemas: Vec<(String, RefOr<Schema>)>,
        described: Paths,
    ) -> Self {
        Self { method, path, described, schemas }
    }
}

/// The refusals, by the name under which they stand in the document.
const REFUSALS: [(&str, u16, &str); 14] = [
    ("Invalid", 400, "The request is malformed; `details.fields` says where. `VALIDATION_ERROR`"),
    ("SignedOut", 401, "No token, or one that is not good here (any more). `UNAUTHORIZED`, `TOKEN_EXPIRED`"),
    ("Unpaid", 402, "The wallet cannot pay this. `INSUFFICIENT_CREDITS`"),
    ("Forbidden", 403, "The caller sees it, but may not do this. `FORBIDDEN`"),
    ("Hidden", 404, "It is not there, or not for these eyes. `NOT_FOUND`"),
    ("OtherMethod", 405, "The path knows other methods; `Allow` lists them. `METHOD_NOT_ALLOWED`"),
    (
        "Conflicting",
        409,
        "The state of things does not allow it. `CONFLICT`, `ALREADY_EXISTS`, `CONVERSATION_CLOSED`, `TURN_IN_PROGRESS`, `IDEMPOTENCY_CONFLICT`",
    ),
    ("Changed", 412, "It is not any more what `If-Match` names. `PRECONDITION_FAILED`"),
    ("TooLarge", 413, "The body is longer than is taken here, mostly 1 MiB. `PAYLOAD_TOO_LARGE`"),
    ("NotJson", 415, "The body is not `application/json`. `UNSUPPORTED_MEDIA_TYPE`"),
    ("NotCsv", 415, "The body is not `text/csv`. `UNSUPPORTED_MEDIA_TYPE`"),
    ("TooMany", 429, "Too many requests; `Retry-After` says in how many seconds to go on. `RATE_LIMITED`"),
    ("Failed", 500, "Our fault. `INTERNAL_ERROR`"),
    (
        "Unavailable",
        503,
        "Something we need does not answer, or is not set up. `UPSTREAM_UNAVAILABLE`, `UPSTREAM_QUOTA`",
    ),
];

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                REFUSALS
                    .iter()
                    .filter(|(name, ..)| *name == stringify!($name))
                    .map(|(name, status, _)| (status.to_string(), refusal(name)))
                    .collect()
            }
        }
    )*};
}

refusals! {
    /// `400`, of a handler that reads the body by itself.
    Invalid
    /// `402`, of a handler whose answer costs something, or that takes credits.
    Unpaid
    /// `403`, of a handler that asks the policy for more than reading.
    Forbidden
    /// `404`, of a handler that is told an id by other means than the path.
    Hidden
    /// `409`
    Conflicting
    /// `412`, of a handler that takes `If-Match`.
    Changed
    /// `413`, of a handler that reads the body by itself.
    TooLarge
    /// `415`, of a handler that takes a file of a spreadsheet.
    NotCsv
}

fn refusal(name: &str) -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name(name))
}

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    let mut paths = Paths::new();
    let mut schemas = BTreeMap::from([
        (ErrorBody::name().into_owned(), ErrorBody::schema()),
        (ErrorDetail::name().into_owned(), ErrorDetail::schema()),
        (ErrorCode::name().into_owned(), ErrorCode::schema()),
        (FieldError::name().into_owned(), FieldError::schema()),
    ]);
    for route in router::documented() {
        schemas.extend(route.schemas);
        for (path, mut item) in route.described.paths {
            operations(&mut item).for_each(|(method, operation)| {
                take_headers(method, &path, operation);
                imply(operation);
            });
            paths.paths.entry(path).or_default().merge_operations(item);
        }
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let bearer = bearer.description(Some("A Firebase ID token.")).build();
    let ticket =
        ApiKeyValue::with_description("ticket", "From `POST …/stream/tickets`; good once, for 60 seconds.");
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas.into_iter().map(|(name, schema)| (name, plain(schema))))
        .responses_from_iter(REFUSALS.map(|(name, status, description)| (name, error(status, description))))
        .security_scheme("idToken", SecurityScheme::Http(bearer))
        .security_scheme("ticket", SecurityScheme::ApiKey(ApiKey::Query(ticket)));
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Mentora")
                .description(Some(include_str!("../docs/openapi.md")))
                .version(VERSION)
                .license(Some(License::new("Apache-2.0"))),
        )
        .paths(paths)
        .components(Some(components.build()))
        .security(Some([SecurityRequirement::new::<_, [String; 0], String>("idToken", [])]))
        .build();
    strict::close_requests(&mut document);
    with_examples(document)
}

/// Shows every body that is sent, and every one that is answered when all goes well.
fn with_examples(mut document: OpenApi) -> OpenApi {
    let schemas = document.components.as_ref().map(|components| serde_json::to_value(&components.schemas));
    let Some(Ok(Value::Object(schemas))) = schemas else { return document };
    let examples = Examples::new(schemas);
    let show = |content: &mut Content| {
        if content.example.is_none() && content.examples.is_empty() {
            let schema = serde_json::to_value(&content.schema).unwrap_or_default();
            content.example = Some(examples.of(&schema));
        }
    };
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            let sent = operation.request_body.iter_mut().flat_map(|body| body.content.values_mut());
            let answers = operation.responses.responses.values_mut();
            let answered = answers.filter_map(|answer| match answer {
                RefOr::T(answer) => Some(answer.content.values_mut()),
                RefOr::Ref(_) => None,
            });
            sent.chain(answered.flatten()).for_each(show);
        }
    }
    document
}

/// Adds the refusals that the arguments of a handler imply: whoever takes a body refuses a bad one, whoever takes
/// a caller refuses strangers, and whoever runs may fail.
fn imply(operation: &mut Operation) {
    // A body that may be absent is not `null` when it is there.
    for content in operation.request_body.iter_mut().flat_map(|body| body.content.values_mut()) {
        content.schema = content.schema.take().map(|schema| match schema {
            RefOr::T(Schema::OneOf(choice)) if choice.items.len() == 2 => {
                let there = choice.items.iter().find(|one| matches!(one, RefOr::Ref(_))).cloned();
                there.unwrap_or(RefOr::T(Schema::OneOf(choice)))
            }
            other => other,
        });
    }
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let stands_in = |place: ParameterIn| parameters.iter().any(|p| p.parameter_in == place);
    let (in_path, in_query) = (stands_in(ParameterIn::Path), stands_in(ParameterIn::Query));
    let in_header = stands_in(ParameterIn::Header);
    let body = operation.request_body.is_some();
    let open = operation.security.as_ref().is_some_and(|security| {
        security.iter().all(|requirement| *requirement == SecurityRequirement::default())
    });
    let implied = [
        ("Invalid", body || in_query || in_header),
        ("SignedOut", !open),
        ("Hidden", in_path),
        ("TooLarge", body),
        ("NotJson", body),
        ("TooMany", true),
        ("Failed", true),
        ("Unavailable", true),
    ];
    for (name, status, _) in REFUSALS {
        if implied.contains(&(name, true)) {
            operation.responses.responses.entry(status.to_string()).or_insert_with(|| refusal(name));
        }
    }
}

/// Adds the headers that make a request one, or bind it to a version.
fn take_headers(method: &str, path: &str, operation: &mut Operation) {
    let header = |name: &str, description: &str, schema: RefOr<Schema>| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
        parameter.description(Some(description)).schema(Some(schema)).build()
    };
    let mut taken = Vec::new();
    if method == "post" && idempotency::is_honoured(&Method::POST, path) {
        let about = "1 to 200 visible characters, others for each request. Sent again with the same key, a request that \
             succeeded is not carried out again and gets the same answer, for 24 hours.";
        taken.push(header("Idempotency-Key", about, IdempotencyKey::schema()));
        operation.responses.responses.entry("409".into()).or_insert_with(|| refusal("Conflicting"));
    }
    if operation.responses.responses.contains_key("412") {
        let about = "The `etag` that was read, in double quotes: nothing happens if it is no longer the latest. `*`, as \
             without the header: whatever is there.";
        taken.push(header("If-Match", about, String::schema()));
    }
    operation.parameters.get_or_insert_default().extend(taken);
}

/// The operations of a path, by method in lower case.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("options", &mut item.options),
        ("head", &mut item.head),
        ("patch", &mut item.patch),
        ("trace", &mut item.trace),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn error(status: u16, description: &str) -> Response {
    let mut body = Content::new(Some(Ref::from_schema_name(ErrorBody::name())));
    body.examples = refusals::examples(status);
    ResponseBuilder::new().description(description).content("application/json", body).build()
}
