//! `:batchGet`.

use serde_json::json;

use crate::case::{Case, case, commit, get, int, post, set};

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
