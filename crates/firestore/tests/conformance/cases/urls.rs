//! What a URL means, and what it does not.

use serde_json::json;

use crate::case::{Case, case, commit, delete, get, int, other, patch, post, set};

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "paths that mean no call are not found",
            [
                get("!/v2/projects/p/databases/(default)/documents/a/1").status(404),
                get("!/v1/projects/p/databases/(default)/nonsense/a/1").status(404),
                post(":nonsense", json!({})).status(404),
                other("PUT", "/a/1").status(404),
                get("").status(404),
            ],
        ),
        case(
            "the name of the database may be escaped",
            [
                get("!/v1/projects/p/databases/%28default%29/documents/a/1").refused(404, "NOT_FOUND"),
                get("!/v1/projects/p/databases/%28default%29/documents/a").status(200),
            ],
        ),
        case(
            "ids may hold what URLs may not",
            [
                patch("/a/x%20y%3Fz%23%25", json!({ "fields": { "n": int(1) } })),
                get("/a/x%20y%3Fz%23%25").answers(json!({
                    "name": "D/a/x y?z#%", "fields": { "n": int(1) }, "createTime": "v1", "updateTime": "v1",
                })),
                patch("/a/%E8%AA%B2%E7%A8%8B", json!({})),
                get("/a/%E8%AA%B2%E7%A8%8B").answers(
                    json!({ "name": "D/a/課程", "createTime": "v2", "updateTime": "v2" }),
                ),
            ],
        ),
        case(
            "ids may hold colons",
            [
                commit([set("a/b:c", json!({ "n": int(1) }))]),
                get("/a/b:c").answers(
                    json!({ "name": "D/a/b:c", "fields": { "n": int(1) }, "createTime": "v1", "updateTime": "v1" }),
                ),
                patch("/a/b:c", json!({})).status(200),
                delete("/a/b:c"),
                get("/a/b:c").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "parameters of Google's clients are passed over",
            [
                post(":commit?$alt=json%3Benum-encoding=int", json!({ "writes": [set("a/1", json!({}))] })),
                post(":batchGet?%24alt=json%3Benum-encoding%3Dint", json!({ "documents": ["D/a/1"] })).finds(["a/1"]),
            ],
        ),
        case(
            "documents are not made in documents",
            [post("/a/1", json!({})).invalid()],
        ),
        case(
            "collections are neither patched nor deleted",
            [patch("/a", json!({})).invalid(), delete("/a").invalid()],
        ),
        case(
            "databases are kept apart",
            [
                commit([set("a/1", json!({ "n": int(1) }))]),
                get("!/v1/projects/another/databases/(default)/documents/a/1").refused(404, "NOT_FOUND"),
                get("!/v1/projects/another/databases/(default)/documents/a").answers(json!({})),
            ],
        ),
        case(
            "a query below a collection is refused",
            [post("/a:runQuery", json!({ "structuredQuery": {} })).status(400)],
        ),
    ]
}
