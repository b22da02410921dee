//! Refusals in production's words. The emulator's are the same but for a few; there, the code alone is compared.

use serde_json::{Value as Json, json};

use crate::case::{
    Case, Step, case, commit, delete, get, int, list, map, patch, post, query, set, text, transform,
};

/// A database whose names have a length that texts can count on.
const P: &str = "projects/p/databases/(default)/documents";

fn commit_in_p(write: Json) -> Step {
    post(format!("!/v1/{P}:commit"), json!({ "writes": [write] }))
}

/// A name that is refused where a document is written.
fn name(name: &str, reason: &str) -> Step {
    commit_in_p(json!({ "delete": name })).invalid_saying(format!("Document name \"{name}\" {reason}"))
}

fn property_path(path: &str) -> String {
    format!(
        "Invalid property path \"{path}\". Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), and \
         quoted property paths must match regex (`(?:[^`\\\\]|(?:\\\\.))+`)"
    )
}

fn masked(path: &str) -> Step {
    commit([json!({ "update": { "name": "D/a/1" }, "updateMask": { "fieldPaths": [path] } })])
}

fn from_a(rest: Json) -> Step {
    let mut asked = rest;
    asked["from"] = json!([{ "collectionId": "a" }]);
    query(asked)
}

fn field(name: &str, op: &str, value: Json) -> Json {
    json!({ "fieldFilter": { "field": { "fieldPath": name }, "op": op, "value": value } })
}

fn all(op: &str, filters: impl IntoIterator<Item = Json>) -> Json {
    json!({ "compositeFilter": { "op": op, "filters": filters.into_iter().collect::<Vec<_>>() } })
}

fn one_of(name: &str, count: i64) -> Json {
    field(name, "IN", list((0..count).map(int)))
}

fn r#where(filter: Json) -> Step {
    from_a(json!({ "where": filter }))
}

fn aggregate(aggregations: Json) -> Step {
    post(
        ":runAggregationQuery",
        json!({ "structuredAggregationQuery": {
            "structuredQuery": { "from": [{ "collectionId": "a" }] }, "aggregations": aggregations,
        } }),
    )
}

fn too_many(disjunctions: usize) -> String {
    format!(
        "Too many disjunctions after normalization. Result had {disjunctions} disjunctions which is more than the \
         maximum of 30"
    )
}

pub fn cases() -> Vec<Case> {
    let mut cases = documents();
    cases.extend(names());
    cases.extend(fields());
    cases.extend(filters());
    cases.extend(queries());
    cases.extend(transactions());
    cases
}

fn documents() -> Vec<Case> {
    let update = |condition: Json| json!({ "update": { "name": "D/a/1" }, "currentDocument": condition });
    vec![
        case(
            "what is not there is refused in so many words",
            [
                get("/a/1").refused_saying(404, "NOT_FOUND", "Document \"{D}/a/1\" not found."),
                commit([update(json!({ "exists": true }))])
                    .refused_saying(404, "NOT_FOUND", "No document to update: {D}/a/1"),
                commit([update(json!({ "updateTime": "2026-01-01T00:00:00Z" }))]).refused_saying(
                    400,
                    "FAILED_PRECONDITION",
                    "the stored version (0) does not match the required base version (1767225600000000)",
                ),
            ],
        ),
        case(
            "what is there is refused in so many words",
            [
                post("/a?documentId=1", json!({})),
                post("/a?documentId=1", json!({}))
                    .refused_saying(409, "ALREADY_EXISTS", "Document already exists: {D}/a/1"),
                commit([update(json!({ "exists": false }))])
                    .refused_saying(409, "ALREADY_EXISTS", "Document already exists: {D}/a/1"),
            ],
        ),
        case(
            "a document that is too large is refused in so many words",
            [commit_in_p(json!({ "update": {
                "name": format!("{P}/a/1"),
                "fields": { "a": text(&"x".repeat(530_000)), "b": text(&"x".repeat(530_000)) },
            } }))
            .invalid_saying(format!(
                "Document '{P}/a/1' cannot be written because its size (1,060,058 bytes) exceeds the maximum allowed \
                 size of 1,048,576 bytes."
            ))],
        ),
        case(
            "too many transforms are refused in so many words",
            [commit([transform(
                "a/1",
                (0..501).map(|n| json!({ "fieldPath": format!("f{n}"), "increment": int(1) })),
            )])
            .invalid_saying("cannot write more than 500 transformations per document in a single request")],
        ),
        case(
            "writes that are none are refused in so many words",
            [
                commit([json!({})]).invalid_saying("empty write operation"),
                commit([json!({ "verify": "D/a/1" })]).invalid_saying("a verify must contain a precondition"),
                commit([transform("a/1", [json!({ "fieldPath": "n" })])])
                    .invalid_saying("Operation type must be specified for field transformation."),
                commit([transform("a/1", [json!({ "fieldPath": "n", "increment": text("1") })])])
                    .invalid_saying("Input must be int64 or double."),
                post(":batchWrite", json!({ "writes": [set("a/1", json!({})), set("a/1", json!({}))] })).invalid_saying(
                    "the same document cannot be written more than once in a single request",
                ),
                post(":commit", json!({ "nonsense": 1 }))
                    .invalid_saying("Invalid JSON payload received. Unknown name \"nonsense\": Cannot find field."),
            ],
        ),
    ]
}

