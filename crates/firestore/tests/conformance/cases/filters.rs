//! Which documents a query finds.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, double, int, list, map, nan, nothing, post, query, set, text};

/// One document for each type in collection `a`, some below others, one without the field.
fn stock() -> Step {
    commit([
        set("a/bool", json!({ "v": { "booleanValue": true } })),
        set("a/double", json!({ "v": double(2.5) })),
        set("a/five", json!({ "v": int(5), "m": map(json!({ "k": text("x") })) })),
        set("a/list", json!({ "v": list([int(1), text("x"), double(5.0), nothing()]) })),
        set("a/map", json!({ "v": map(json!({ "k": int(1) })) })),
        set("a/nan", json!({ "v": nan() })),
        set("a/none", json!({ "w": int(1) })),
        set("a/null", json!({ "v": nothing() })),
        set("a/one", json!({ "v": int(1), "m": map(json!({ "k": text("y") })) })),
        set("a/text", json!({ "v": text("x") })),
        set("a/time", json!({ "v": { "timestampValue": "2026-01-01T00:00:00Z" } })),
        set("a/one/a/deep", json!({ "v": int(1) })),
        set("b/other", json!({ "v": int(1) })),
    ])
}

fn field(name: &str, op: &str, value: Json) -> Json {
    json!({ "fieldFilter": { "field": { "fieldPath": name }, "op": op, "value": value } })
}

fn unary(name: &str, op: &str) -> Json {
    json!({ "unaryFilter": { "field": { "fieldPath": name }, "op": op } })
}

fn all(op: &str, filters: impl IntoIterator<Item = Json>) -> Json {
    json!({ "compositeFilter": { "op": op, "filters": filters.into_iter().collect::<Vec<_>>() } })
}

fn a(filter: Json) -> Step {
    query(json!({ "from": [{ "collectionId": "a" }], "where": filter }))
}

fn finds(name: &'static str, filter: Json, paths: impl IntoIterator<Item = &'static str>) -> Case {
    case(name, [stock(), a(filter).finds(paths)])
}

fn refuses(name: &'static str, filters: impl IntoIterator<Item = Json>) -> Case {
    case(name, filters.into_iter().map(|filter| a(filter).invalid()))
}

