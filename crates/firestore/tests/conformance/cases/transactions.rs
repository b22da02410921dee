//! Transactions.

use serde_json::json;

use crate::case::{Case, case, commit, get, int, post, set};

pub fn cases() -> Vec<Case> {
    let begin = || post(":beginTransaction", json!({})).keep("t", "/transaction");
    let stock = || commit([set("a/1", json!({ "n": int(1) }))]);
    vec![
        case(
            "a transaction reads and commits",
            [
                stock(),
                begin(),
                post(":batchGet", json!({ "documents": ["D/a/1"], "transaction": "{t}" })).finds(["a/1"]),
                post(":commit", json!({ "transaction": "{t}", "writes": [set("a/1", json!({ "n": int(2) }))] }))
                    .answers(json!({ "writeResults": [{ "updateTime": "v2" }] })),
                get("/a/1"),
            ],
        ),
        case(
            "a transaction that was committed is closed",
            [
                begin(),
                post(":commit", json!({ "transaction": "{t}", "writes": [] })),
                post(":commit", json!({ "transaction": "{t}", "writes": [] })).invalid(),
                post(":batchGet", json!({ "documents": ["D/a/1"], "transaction": "{t}" })).invalid(),
            ],
        ),
        case(
            "a transaction that was rolled back is closed",
            [
                begin(),
                post(":rollback", json!({ "transaction": "{t}" })).answers(json!({})),
                post(":commit", json!({ "transaction": "{t}", "writes": [] })).invalid(),
            ],
        ),
        case(
            "a transaction may be rolled back twice",
            [
                begin(),
                post(":rollback", json!({ "transaction": "{t}" })),
                post(":rollback", json!({ "transaction": "{t}" })).answers(json!({})),
            ],
        ),
        case(
            "a transaction that is none is refused",
            [post(":commit", json!({ "transaction": "bm9uc2Vuc2U=", "writes": [] })).invalid()],
        ),
        case(
            "a transaction that only reads may not write",
            [
                post(":beginTransaction", json!({ "options": { "readOnly": {} } })).keep("t", "/transaction"),
                post(":commit", json!({ "transaction": "{t}", "writes": [set("a/1", json!({}))] })).invalid(),
                get("/a/1").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "a transaction may begin with its first read",
            [
                stock(),
                post(":batchGet", json!({ "documents": ["D/a/1"], "newTransaction": { "readWrite": {} } }))
                    .keep("t", "/0/transaction"),
                post(":commit", json!({ "transaction": "{t}", "writes": [set("a/1", json!({ "n": int(2) }))] })),
            ],
        ),
        case(
            "a transaction may begin with a query",
            [
                stock(),
                post(":runQuery", json!({
                    "structuredQuery": { "from": [{ "collectionId": "a" }] }, "newTransaction": { "readWrite": {} },
                }))
                .keep("t", "/0/transaction"),
                post(":commit", json!({ "transaction": "{t}", "writes": [set("a/1", json!({ "n": int(2) }))] })),
            ],
        ),
        case(
            "a transaction that begins with a read may not write, unless it says so",
            [
                stock(),
                post(":batchGet", json!({ "documents": ["D/a/1"], "newTransaction": {} })).keep("t", "/0/transaction"),
                post(":commit", json!({ "transaction": "{t}", "writes": [set("a/1", json!({}))] })).invalid(),
            ],
        ),
        case(
            "two answers to when are refused",
            [
                begin(),
                post(":batchGet", json!({ "documents": ["D/a/1"], "transaction": "{t}", "newTransaction": {} }))
                    .invalid(),
            ],
        ),
        case(
            "a commit whose precondition fails ends its transaction without a trace",
            [
                begin(),
                post(":commit", json!({ "transaction": "{t}", "writes": [
                    set("a/1", json!({})), { "delete": "D/a/2", "currentDocument": { "exists": true } },
                ] }))
                .refused(404, "NOT_FOUND"),
                get("/a/1").refused(404, "NOT_FOUND"),
            ],
        ),
    ]
}
