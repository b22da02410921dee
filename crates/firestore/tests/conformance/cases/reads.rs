//! `:batchGet`.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, get, int, post, set};

fn everything() -> Json {
    json!({ "from": [{ "collectionId": "a" }] })
}

pub fn cases() -> Vec<Case> {
    let two =
        || commit([set("a/1", json!({ "n": int(1), "m": int(2) })), set("a/2", json!({ "n": int(2) }))]);
    vec![
        case(
            "many documents are read at once, and the missing ones are told",
            [
                two(),
                post(":batchGet", json!({ "documents": ["D/a/2", "D/a/none"] })).answers(json!([
                    { "found": {
                        "name": "D/a/2", "fields": { "n": int(2) }, "createTime": "v1", "updateTime": "v1",
                    } },
                    { "missing": "D/a/none" },
                ])),
            ],
        ),
        case(
            "a document that is asked for twice is told once",
            [two(), post(":batchGet", json!({ "documents": ["D/a/1", "D/a/1"] })).finds(["a/1"])],
        ),
        case(
            "reading many with an empty mask gives no fields",
            [
                commit([set("a/1", json!({ "n": int(1) }))]),
                post(":batchGet", json!({ "documents": ["D/a/1"], "mask": { "fieldPaths": [] } }))
                    .answers(json!([{ "found": { "name": "D/a/1", "createTime": "v1", "updateTime": "v1" } }])),
            ],
        ),
        case(
            "reading many with a mask gives those fields only",
            [
                two(),
                post(":batchGet", json!({ "documents": ["D/a/1"], "mask": { "fieldPaths": ["m"] } })).answers(
                    json!([{ "found": {
                        "name": "D/a/1", "fields": { "m": int(2) }, "createTime": "v1", "updateTime": "v1",
                    } }]),
                ),
            ],
        ),
        case(
            "a read of the time of the last commit sees it",
            [
                commit([set("a/1", json!({ "n": int(1) }))]).keep("t", "/commitTime"),
                post(":batchGet", json!({ "documents": ["D/a/1"], "readTime": "{t}" })).finds(["a/1"]),
                post(":runQuery", json!({ "structuredQuery": everything(), "readTime": "{t}" })).finds(["a/1"]),
                post(":runAggregationQuery", json!({
                    "structuredAggregationQuery": {
                        "structuredQuery": everything(), "aggregations": [{ "alias": "c", "count": {} }],
                    },
                    "readTime": "{t}",
                }))
                .answers(json!([{ "result": { "aggregateFields": { "c": int(1) } } }])),
                post(":listCollectionIds", json!({ "readTime": "{t}" })).answers(json!({ "collectionIds": ["a"] })),
                post(":beginTransaction", json!({ "options": { "readOnly": { "readTime": "{t}" } } }))
                    .keep("tx", "/transaction"),
                post(":batchGet", json!({ "documents": ["D/a/1"], "transaction": "{tx}" })).finds(["a/1"]),
                post(":runQuery", json!({
                    "structuredQuery": everything(),
                    "newTransaction": { "readOnly": { "readTime": "{t}" } },
                }))
                .status(200),
            ],
        ),
        case(
            "the time of a read may stand in the URL",
            [
                commit([set("a/1", json!({ "n": int(1) }))]).keep("t", "/commitTime"),
                get("/a/1?readTime={t}").status(200),
                get("/a?readTime={t}").finds(["a/1"]),
            ],
        ),
        case(
            "a read of the future is refused",
            ["2999-01-01T00:00:00Z"].into_iter().flat_map(|time| {
                let refused = |step: Step| step.invalid_saying("The requested 'read_time' cannot be in the future.");
                [
                    refused(post(":batchGet", json!({ "documents": ["D/a/1"], "readTime": time }))),
                    refused(post(":runQuery", json!({ "structuredQuery": everything(), "readTime": time }))),
                    refused(post(":beginTransaction", json!({ "options": { "readOnly": { "readTime": time } } }))),
                ]
            }),
        ),
        case(
            "a read of long ago is refused",
            [
                post(":batchGet", json!({ "documents": ["D/a/1"], "readTime": "2020-01-01T00:00:00Z" }))
                    .refused_saying(400, "FAILED_PRECONDITION", "The requested 'read_time' is too old."),
                post(":batchGet", json!({ "documents": ["D/a/1"], "readTime": "1970-01-01T00:00:00Z" }))
                    .invalid_saying("Only timestamps past epoch are supported."),
            ],
        ),
        case(
            "a read of a time with nanoseconds is refused",
            [post(":batchGet", json!({ "documents": ["D/a/1"], "readTime": "2026-01-01T00:00:00.000000001Z" }))
                .invalid_saying("timestamp cannot have more than microseconds precision")],
        ),
        case(
            "names that mean no document are refused",
            [
                post(":batchGet", json!({ "documents": ["a/1"] })).invalid(),
                post(":batchGet", json!({ "documents": ["D/a"] })).invalid(),
                post(":batchGet", json!({ "documents": ["D"] })).invalid(),
            ],
        ),
        case(
            "reading no documents gives an empty list",
            [post(":batchGet", json!({ "documents": [] })).status(200)],
        ),
        case(
            "an unknown key in a body is refused",
            [
                post(":batchGet", json!({ "documents": ["D/a/1"], "nonsense": 1 })).invalid(),
                post(":commit", json!({ "writes": [], "nonsense": 1 })).invalid(),
                post("/a?documentId=1", json!({ "fields": {}, "nonsense": 1 })).invalid(),
                get("/a/1").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "a document that was read may be sent back as it is",
            [
                two(),
                post(":commit", json!({ "writes": [{ "update": {
                    "name": "D/a/2", "fields": { "n": int(3) },
                    "createTime": "2020-01-01T00:00:00Z", "updateTime": "2020-01-01T00:00:00Z",
                } }] })),
                get("/a/2").answers(
                    json!({ "name": "D/a/2", "fields": { "n": int(3) }, "createTime": "v1", "updateTime": "v2" }),
                ),
            ],
        ),
    ]
}