pub fn cases() -> Vec<Case> {
    vec![
        finds("equal finds an integer", field("v", "EQUAL", int(1)), ["a/one"]),
        finds("equal takes a double for its integer", field("v", "EQUAL", double(5.0)), ["a/five"]),
        finds("equal finds a text", field("v", "EQUAL", text("x")), ["a/text"]),
        finds("equal finds a list as a whole", field("v", "EQUAL", list([int(1), text("x"), int(5), nothing()])), ["a/list"]),
        finds("equal finds a map as a whole", field("v", "EQUAL", map(json!({ "k": int(1) }))), ["a/map"]),
        finds("equal reaches into maps", field("m.k", "EQUAL", text("x")), ["a/five"]),
        finds("equal finds nothing by null", field("v", "EQUAL", nothing()), []),
        finds("equal finds nothing by NaN", field("v", "EQUAL", nan()), []),
        finds("equal finds nothing where the field is nowhere", field("nowhere", "EQUAL", int(1)), []),
        finds("operators are taken as numbers too", field("v", "EQUAL", int(1)).with_op(5), ["a/one"]),
        finds("less than stays among numbers", field("v", "LESS_THAN", int(5)), ["a/one", "a/double"]),
        finds("less than or equal includes the bound", field("v", "LESS_THAN_OR_EQUAL", double(2.5)), ["a/one", "a/double"]),
        finds("greater than stays among numbers", field("v", "GREATER_THAN", int(1)), ["a/double", "a/five"]),
        finds("greater than or equal includes the bound", field("v", "GREATER_THAN_OR_EQUAL", int(5)), ["a/five"]),
        finds("ranges of texts find texts", field("v", "GREATER_THAN", text("a")), ["a/text"]),
        finds("ranges from null find nothing", field("v", "GREATER_THAN_OR_EQUAL", nothing()), []),
        finds("ranges from NaN find nothing", field("v", "GREATER_THAN_OR_EQUAL", nan()), []),
        finds(
            "not equal finds all types but null and the missing",
            field("v", "NOT_EQUAL", int(1)),
            ["a/bool", "a/nan", "a/double", "a/five", "a/time", "a/text", "a/list", "a/map"],
        ),
        finds("not equal to null finds nothing", field("v", "NOT_EQUAL", nothing()), []),
        finds("in finds each of its values", field("v", "IN", list([int(5), text("x"), double(1.0)])), ["a/five", "a/one", "a/text"]),
        finds("in finds nothing by null or NaN", field("v", "IN", list([nothing(), nan()])), []),
        finds(
            "not in finds what is none of its values",
            field("v", "NOT_IN", list([int(1), text("x"), double(2.5)])),
            ["a/bool", "a/nan", "a/five", "a/time", "a/list", "a/map"],
        ),
        finds("not in with null finds nothing", field("v", "NOT_IN", list([nothing(), int(1)])), []),
        finds("a list contains an element", field("v", "ARRAY_CONTAINS", text("x")), ["a/list"]),
        finds("a list contains the integer of its double", field("v", "ARRAY_CONTAINS", int(5)), ["a/list"]),
        finds("a list does not contain what it lacks", field("v", "ARRAY_CONTAINS", int(7)), []),
        finds("a list contains any of some elements", field("v", "ARRAY_CONTAINS_ANY", list([int(7), int(1)])), ["a/list"]),
        finds("null is found by asking for it", unary("v", "IS_NULL"), ["a/null"]),
        finds("NaN is found by asking for it", unary("v", "IS_NAN"), ["a/nan"]),
        finds(
            "what is not null is found in the order of the field",
            unary("v", "IS_NOT_NULL"),
            ["a/bool", "a/nan", "a/one", "a/double", "a/five", "a/time", "a/text", "a/list", "a/map"],
        ),
        finds(
            "what is not NaN is found in the order of the field",
            unary("v", "IS_NOT_NAN"),
            ["a/bool", "a/one", "a/double", "a/five", "a/time", "a/text", "a/list", "a/map"],
        ),
        finds(
            "and wants all",
            all("AND", [field("v", "GREATER_THAN", int(0)), field("m.k", "EQUAL", text("y"))]),
            ["a/one"],
        ),
        finds(
            "or wants one",
            all("OR", [field("v", "EQUAL", int(5)), field("w", "EQUAL", int(1)), unary("v", "IS_NULL")]),
            ["a/five", "a/none", "a/null"],
        ),
        finds(
            "and and or nest",
            all("AND", [
                all("OR", [field("v", "EQUAL", int(5)), field("v", "EQUAL", int(1))]),
                all("OR", [field("m.k", "EQUAL", text("y")), field("m.k", "EQUAL", text("z"))]),
            ]),
            ["a/one"],
        ),
        finds(
            "ranges of two fields are one query",
            all("AND", [field("v", "GREATER_THAN", int(0)), field("m.k", "GREATER_THAN", text("x"))]),
            ["a/one"],
        ),
        finds(
            "a document is found by its name",
            field("__name__", "EQUAL", json!({ "referenceValue": "D/a/one" })),
            ["a/one"],
        ),
        finds(
            "documents are found by a range of names",
            field("__name__", "GREATER_THAN", json!({ "referenceValue": "D/a/one" })),
            ["a/text", "a/time"],
        ),
        finds(
            "documents are found by a list of names",
            field("__name__", "IN", list([json!({ "referenceValue": "D/a/one" }), json!({ "referenceValue": "D/a/five" })])),
            ["a/five", "a/one"],
        ),
        refuses("a name compared with a text is refused", [field("__name__", "EQUAL", text("one"))]),
        refuses(
            "lists of nothing and of no list are refused",
            [
                field("v", "IN", json!({ "arrayValue": {} })),
                field("v", "IN", int(1)),
                field("v", "NOT_IN", json!({ "arrayValue": {} })),
                field("v", "ARRAY_CONTAINS_ANY", int(1)),
            ],
        ),
        refuses("lists of more than thirty values are refused", [field("v", "IN", list((0..31).map(int)))]),
        finds("lists of thirty values are accepted", field("v", "IN", list((0..30).map(int))), ["a/five", "a/one"]),
        refuses(
            "two negations are refused",
            [all("AND", [field("v", "NOT_EQUAL", int(1)), field("w", "NOT_IN", list([int(1)]))])],
        ),
        refuses("an unknown operator is refused", [field("v", "LIKE", int(1)), field("v", "EQUAL", int(1)).with_op(99)]),
        refuses("a filter without a value is refused", [field("v", "EQUAL", json!({}))]),
        refuses("a filter on a path that is none is refused", [field("v..w", "EQUAL", int(1))]),
        case(
            "a collection group finds the collections of one id at every depth",
            [
                stock(),
                query(json!({
                    "from": [{ "collectionId": "a", "allDescendants": true }], "where": field("v", "EQUAL", int(1)),
                }))
                .finds(["a/one", "a/one/a/deep"]),
            ],
        ),
        case(
            "a query below a document stays there",
            [
                stock(),
                post("/a/one:runQuery", json!({ "structuredQuery": { "from": [{ "collectionId": "a" }] } }))
                    .finds(["a/one/a/deep"]),
            ],
        ),
        case(
            "a query without a collection looks at all collections of its place",
            [
                commit([set("a/1", json!({})), set("a/1/b/2", json!({})), set("c/3", json!({}))]),
                query(json!({})).finds(["a/1", "c/3"]),
                post("/a/1:runQuery", json!({ "structuredQuery": {} })).finds(["a/1/b/2"]),
                query(json!({ "from": [{ "allDescendants": true }] })).finds(["a/1", "a/1/b/2", "c/3"]),
            ],
        ),
        case(
            "a query in two collections is refused",
            [query(json!({ "from": [{ "collectionId": "a" }, { "collectionId": "b" }] })).invalid()],
        ),
        case(
            "a query that finds nothing is answered with the time alone",
            [query(json!({ "from": [{ "collectionId": "a" }] })).answers(json!([{}]))],
        ),
        case(
            "a query may select fields, or the name alone",
            [
                commit([set("a/1", json!({ "n": int(1), "m": map(json!({ "k": int(2), "l": int(3) })) }))]),
                query(json!({
                    "from": [{ "collectionId": "a" }], "select": { "fields": [{ "fieldPath": "m.k" }] },
                }))
                .answers(json!([{ "document": {
                    "name": "D/a/1", "fields": { "m": map(json!({ "k": int(2) })) },
                    "createTime": "v1", "updateTime": "v1",
                } }])),
                query(json!({
                    "from": [{ "collectionId": "a" }], "select": { "fields": [{ "fieldPath": "__name__" }] },
                }))
                .answers(json!([{ "document": { "name": "D/a/1", "createTime": "v1", "updateTime": "v1" } }])),
            ],
        ),
        case("a selection of nothing selects everything", [
            commit([set("a/1", json!({ "n": int(1) }))]),
            query(json!({ "from": [{ "collectionId": "a" }], "select": {} })).answers(json!([{ "document": {
                "name": "D/a/1", "fields": { "n": int(1) }, "createTime": "v1", "updateTime": "v1",
            } }])),
        ]),
        case(
            "a call without a query is refused",
            [post(":runQuery", json!({})).invalid(), query(json!({ "nonsense": 1 })).invalid()],
        ),
    ]
}

trait WithOp {
    fn with_op(self, number: u8) -> Self;
}

impl WithOp for Json {
    /// The same comparison with the operator as protobuf's number.
    fn with_op(mut self, number: u8) -> Self {
        self["fieldFilter"]["op"] = json!(number);
        self
    }
}