fn names() -> Vec<Case> {
    let reserved = "Resource id \"__x__\" is invalid because it is reserved.";
    let long = "x".repeat(1501);
    vec![
        case(
            "names that are no documents' are refused in so many words",
            [
                name("a/1", "lacks \"projects\" at index 0."),
                name("", "lacks \"projects\" at index 0."),
                name("projects/p", "lacks \"/\" at index 10."),
                name("projects/p/databases/(default)/a/1", "lacks \"documents\" at index 31."),
                name(
                    P,
                    "is invalid: Omit \"/documents\" when referencing a database (except as the parent of a document).",
                ),
                name(&format!("{P}/a"), "lacks \"/\" at index 42."),
                name(&format!("{P}/a/1/b"), "lacks \"/\" at index 46."),
                name(&format!("{P}/a/1/"), "has invalid trailing \"/\"."),
                name(&format!("{P}/a//b/c"), "lacks a resource id at index 43."),
                name(&format!("{P}/a/.."), "contains a resource id \"..\" at index 43."),
                name(&format!("{P}/./b"), "contains a collection id \".\" at index 41."),
            ],
        ),
        case(
            "URLs of the other kind are refused in so many words",
            [
                patch(format!("!/v1/{P}/a"), json!({}))
                    .invalid_saying(format!("Document name \"{P}/a\" lacks \"/\" at index 42.")),
                delete(format!("!/v1/{P}/a"))
                    .invalid_saying(format!("Document name \"{P}/a\" lacks \"/\" at index 42.")),
                post(format!("!/v1/{P}/a/1"), json!({}))
                    .invalid_saying(format!("Document parent name \"{P}/a\" lacks \"/\" at index 42.")),
                post(format!("!/v1/{P}/a:runQuery"), json!({ "structuredQuery": {} }))
                    .invalid_saying(format!("Document parent name \"{P}/a\" lacks \"/\" at index 42.")),
                get(format!("!/v1/{P}/a//b/1"))
                    .invalid_saying(format!("Document name \"{P}/a//b/1\" lacks a resource id at index 43.")),
            ],
        ),
        case(
            "reserved ids are refused in so many words",
            [
                commit([set("a/__x__", json!({}))]).invalid_saying(reserved),
                get("/a/__x__").invalid_saying(reserved),
                post("/a?documentId=__x__", json!({})).invalid_saying(reserved),
                post("/a?documentId=b%2Fc", json!({}))
                    .invalid_saying("Resource id \"b/c\" is invalid because it contains \"/\"."),
                commit([set("__a__/1", json!({}))])
                    .invalid_saying("Collection id \"__a__\" is invalid because it is reserved."),
                get("/__a__").invalid_saying("Collection id \"__a__\" is invalid because it is reserved."),
            ],
        ),
        case(
            "ids that are too long are refused in so many words",
            [
                commit([set(&format!("a/{long}"), json!({}))])
                    .invalid_saying("The key path element name is longer than 1500 bytes."),
                commit([set(&format!("{long}/1"), json!({}))])
                    .invalid_saying("The key path element kind is longer than 1500 bytes."),
                commit([set(&["a"; 202].join("/"), json!({}))])
                    .invalid_saying("Key path is too long. Cannot exceed 100 elements."),
            ],
        ),
        case(
            "collections that cannot be are refused in so many words",
            [
                (json!("a/b"), "Collection id \"a/b\" is invalid because it contains \"/\"."),
                (json!("__a__"), "Collection id \"__a__\" is invalid because it is reserved."),
                (json!("."), "Collection id \".\" is invalid because it is reserved."),
                (json!(long), "The query kind is longer than 1500 bytes."),
            ]
            .map(|(id, message)| query(json!({ "from": [{ "collectionId": id }] })).invalid_saying(message)),
        ),
        case(
            "references that are none are refused in so many words",
            [
                ("a/1".to_owned(), "Resource name \"a/1\" lacks \"projects\" at index 0.".to_owned()),
                (format!("{P}/a"), format!("Resource name \"{P}/a\" lacks \"/\" at index 42.")),
                (
                    "projects/p/databases/(default)".to_owned(),
                    "Non-document resource reference value not supported.".to_owned(),
                ),
            ]
            .map(|(to, message)| {
                commit([set("a/1", json!({ "r": { "referenceValue": to } }))]).invalid_saying(message)
            }),
        ),
    ]
}

