//! Where a query begins and ends.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, int, post, query, set, text};

fn stock() -> Step {
    commit((1..=5).map(|n| set(&format!("a/{n}"), json!({ "n": int(n), "even": int(n % 2) }))))
}

fn a(mut rest: Json) -> Step {
    rest["from"] = json!([{ "collectionId": "a" }]);
    query(rest)
}

fn ordered(direction: &str, rest: Json) -> Step {
    let mut asked = rest;
    asked["orderBy"] = json!([{ "field": { "fieldPath": "n" }, "direction": direction }]);
    a(asked)
}

fn cursor(values: impl IntoIterator<Item = Json>, before: bool) -> Json {
    json!({ "values": values.into_iter().collect::<Vec<_>>(), "before": before })
}

pub fn cases() -> Vec<Case> {
    let name = |id: &str| json!({ "referenceValue": format!("D/a/{id}") });
    vec![
        case(
            "a query starts at a value",
            [stock(), ordered("ASCENDING", json!({ "startAt": cursor([int(3)], true) })).finds(["a/3", "a/4", "a/5"])],
        ),
        case(
            "a query starts behind a value",
            [stock(), ordered("ASCENDING", json!({ "startAt": cursor([int(3)], false) })).finds(["a/4", "a/5"])],
        ),
        case(
            "a query ends before a value",
            [stock(), ordered("ASCENDING", json!({ "endAt": cursor([int(3)], true) })).finds(["a/1", "a/2"])],
        ),
        case(
            "a query ends with a value",
            [stock(), ordered("ASCENDING", json!({ "endAt": cursor([int(3)], false) })).finds(["a/1", "a/2", "a/3"])],
        ),
        case(
            "cursors run the way of the order",
            [
                stock(),
                ordered("DESCENDING", json!({ "startAt": cursor([int(4)], true), "endAt": cursor([int(2)], false) }))
                    .finds(["a/4", "a/3", "a/2"]),
            ],
        ),
        case(
            "a cursor may stand between documents",
            [
                stock(),
                ordered("ASCENDING", json!({ "startAt": cursor([json!({ "doubleValue": 2.5 })], true) }))
                    .finds(["a/3", "a/4", "a/5"]),
            ],
        ),
        case(
            "a cursor may be of another type",
            [stock(), ordered("ASCENDING", json!({ "startAt": cursor([text("x")], true) })).finds([])],
        ),
        case(
            "a cursor may go on with the name",
            [
                stock(),
                a(json!({
                    "orderBy": [{ "field": { "fieldPath": "even" } }, { "field": { "fieldPath": "__name__" } }],
                    "startAt": cursor([int(1), name("1")], false),
                }))
                .finds(["a/3", "a/5"]),
            ],
        ),
        case(
            "a cursor of fewer values than orders takes them all",
            [
                stock(),
                a(json!({
                    "orderBy": [{ "field": { "fieldPath": "even" } }, { "field": { "fieldPath": "n" } }],
                    "startAt": cursor([int(1)], true),
                }))
                .finds(["a/1", "a/3", "a/5"]),
            ],
        ),
        case(
            "a cursor over names alone needs the order to say so",
            [
                stock(),
                a(json!({
                    "orderBy": [{ "field": { "fieldPath": "__name__" } }], "startAt": cursor([name("3")], false),
                }))
                .finds(["a/4", "a/5"]),
            ],
        ),
        case(
            "cursors, filters and limits work together",
            [
                stock(),
                ordered("ASCENDING", json!({
                    "where": { "fieldFilter": { "field": { "fieldPath": "even" }, "op": "EQUAL", "value": int(1) } },
                    "startAt": cursor([int(1)], false),
                    "limit": 1,
                }))
                .finds(["a/3"]),
            ],
        ),
        case(
            "a cursor of more values than orders is refused",
            [
                a(json!({
                    "orderBy": [{ "field": { "fieldPath": "n" } }],
                    "startAt": cursor([int(1), name("1")], true),
                }))
                .invalid(),
                a(json!({ "startAt": cursor([name("1")], true) })).invalid(),
            ],
        ),
        case(
            "a cursor holds in a collection group",
            [
                commit([set("c/1/a/1", json!({ "n": int(1) })), set("c/2/a/2", json!({ "n": int(2) }))]),
                post(":runQuery", json!({ "structuredQuery": {
                    "from": [{ "collectionId": "a", "allDescendants": true }],
                    "orderBy": [{ "field": { "fieldPath": "n" } }],
                    "startAt": cursor([int(1)], false),
                } }))
                .finds(["c/2/a/2"]),
            ],
        ),
    ]
}
