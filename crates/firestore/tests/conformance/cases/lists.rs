//! Pages of a collection, and the collections.

use serde_json::json;

use crate::case::{Case, Step, case, commit, get, int, post, set};

fn stock() -> Step {
    commit((1..=5).map(|n| set(&format!("a/{n}"), json!({ "n": int(10 - n), "m": int(n) }))))
}

pub fn cases() -> Vec<Case> {
    vec![
        case("a collection is listed by name", [stock(), get("/a").finds(["a/1", "a/2", "a/3", "a/4", "a/5"])]),
        case("an empty collection is an empty object", [get("/a").answers(json!({}))]),
        case(
            "pages follow each other",
            [
                stock(),
                get("/a?pageSize=2").finds(["a/1", "a/2"]).keep("next", "/nextPageToken"),
                get("/a?pageSize=2&pageToken={next}").finds(["a/3", "a/4"]).keep("next", "/nextPageToken"),
                get("/a?pageSize=2&pageToken={next}").finds(["a/5"]),
            ],
        ),
        case(
            "a page that takes the last document has no token",
            [stock(), get("/a?pageSize=4&mask.fieldPaths=none").status(200), get("/a?pageSize=9").status(200)],
        ),
        case(
            "a list may be ordered",
            [stock(), get("/a?pageSize=3&orderBy=n").finds(["a/5", "a/4", "a/3"])],
        ),
        case(
            "pages of an ordered list follow each other",
            [
                stock(),
                get("/a?pageSize=3&orderBy=n").finds(["a/5", "a/4", "a/3"]).keep("next", "/nextPageToken"),
                get("/a?pageSize=3&orderBy=n&pageToken={next}").finds(["a/2", "a/1"]),
                get("/a?orderBy=n%20desc").finds(["a/1", "a/2", "a/3", "a/4", "a/5"]),
            ],
        ),
        case(
            "a list with a mask gives those fields only",
            [
                stock(),
                get("/a?pageSize=1&mask.fieldPaths=m").answers(json!({
                    "documents": [{ "name": "D/a/1", "fields": { "m": int(1) }, "createTime": "v1", "updateTime": "v1" }],
                    "nextPageToken": "token",
                })),
            ],
        ),
        case(
            "a list tells only of its own collection",
            [commit([set("a/1/b/1", json!({})), set("ab/1", json!({})), set("a/2", json!({}))]), get("/a").finds(["a/2"])],
        ),
        case(
            "documents that only have documents below them are told where asked",
            [
                commit([set("a/1/b/1", json!({})), set("a/2", json!({}))]),
                get("/a?showMissing=true").answers(json!({ "documents": [
                    { "name": "D/a/1" }, { "name": "D/a/2", "createTime": "v1", "updateTime": "v1" },
                ] })),
            ],
        ),
        case(
            "an order of a list may be empty, but does not begin with a space",
            [
                stock(),
                get("/a?orderBy=").finds(["a/1", "a/2", "a/3", "a/4", "a/5"]),
                get("/a?orderBy=n%20,%20m%20desc").finds(["a/5", "a/4", "a/3", "a/2", "a/1"]),
                get("/a?orderBy=%20n").invalid(),
            ],
        ),
        case(
            "documents that are missing have no order but their names",
            [get("/a?showMissing=true&orderBy=n").invalid(), get("/a?showMissing=true&orderBy=__name__").invalid()],
        ),
        case(
            "a page size that is negative is refused", [get("/a?pageSize=-1").invalid()],
        ),
        case(
            "a page size that is no number is refused", [get("/a?pageSize=many").invalid()],
        ),
        case(
            "a page has thirty documents where nobody says how many",
            [
                commit((10..45).map(|n| set(&format!("a/{n}"), json!({})))),
                get("/a?mask.fieldPaths=none").keep("next", "/nextPageToken"),
                get("/a?pageToken={next}").finds(["a/40", "a/41", "a/42", "a/43", "a/44"]),
            ],
        ),
        case("a page token that is none is refused", [stock(), get("/a?pageToken=nonsense").invalid()]),
        case(
            "the collections of a place are told",
            [
                commit([set("b/1", json!({})), set("a/1/c/1", json!({})), set("a/2/d/1", json!({}))]),
                post(":listCollectionIds", json!({})).answers(json!({ "collectionIds": ["a", "b"] })),
                post("/a/1:listCollectionIds", json!({})).answers(json!({ "collectionIds": ["c"] })),
                post("/a/3:listCollectionIds", json!({})).answers(json!({})),
            ],
        ),
    ]
}