fn fields() -> Vec<Case> {
    let long = "x".repeat(1501);
    let refused = |fields: Json, message: &str| commit([set("a/1", fields)]).invalid_saying(message);
    vec![
        case(
            "values that cannot be stored are refused in so many words",
            [
                refused(json!({ "a": list([list([])]) }), "Cannot convert an array value in an array value."),
                refused(json!({ "a": {} }), "Cannot convert firestore.v1.Value with type unset."),
                refused(
                    json!({ "a": text(&"x".repeat(1_048_488)) }),
                    "The value of property \"a\" is longer than 1048487 bytes.",
                ),
                refused(
                    json!({ "a": (0..21).fold(int(1), |inner, _| map(json!({ "m": inner }))) }),
                    "Property a contains an invalid nested entity.",
                ),
                refused(
                    json!({ "a": { "geoPointValue": { "latitude": 91.0, "longitude": 0.0 } } }),
                    "Geo point latitude '91.0' outside permitted range -90.0 to 90.0.",
                ),
            ],
        ),
        case(
            "names of fields that cannot be are refused in so many words",
            [
                refused(json!({ "__a__": int(1) }), "field name __a__ is reserved"),
                refused(json!({ "m": map(json!({ "__a__": int(1) })) }), "field name '__a__' is reserved."),
                refused(json!({ "": int(1) }), "The property.name is the empty string."),
                refused(
                    json!({ "m": map(json!({ "": int(1) })) }),
                    "Property m contains an invalid nested entity.",
                ),
                refused(json!({ &long: int(1) }), "The property.name is longer than 1500 bytes."),
            ],
        ),
        case(
            "paths of fields that are none are refused in so many words",
            [
                masked("a-b").invalid_saying(property_path("a-b")),
                masked("a..b").invalid_saying(property_path("a..b")),
                masked("").invalid_saying("Invalid empty property path string."),
                masked("__x__").invalid_saying("Invalid reserved name in field path __x__"),
                masked("__x__.a").invalid_saying("Invalid reserved name in field path __x__.a"),
                masked("a.__name__").invalid_saying("the name __key__ is reserved"),
                masked(&long).invalid_saying("property path is longer than 1500 bytes."),
                masked(&["a"; 21].join(".")).invalid_saying("paths must have at most 20 elements"),
                r#where(field("a..b", "EQUAL", int(1))).invalid_saying(property_path("a..b")),
                r#where(field("__x__", "EQUAL", int(1)))
                    .invalid_saying("Invalid reserved name in field path __x__"),
                from_a(json!({ "orderBy": [{ "field": { "fieldPath": "a-b" } }] }))
                    .invalid_saying(property_path("a-b")),
                get("/a/1?mask.fieldPaths=a-b").invalid_saying(property_path("a-b")),
            ],
        ),
    ]
}

