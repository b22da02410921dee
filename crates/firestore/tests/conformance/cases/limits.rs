//! What is too long, too large or reserved.

use serde_json::{Value as Json, json};

use crate::case::{Case, case, commit, get, int, map, patch, post, set, text, transform};

const MAX_VALUE: usize = 1_048_487;

fn long(bytes: usize) -> Json {
    text(&"x".repeat(bytes))
}

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "a text of the largest size is stored",
            [commit([set("a/1", json!({ "a": long(MAX_VALUE - 100) }))])],
        ),
        case(
            "a text beyond the largest size is refused",
            [commit([set("a/1", json!({ "a": long(MAX_VALUE + 1) }))]).invalid()],
        ),
        case(
            "a document of more than a mebibyte is refused",
            [commit([set("a/1", json!({ "a": long(600_000), "b": long(600_000) }))]).invalid()],
        ),
        case(
            "a document does not grow beyond a mebibyte by parts",
            [
                commit([set("a/1", json!({ "a": long(600_000) }))]),
                patch("/a/1?updateMask.fieldPaths=b", json!({ "fields": { "b": long(600_000) } })).invalid(),
                get("/a/1?mask.fieldPaths=b")
                    .answers(json!({ "name": "D/a/1", "createTime": "v1", "updateTime": "v1" })),
            ],
        ),
        case(
            "a field with a reserved name is refused",
            [
                commit([set("a/1", json!({ "__a__": int(1) }))]).invalid(),
                commit([set("a/1", json!({ "m": map(json!({ "__a__": int(1) })) }))]).invalid(),
                commit([set("a/1", json!({ "__a": int(1), "a__": int(1), "__": int(1) }))]),
            ],
        ),
        case("a field without a name is refused", [commit([set("a/1", json!({ "": int(1) }))]).invalid()]),
        case(
            "a field with a name too long is refused",
            [commit([set("a/1", json!({ ("x".repeat(1501)): int(1) }))]).invalid()],
        ),
        case(
            "a document with a reserved id is refused",
            [
                commit([set("a/__x__", json!({}))]).invalid(),
                commit([set("__a__/x", json!({}))]).invalid(),
                post("/a?documentId=__x__", json!({})).invalid(),
            ],
        ),
        case(
            "a document with an id too long is refused",
            [commit([set(&format!("a/{}", "x".repeat(1501)), json!({}))]).invalid()],
        ),
        case(
            "a document with the longest id is stored",
            [commit([set(&format!("a/{}", "x".repeat(1500)), json!({}))])],
        ),
        case(
            "five hundred transforms of one document are accepted",
            [commit([transform(
                "a/1",
                (0..500).map(|n| json!({ "fieldPath": format!("f{n}"), "increment": int(1) })),
            )])],
        ),
        case(
            "more than five hundred transforms of one document are refused",
            [commit([transform(
                "a/1",
                (0..501).map(|n| json!({ "fieldPath": format!("f{n}"), "increment": int(1) })),
            )])
            .invalid()],
        ),
        case(
            "many writes make one commit",
            [
                commit((0..600).map(|n| set(&format!("a/{n}"), json!({ "n": int(n) })))),
                get("/a/599").status(200),
            ],
        ),
    ]
}
