//! Documents that have a number in place of a name.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, get, post, query, set};

fn some() -> Step {
    let ids = ["a", "!", "__id7__", "__id12__", "__id-7__", "__id7_", "z"];
    commit(ids.map(|id| set(&format!("a/{id}"), json!({}))))
}

fn from_id(op: &str, id: &str) -> Json {
    let name = json!({ "referenceValue": format!("D/a/{id}") });
    json!({
        "from": [{ "collectionId": "a" }],
        "where": { "fieldFilter": { "field": { "fieldPath": "__name__" }, "op": op, "value": name } },
    })
}

fn by_name(limit: u32) -> Json {
    let order = json!([{ "field": { "fieldPath": "__name__" }, "direction": "ASCENDING" }]);
    json!({ "from": [{ "collectionId": "a" }], "orderBy": order, "limit": limit })
}

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "numbers stand before names, in their own order",
            [
                some(),
                query(json!({ "from": [{ "collectionId": "a" }] }))
                    .finds(["a/__id-7__", "a/__id7__", "a/__id12__", "a/!", "a/__id7_", "a/a", "a/z"]),
                query(by_name(4)).finds(["a/__id-7__", "a/__id7__", "a/__id12__", "a/!"]),
            ],
        ),
        case(
            "names are compared with numbers",
            [
                some(),
                query(from_id("GREATER_THAN", "__id7__"))
                    .finds(["a/__id12__", "a/!", "a/__id7_", "a/a", "a/z"]),
                query(from_id("GREATER_THAN_OR_EQUAL", "__id-9223372036854775808__"))
                    .finds(["a/__id-7__", "a/__id7__", "a/__id12__", "a/!", "a/__id7_", "a/a", "a/z"]),
                query(from_id("LESS_THAN", "__id9__")).finds(["a/__id-7__", "a/__id7__"]),
            ],
        ),
        case(
            "pages go from numbers to names",
            [
                some(),
                get("/a?pageSize=2").finds(["a/__id-7__", "a/__id7__"]).keep("next", "/nextPageToken"),
                get("/a?pageSize=2&pageToken={next}").finds(["a/__id12__", "a/!"]).keep("third", "/nextPageToken"),
                get("/a?pageSize=9&pageToken={third}").finds(["a/__id7_", "a/a", "a/z"]),
                get("/a?pageSize=3&showMissing=true")
                    .finds(["a/__id-7__", "a/__id7__", "a/__id12__"])
                    .keep("missing", "/nextPageToken"),
                get("/a?pageSize=3&showMissing=true&pageToken={missing}").finds(["a/!", "a/__id7_", "a/a"]),
            ],
        ),
        case(
            "a number is written in one way, and fits 64 bits",
            [
                commit([set("a/__id07__", json!({}))])
                    .invalid_saying("Resource id \"__id07__\" is invalid because it is reserved."),
                commit([set("a/__id0__", json!({}))]).invalid(),
                commit([set("__id7__/a", json!({}))]).invalid(),
                post("/a?documentId=__id9223372036854775808__", json!({})).invalid_saying(
                    "Resource id \"__id9223372036854775808__\" is invalid because it is not a 64 bit integer.",
                ),
            ],
        ),
    ]
}