fn filters() -> Vec<Case> {
    let negated =
        "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.";
    let excluded = "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.";
    let membership = "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.";
    let contains = |name: &str| field(name, "ARRAY_CONTAINS", int(1));
    vec![
        case(
            "lists of values that cannot be are refused in so many words",
            [
                r#where(field("a", "IN", list([]))).invalid_saying("'IN' requires an non-empty ArrayValue."),
                r#where(field("a", "IN", int(1))).invalid_saying("'IN' requires an ArrayValue."),
                r#where(one_of("a", 31)).invalid_saying("'IN' supports up to 30 comparison values."),
                r#where(field("a", "NOT_IN", list((0..11).map(int))))
                    .invalid_saying("'NOT_IN' supports up to 10 comparison values."),
                r#where(field("a", "ARRAY_CONTAINS_ANY", list((0..31).map(int))))
                    .invalid_saying("'ARRAY_CONTAINS_ANY' supports up to 30 comparison values."),
            ],
        ),
        case(
            "more than thirty alternatives are refused",
            [
                r#where(all("OR", (0..31).map(|n| field("a", "EQUAL", int(n))))).invalid_saying(too_many(31)),
                r#where(all("AND", [one_of("a", 6), one_of("b", 6)])).invalid_saying(too_many(36)),
                r#where(all("OR", [one_of("a", 16), one_of("b", 15)])).invalid_saying(too_many(31)),
            ],
        ),
        case(
            "thirty alternatives are accepted, and equal ones are one",
            [
                r#where(all("OR", (0..30).map(|n| field("a", "EQUAL", int(n))))).finds([]),
                r#where(all("AND", [one_of("a", 5), one_of("b", 6)])).finds([]),
                r#where(all("OR", (0..31).map(|_| field("a", "EQUAL", int(1))))).finds([]),
                r#where(all("AND", [field("a", "IN", list((0..16).map(|_| int(1)))), one_of("b", 2)])).finds([]),
            ],
        ),
        case(
            "two looks into lists are refused, but not in two alternatives",
            [
                r#where(all("AND", [contains("a"), contains("b")])).invalid_saying(membership),
                r#where(all("AND", [contains("a"), field("b", "ARRAY_CONTAINS_ANY", list([int(1)]))]))
                    .invalid_saying(membership),
                r#where(all("AND", [contains("a"), all("OR", [contains("b"), field("c", "EQUAL", int(1))])]))
                    .invalid_saying(membership),
                r#where(all("OR", [contains("a"), contains("b")])).finds([]),
            ],
        ),
        case(
            "negations that cannot stand together are refused in so many words",
            [
                r#where(all("AND", [field("a", "NOT_EQUAL", int(1)), field("b", "NOT_EQUAL", int(1))]))
                    .invalid_saying(negated),
                r#where(all("AND", [field("a", "NOT_IN", list([int(1)])), one_of("b", 2)])).invalid_saying(excluded),
                r#where(all("OR", [field("a", "NOT_IN", list([int(1)])), field("b", "EQUAL", int(1))]))
                    .invalid_saying(excluded),
                r#where(all("OR", [field("a", "NOT_EQUAL", int(1)), field("b", "EQUAL", int(1))])).finds([]),
            ],
        ),
        case(
            "ranges of more than ten fields are refused",
            [
                r#where(all("AND", (0..11).map(|n| field(&format!("f{n}"), "GREATER_THAN", int(1))))).invalid_saying(
                    "The query contains 11 distinct inequality fields: [f0, f1, f10, f2, f3, f4, f5, f6, f7, f8, f9]. \
                     A query may not have more than 10 distinct inequality fields.",
                ),
                r#where(all("AND", (0..10).map(|n| field(&format!("f{n}"), "GREATER_THAN", int(1))))).finds([]),
            ],
        ),
        case(
            "names that are compared with anything else are refused in so many words",
            [
                r#where(field("__name__", "EQUAL", text("1"))).invalid_saying("__key__ filter value must be a Key"),
                r#where(field("__name__", "IN", list([text("1")])))
                    .invalid_saying("__key__ filter value must be a Key"),
                r#where(json!({ "unaryFilter": { "field": { "fieldPath": "__name__" }, "op": "IS_NULL" } }))
                    .invalid_saying("__key__ filter value must be a Key"),
                from_a(json!({
                    "orderBy": [{ "field": { "fieldPath": "__name__" } }], "startAt": { "values": [int(1)] },
                }))
                .invalid_saying("Cursor __key__ value is not a document reference."),
            ],
        ),
    ]
}

