//! Queries that production has no index for, and will make none.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, double, int, list, nan, nothing, post, query, set};

fn by(names: impl IntoIterator<Item = &'static str>) -> Json {
    names.into_iter().map(|name| json!({ "field": { "fieldPath": name } })).collect()
}

fn field(name: &str, op: &str, value: Json) -> Json {
    json!({ "fieldFilter": { "field": { "fieldPath": name }, "op": op, "value": value } })
}

fn all(op: &str, filters: impl IntoIterator<Item = Json>) -> Json {
    json!({ "compositeFilter": { "op": op, "filters": filters.into_iter().collect::<Vec<_>>() } })
}

fn name(path: &str) -> Json {
    json!({ "referenceValue": format!("D/{path}") })
}

fn a(mut rest: Json) -> Step {
    rest["from"] = json!([{ "collectionId": "a" }]);
    query(rest)
}

fn filtered(filter: Json) -> Step {
    a(json!({ "where": filter }))
}

/// Below `a/1`, collections `b` at every depth.
fn group_below(mut rest: Json) -> Step {
    rest["from"] = json!([{ "collectionId": "b", "allDescendants": true }]);
    post("/a/1:runQuery", json!({ "structuredQuery": rest }))
}

fn numbers(count: i64) -> Json {
    list((0..count).map(int))
}

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "a query without a collection goes by name alone",
            [
                query(json!({ "orderBy": by(["__name__"]) })),
                query(json!({ "where": field("__name__", "LESS_THAN", name("a/1")) })),
                query(json!({ "orderBy": by(["n"]) })).invalid(),
                query(json!({ "orderBy": [{ "field": { "fieldPath": "__name__" }, "direction": "DESCENDING" }] }))
                    .invalid(),
                query(json!({ "where": field("n", "EQUAL", int(1)) })).invalid(),
                query(json!({ "from": [{ "allDescendants": true }], "orderBy": by(["n"]) })).invalid(),
            ],
        ),
        case(
            "a collection group below a document goes by name alone",
            [
                commit([set("a/1/b/2", json!({})), set("b/3", json!({}))]),
                group_below(json!({})).finds(["a/1/b/2"]),
                group_below(json!({ "orderBy": by(["__name__"]) })).finds(["a/1/b/2"]),
                group_below(json!({ "orderBy": by(["n"]) })).invalid(),
                group_below(json!({ "where": field("n", "EQUAL", int(1)) })).invalid(),
            ],
        ),
        case(
            "an order says each field once, and the name last",
            [
                a(json!({ "orderBy": by(["n", "n"]) })).invalid(),
                a(json!({ "orderBy": by(["__name__", "n"]) })).invalid(),
                a(json!({ "orderBy": by(["__name__", "__name__"]) })).invalid(),
                a(json!({ "orderBy": by(["m.n", "m", "__name__"]) })),
            ],
        ),
        case(
            "a range of a field does not fit an order that ends with the name",
            [
                a(json!({ "where": field("n", "GREATER_THAN", int(1)), "orderBy": by(["__name__"]) })).invalid(),
                a(json!({ "where": field("n", "GREATER_THAN", int(1)), "orderBy": by(["m", "__name__"]) }))
                    .invalid(),
                a(json!({ "where": field("n", "GREATER_THAN", int(1)), "orderBy": by(["n", "__name__"]) })),
                a(json!({ "where": field("n", "EQUAL", int(1)), "orderBy": by(["__name__"]) })),
            ],
        ),
        case(
            "a name does not go with a range of a field",
            [
                filtered(all("AND", [
                    field("n", "GREATER_THAN", int(1)),
                    field("__name__", "EQUAL", name("a/1")),
                ]))
                .invalid(),
                filtered(all("OR", [
                    field("n", "GREATER_THAN", int(1)),
                    field("__name__", "IN", list([name("a/1")])),
                ]))
                .invalid(),
                filtered(all("AND", [
                    field("n", "GREATER_THAN", int(1)),
                    field("__name__", "EQUAL", name("a/1")),
                    field("__name__", "LESS_THAN", name("a/9")),
                ])),
                filtered(all("AND", [field("n", "EQUAL", int(1)), field("__name__", "EQUAL", name("a/1"))])),
            ],
        ),
        case(
            "a range from null or NaN holds nothing and orders nothing",
            [
                commit([set("a/1", json!({})), set("a/2", json!({ "m": int(1) }))]),
                filtered(all("OR", [field("n", "GREATER_THAN", nan()), field("m", "EQUAL", int(1))])).finds(["a/2"]),
                filtered(all("OR", [field("n", "NOT_EQUAL", nothing()), field("m", "EQUAL", int(1))]))
                    .finds(["a/2"]),
                filtered(all("OR", [field("n", "NOT_EQUAL", nan()), field("m", "EQUAL", int(1))])).finds([]),
                a(json!({ "where": field("n", "LESS_THAN", nan()), "orderBy": by(["__name__"]) })).finds([]),
                a(json!({ "where": field("n", "NOT_IN", list([nothing()])), "orderBy": by(["__name__"]) }))
                    .finds([]),
                a(json!({
                    "where": field("n", "NOT_IN", list([int(1), nothing()])), "orderBy": by(["__name__"]),
                }))
                .invalid(),
            ],
        ),
        case(
            "not in does not go with a choice",
            [
                filtered(all("OR", [field("n", "NOT_IN", numbers(1))])).invalid(),
                filtered(all("AND", [field("n", "NOT_IN", numbers(1)), field("m", "IN", numbers(1))])).invalid(),
                filtered(all("AND", [
                    field("n", "NOT_IN", numbers(1)),
                    field("m", "ARRAY_CONTAINS_ANY", numbers(1)),
                ]))
                .invalid(),
                filtered(all("AND", [field("n", "NOT_IN", numbers(1)), field("m", "EQUAL", int(1))])),
            ],
        ),
        case(
            "one array is asked for in each conjunction",
            [
                filtered(all("AND", [
                    field("l", "ARRAY_CONTAINS", int(1)),
                    field("l", "ARRAY_CONTAINS", int(2)),
                ]))
                .invalid(),
                filtered(all("AND", [
                    field("l", "ARRAY_CONTAINS", int(1)),
                    field("n", "ARRAY_CONTAINS_ANY", numbers(1)),
                ]))
                .invalid(),
                filtered(all("AND", [
                    all("OR", [field("l", "ARRAY_CONTAINS", int(1)), field("n", "EQUAL", int(1))]),
                    field("l", "ARRAY_CONTAINS", int(2)),
                ]))
                .invalid(),
                filtered(all("AND", [
                    field("l", "ARRAY_CONTAINS", int(1)),
                    field("l", "ARRAY_CONTAINS_ANY", list([int(1)])),
                ]))
                .invalid(),
                filtered(all("AND", [
                    field("l", "ARRAY_CONTAINS", int(1)),
                    all("AND", [field("l", "ARRAY_CONTAINS", int(1))]),
                ]))
                .invalid(),
                filtered(all("AND", [
                    field("l", "ARRAY_CONTAINS", int(1)),
                    field("l", "ARRAY_CONTAINS", int(1)),
                ])),
                filtered(all("OR", [
                    field("l", "ARRAY_CONTAINS", int(1)),
                    field("l", "ARRAY_CONTAINS", int(2)),
                ])),
            ],
        ),
        case(
            "a filter comes apart into thirty conjunctions at most",
            [
                filtered(all("AND", [field("n", "IN", numbers(6)), field("m", "IN", numbers(5))])),
                filtered(all("AND", [field("n", "IN", numbers(6)), field("m", "IN", numbers(6))])).invalid(),
                filtered(all("OR", [field("n", "IN", numbers(20)), field("m", "IN", numbers(20))])).invalid(),
                filtered(all("OR", [field("n", "IN", numbers(20)), field("n", "IN", numbers(20))])),
                filtered(all("AND", [field("n", "IN", numbers(8)), field("n", "IN", numbers(8))])),
            ],
        ),
        case(
            "fields with reserved names cannot be asked for",
            [
                filtered(field("__x__", "EQUAL", double(1.0))).invalid(),
                filtered(field("m.__x__", "EQUAL", double(1.0))).invalid(),
                a(json!({ "orderBy": by(["__x__"]) })).invalid(),
                a(json!({ "select": { "fields": [{ "fieldPath": "m.__x__" }] } })).invalid(),
            ],
        ),
    ]
}
