//! `:commit` and `:batchWrite`: writes, masks, preconditions, atomicity.

use serde_json::json;

use crate::case::{Case, case, commit, get, int, map, post, set, text, transform};

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "a commit answers with one version for all its writes",
            [commit([set("a/1", json!({ "n": int(1) })), set("a/2", json!({ "n": int(2) }))])
                .answers(json!({ "writeResults": [{ "updateTime": "v1" }, { "updateTime": "v1" }] }))],
        ),
        case("a commit without writes is accepted", [commit([]).answers(json!({}))]),
        case(
            "one failing precondition keeps the whole commit out",
            [
                commit([
                    set("a/1", json!({ "n": int(1) })),
                    json!({ "update": { "name": "D/a/2" }, "currentDocument": { "exists": true } }),
                ])
                .refused(404, "NOT_FOUND"),
                get("/a/1").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "a commit that has to make a document is refused where it is there",
            [
                commit([set("a/1", json!({}))]),
                commit([json!({ "update": { "name": "D/a/1" }, "currentDocument": { "exists": false } })])
                    .refused(409, "ALREADY_EXISTS"),
            ],
        ),
        case(
            "a write at the right version goes through and at an old one does not",
            [
                commit([set("a/1", json!({ "n": int(1) }))]).keep("t", "/writeResults/0/updateTime"),
                commit([json!({
                    "update": { "name": "D/a/1", "fields": { "n": int(2) } },
                    "currentDocument": { "updateTime": "{t}" },
                })]),
                commit([json!({
                    "update": { "name": "D/a/1", "fields": { "n": int(3) } },
                    "currentDocument": { "updateTime": "{t}" },
                })])
                .refused(400, "FAILED_PRECONDITION"),
                get("/a/1").answers(
                    json!({ "name": "D/a/1", "fields": { "n": int(2) }, "createTime": "v1", "updateTime": "v2" }),
                ),
            ],
        ),
        case(
            "a write at a version of a document that is missing is refused",
            [commit([json!({
                "update": { "name": "D/a/1" }, "currentDocument": { "updateTime": "2026-01-01T00:00:00Z" },
            })])
            .refused(400, "FAILED_PRECONDITION")],
        ),
        case(
            "a version may be written with nine digits of fraction",
            [
                commit([set("a/1", json!({ "n": int(1) }))]).keep("t", "/writeResults/0/updateTime"),
                get("/a/1"),
                commit([json!({ "delete": "D/a/1", "currentDocument": { "updateTime": "{t}" } })])
                    .answers(json!({ "writeResults": [{}] })),
            ],
        ),
        case(
            "a delete has an empty result, also of what is not there",
            [
                commit([set("a/1", json!({}))]),
                commit([json!({ "delete": "D/a/1" }), json!({ "delete": "D/a/none" })])
                    .answers(json!({ "writeResults": [{}, {}] })),
            ],
        ),
        case(
            "a delete of a document that has to be there is a commit refused",
            [commit([json!({ "delete": "D/a/1", "currentDocument": { "exists": true } })]).refused(404, "NOT_FOUND")],
        ),
        case(
            "an update with a mask sets, deletes and leaves alone",
            [
                commit([set("a/1", json!({ "keep": int(1), "set": int(1), "gone": int(1) }))]),
                commit([json!({
                    "update": { "name": "D/a/1", "fields": { "set": int(2), "ignored": int(2) } },
                    "updateMask": { "fieldPaths": ["set", "gone"] },
                })]),
                get("/a/1").answers(json!({
                    "name": "D/a/1", "fields": { "keep": int(1), "set": int(2) },
                    "createTime": "v1", "updateTime": "v2",
                })),
            ],
        ),
        case(
            "an empty mask changes nothing but makes the document",
            [
                commit([json!({ "update": { "name": "D/a/1", "fields": { "n": int(1) } }, "updateMask": {} })]),
                get("/a/1").answers(json!({ "name": "D/a/1", "createTime": "v1", "updateTime": "v1" })),
            ],
        ),
        case(
            "a mask reaches through a field that is no map",
            [
                commit([set("a/1", json!({ "m": text("x") }))]),
                commit([json!({
                    "update": { "name": "D/a/1", "fields": { "m": map(json!({ "k": int(1) })) } },
                    "updateMask": { "fieldPaths": ["m.k"] },
                })]),
                get("/a/1").answers(json!({
                    "name": "D/a/1", "fields": { "m": map(json!({ "k": int(1) })) },
                    "createTime": "v1", "updateTime": "v2",
                })),
            ],
        ),
        case(
            "a mask that deletes through a field that is no map leaves it",
            [
                commit([set("a/1", json!({ "m": text("x") }))]),
                commit([json!({ "update": { "name": "D/a/1" }, "updateMask": { "fieldPaths": ["m.k"] } })]),
                get("/a/1").status(200),
            ],
        ),
        case(
            "writes to one document take effect in order",
            [
                commit([
                    set("a/1", json!({ "n": int(1) })),
                    transform("a/1", [json!({ "fieldPath": "n", "increment": int(1) })]),
                    transform("a/1", [json!({ "fieldPath": "n", "increment": int(1) })]),
                ]),
                get("/a/1").answers(
                    json!({ "name": "D/a/1", "fields": { "n": int(3) }, "createTime": "v1", "updateTime": "v1" }),
                ),
            ],
        ),
        case(
            "a precondition that an earlier write of the commit breaks makes the commit senseless",
            [
                commit([
                    set("a/1", json!({})),
                    json!({ "update": { "name": "D/a/1" }, "currentDocument": { "exists": false } }),
                ])
                .invalid(),
                commit([
                    json!({ "delete": "D/a/1" }),
                    json!({ "update": { "name": "D/a/1" }, "currentDocument": { "exists": true } }),
                ])
                .invalid(),
            ],
        ),
        case(
            "a precondition may count on an earlier write of the commit",
            [
                commit([
                    set("a/1", json!({})),
                    json!({ "update": { "name": "D/a/1" }, "currentDocument": { "exists": true } }),
                ]),
                commit([
                    json!({ "delete": "D/a/1" }),
                    json!({ "update": { "name": "D/a/1" }, "currentDocument": { "exists": false } }),
                ])
                .answers(json!({ "writeResults": [{ "updateTime": "v2" }, { "updateTime": "v2" }] })),
            ],
        ),
        case(
            "a document made and deleted in one commit never was",
            [
                commit([set("a/1", json!({})), json!({ "delete": "D/a/1" })])
                    .answers(json!({ "writeResults": [{}, {}] })),
                get("/a/1").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "a document deleted and written again in one commit has both results",
            [
                commit([set("a/1", json!({ "n": int(1) }))]),
                commit([json!({ "delete": "D/a/1" }), set("a/1", json!({ "n": int(2) }))])
                    .answers(json!({ "writeResults": [{ "updateTime": "v2" }, { "updateTime": "v2" }] })),
                get("/a/1"),
            ],
        ),
        case(
            "a write that changes nothing keeps the version and echoes it",
            [
                commit([set("a/1", json!({ "n": int(1) }))]),
                commit([set("a/1", json!({ "n": int(1) }))])
                    .answers(json!({ "writeResults": [{ "updateTime": "v1" }] })),
            ],
        ),
        case(
            "an integer and its double are different documents",
            [
                commit([set("a/1", json!({ "n": int(1) }))]),
                commit([set("a/1", json!({ "n": { "doubleValue": 1.0 } }))])
                    .answers(json!({ "writeResults": [{ "updateTime": "v2" }] })),
            ],
        ),
        case(
            "a verified document lets the commit through",
            [
                commit([set("a/1", json!({}))]),
                commit([
                    json!({ "verify": "D/a/1", "currentDocument": { "exists": true } }),
                    set("a/2", json!({})),
                ])
                .answers(json!({ "writeResults": [{ "updateTime": "v1" }, { "updateTime": "v2" }] })),
            ],
        ),
        case(
            "a verification that fails keeps the commit out",
            [
                commit([
                    json!({ "verify": "D/a/1", "currentDocument": { "exists": true } }),
                    set("a/2", json!({})),
                ])
                .refused(404, "NOT_FOUND"),
                get("/a/2").refused(404, "NOT_FOUND"),
            ],
        ),
        case("a verification without a condition is refused", [commit([json!({ "verify": "D/a/1" })]).invalid()]),
        case("a write without an operation is refused", [commit([json!({})]).invalid()]),
        case(
            "a write with two operations is refused",
            [commit([json!({ "delete": "D/a/1", "verify": "D/a/1" })]).invalid()],
        ),
        case(
            "a precondition with two conditions is refused",
            [commit([json!({
                "delete": "D/a/1", "currentDocument": { "exists": true, "updateTime": "2026-01-01T00:00:00Z" },
            })])
            .invalid()],
        ),
        case(
            "an unknown operation is refused",
            [commit([json!({ "upsert": { "name": "D/a/1" } })]).invalid()],
        ),
        case(
            "a write to a collection or to nowhere is refused",
            [
                commit([set("a", json!({}))]).invalid(),
                commit([json!({ "update": { "name": "a/1" } })]).invalid(),
                commit([json!({ "update": { "name": "" } })]).invalid(),
                commit([json!({ "update": { "fields": {} } })]).invalid(),
            ],
        ),
        case(
            "a write to another database is refused",
            [commit([json!({ "update": {
                "name": "projects/elsewhere/databases/(default)/documents/a/1",
            } })])
            .invalid()],
        ),
        case(
            "writes of a batch succeed and fail one by one",
            [
                post(":batchWrite", json!({ "writes": [
                    set("a/1", json!({ "n": int(1) })),
                    { "update": { "name": "D/a/2" }, "currentDocument": { "exists": true } },
                    { "delete": "D/a/3" },
                ] }))
                .answers(json!({
                    "writeResults": [{ "updateTime": "v1" }, {}, {}],
                    "status": [{}, { "code": 5 }, {}],
                })),
                get("/a/1"),
            ],
        ),
        case(
            "a batch of no writes is answered with nothing",
            [post(":batchWrite", json!({ "writes": [] })).answers(json!({}))],
        ),
        case(
            "a batch that writes one document twice is refused",
            [post(":batchWrite", json!({ "writes": [set("a/1", json!({})), set("a/1", json!({}))] })).invalid()],
        ),
    ]
}