fn queries() -> Vec<Case> {
    let count = || json!({ "count": {} });
    vec![
        case(
            "queries that cannot be are refused in so many words",
            [
                from_a(json!({ "limit": -1 })).invalid_saying("limit is negative"),
                from_a(json!({ "offset": -1 })).invalid_saying("offset is negative"),
                from_a(json!({
                    "orderBy": [{ "field": { "fieldPath": "n" } }], "startAt": { "values": [int(1), int(2)] },
                }))
                .invalid_saying("Cursor has too many values."),
                query(json!({ "from": [{ "collectionId": "a" }, { "collectionId": "b" }] }))
                    .invalid_saying("StructuredQuery.from cannot have more than one collection selector."),
                post(":runQuery", json!({})).invalid_saying("only structured queries are supported"),
            ],
        ),
        case(
            "an order need not begin with the field that is compared by range",
            [from_a(json!({
                "where": field("a", "GREATER_THAN", int(1)), "orderBy": [{ "field": { "fieldPath": "b" } }],
            }))
            .finds([])],
        ),
        case(
            "pages that cannot be are refused in so many words",
            [
                get("/a?pageToken=nonsense").invalid_saying("invalid page token"),
                get("/a?pageSize=-1").invalid_saying("Page size must be nonnegative."),
                get("/a?orderBy=n%20sideways").invalid_saying("Invalid order by clause \"n sideways\"."),
                post(":listCollectionIds", json!({ "pageSize": -1 }))
                    .invalid_saying("page_size must be greater than or equal to zero."),
            ],
        ),
        case(
            "figures that cannot be are refused in so many words",
            [
                aggregate(json!([])).invalid_saying("Aggregations can not be empty."),
                aggregate(json!([{ "alias": "a" }]))
                    .invalid_saying("Operator field in Aggregation is not set."),
                aggregate(json!([{ "alias": "a", "count": {} }, { "alias": "a", "count": {} }]))
                    .invalid_saying("Aggregation aliases contain duplicate alias: a."),
                aggregate(json!([{ "alias": "__x__", "count": {} }]))
                    .invalid_saying("The property.name \"__x__\" is reserved."),
                aggregate(json!([{ "alias": "a", "sum": { "field": { "fieldPath": "__name__" } } }]))
                    .invalid_saying("Aggregations are not supported for the property: __key__"),
                aggregate(json!([{ "alias": "a", "sum": {} }]))
                    .invalid_saying("Invalid empty property path string."),
                aggregate(json!([{ "alias": "a", "count": { "upTo": "-1" } }])).invalid_saying(
                    "The `up_to` value in a COUNT aggregation must be greater than or equal to zero.",
                ),
            ],
        ),
        case(
            "more than five aggregations are refused",
            [aggregate(json!([count(), count(), count(), count(), count(), count()])).invalid_saying(
                "The maximum number of aggregations allowed in an aggregation query is 5. Received: 6",
            )],
        ),
    ]
}

fn transactions() -> Vec<Case> {
    vec![case(
        "transactions that cannot go on are refused in so many words",
        [
            post(":commit", json!({ "transaction": "bm9uc2Vuc2U=", "writes": [] }))
                .invalid_saying("The referenced transaction has expired or is no longer valid."),
            post(":beginTransaction", json!({ "options": { "readOnly": {} } })).keep("t", "/transaction"),
            post(":commit", json!({ "transaction": "{t}", "writes": [set("a/1", json!({}))] }))
                .invalid_saying("Cannot modify entities in a read-only transaction."),
        ],
    )]
}
