//! `:runAggregationQuery`.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, double, int, nan, nothing, post, set, text};

fn stock() -> Step {
    commit([
        set("a/1", json!({ "n": int(1), "big": int(i64::MAX) })),
        set("a/2", json!({ "n": int(2), "big": int(1) })),
        set("a/3", json!({ "n": double(0.5), "nan": nan() })),
        set("a/4", json!({ "n": text("x") })),
        set("a/5", json!({ "w": int(7) })),
    ])
}

fn ask(query: Json, aggregations: Json) -> Step {
    post(
        ":runAggregationQuery",
        json!({ "structuredAggregationQuery": {
        "structuredQuery": query, "aggregations": aggregations,
    } }),
    )
}

fn result(fields: Json) -> Json {
    json!([{ "result": { "aggregateFields": fields } }])
}

fn sum(field: &str) -> Json {
    json!({ "alias": "s", "sum": { "field": { "fieldPath": field } } })
}

fn average(field: &str) -> Json {
    json!({ "alias": "a", "avg": { "field": { "fieldPath": field } } })
}

pub fn cases() -> Vec<Case> {
    let a = || json!({ "from": [{ "collectionId": "a" }] });
    vec![
        case(
            "documents are counted",
            [
                stock(),
                ask(a(), json!([{ "alias": "c", "count": {} }])).answers(result(json!({ "c": int(5) }))),
            ],
        ),
        case(
            "counting stops where it may",
            [
                stock(),
                ask(a(), json!([{ "alias": "c", "count": { "upTo": "2" } }]))
                    .answers(result(json!({ "c": int(2) }))),
                ask(a(), json!([{ "alias": "c", "count": { "upTo": "9" } }]))
                    .answers(result(json!({ "c": int(5) }))),
            ],
        ),
        case(
            "counting heeds filters and limits",
            [
                stock(),
                ask(
                    json!({ "from": [{ "collectionId": "a" }], "where": { "fieldFilter": {
                        "field": { "fieldPath": "n" }, "op": "GREATER_THAN", "value": int(0),
                    } } }),
                    json!([{ "alias": "c", "count": {} }]),
                )
                .answers(result(json!({ "c": int(3) }))),
                ask(
                    json!({ "from": [{ "collectionId": "a" }], "limit": 2 }),
                    json!([{ "alias": "c", "count": {} }]),
                )
                .answers(result(json!({ "c": int(2) }))),
            ],
        ),
        case(
            "a sum takes numbers and leaves the rest",
            [stock(), ask(a(), json!([sum("n")])).answers(result(json!({ "s": double(3.5) })))],
        ),
        case(
            "a sum of integers is an integer",
            [stock(), ask(a(), json!([sum("w")])).answers(result(json!({ "s": int(7) })))],
        ),
        case(
            "a sum beyond 64 bits is a double",
            [
                stock(),
                ask(a(), json!([sum("big")]))
                    .answers(result(json!({ "s": double(9_223_372_036_854_775_808.0) }))),
            ],
        ),
        case(
            "a sum with NaN is NaN",
            [stock(), ask(a(), json!([sum("nan")])).answers(result(json!({ "s": nan() })))],
        ),
        case(
            "an average is a double",
            [stock(), ask(a(), json!([average("w")])).answers(result(json!({ "a": double(7.0) })))],
        ),
        case(
            "over nothing the sum is zero and the average null",
            [ask(a(), json!([sum("n"), average("n"), { "alias": "c", "count": {} }]))
                .answers(result(json!({ "s": int(0), "a": nothing(), "c": int(0) })))],
        ),
        case(
            "a count beside a sum counts the documents that have the field",
            [
                stock(),
                ask(a(), json!([sum("n"), { "alias": "c", "count": {} }]))
                    .answers(result(json!({ "s": double(3.5), "c": int(4) }))),
            ],
        ),
        case(
            "an average of integers is exact before it is a double",
            [
                commit([set("b/1", json!({ "n": int(9_007_199_254_740_993) })), set("b/2", json!({ "n": int(1) }))]),
                ask(json!({ "from": [{ "collectionId": "b" }] }), json!([average("n")]))
                    .answers(result(json!({ "a": double(4_503_599_627_370_497.0) }))),
            ],
        ),
        case(
            "a sum over some goes over the smallest that have the field",
            [
                commit([
                    set("b/1", json!({})),
                    set("b/2", json!({ "n": int(4) })),
                    set("b/3", json!({ "n": int(2) })),
                    set("b/4", json!({ "n": int(1) })),
                ]),
                ask(json!({ "from": [{ "collectionId": "b" }], "limit": 2 }), json!([sum("n")]))
                    .answers(result(json!({ "s": int(3) }))),
                ask(json!({ "from": [{ "collectionId": "b" }], "offset": 2 }), json!([sum("n")]))
                    .answers(result(json!({ "s": int(4) }))),
            ],
        ),
        case(
            "sums of two fields go by the first of their names",
            [
                commit([
                    set("b/1", json!({ "m": int(2), "n": int(1) })),
                    set("b/2", json!({ "m": int(1), "n": int(2) })),
                ]),
                ask(
                    json!({ "from": [{ "collectionId": "b" }], "limit": 1 }),
                    json!([sum("n"), { "alias": "m", "sum": { "field": { "fieldPath": "m" } } }]),
                )
                .answers(result(json!({ "s": int(2), "m": int(1) }))),
            ],
        ),
        case(
            "a sum does not go with names",
            [
                ask(json!({ "from": [{ "collectionId": "a" }], "orderBy": [{ "field": { "fieldPath": "__name__" } }] }), json!([sum("n")]))
                    .invalid(),
                ask(
                    json!({ "from": [{ "collectionId": "a" }], "where": { "fieldFilter": {
                        "field": { "fieldPath": "__name__" }, "op": "EQUAL", "value": { "referenceValue": "D/a/1" },
                    } } }),
                    json!([sum("n")]),
                )
                .invalid(),
                ask(a(), json!([sum("__name__")])).invalid(),
                ask(
                    json!({ "from": [{ "collectionId": "a" }], "orderBy": [
                        { "field": { "fieldPath": "n" } }, { "field": { "fieldPath": "__name__" } },
                    ] }),
                    json!([sum("n")]),
                )
                .answers(result(json!({ "s": int(0) }))),
            ],
        ),
        case(
            "figures without a name are numbered",
            [
                stock(),
                ask(a(), json!([{ "count": {} }, { "count": {} }]))
                    .answers(result(json!({ "field_1": int(5), "field_2": int(5) }))),
            ],
        ),
        case("no aggregation at all is refused", [ask(a(), json!([])).invalid()]),
        case(
            "two figures of one name are refused",
            [ask(a(), json!([{ "alias": "c", "count": {} }, { "alias": "c", "count": {} }])).invalid()],
        ),
        case(
            "counting up to nothing is refused",
            [ask(a(), json!([{ "count": { "upTo": "0" } }])).invalid()],
        ),
    ]
}
