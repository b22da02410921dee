//! Several writes of one commit to one document: what a later write may ask of what an earlier one leaves.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, get, int, post, set, transform};

/// A write to `a/1` under a condition.
fn update(condition: Json) -> Json {
    json!({ "update": { "name": "D/a/1", "fields": { "n": int(2) } }, "currentDocument": condition })
}

fn delete(condition: Json) -> Json {
    json!({ "delete": "D/a/1", "currentDocument": condition })
}

fn verify(condition: Json) -> Json {
    json!({ "verify": "D/a/1", "currentDocument": condition })
}

fn there() -> Json {
    json!({ "exists": true })
}

fn not_there() -> Json {
    json!({ "exists": false })
}

fn at_version() -> Json {
    json!({ "updateTime": "{t}" })
}

/// Makes the document and keeps its version as `t`.
fn made() -> Step {
    commit([set("a/1", json!({ "n": int(1) }))]).keep("t", "/writeResults/0/updateTime")
}

/// Commits of two writes, each refused whatever is stored.
fn refuses(name: &'static str, pairs: impl IntoIterator<Item = [Json; 2]>) -> Case {
    let commits = pairs.into_iter().map(|pair| commit(pair).invalid());
    case(name, std::iter::once(made()).chain(commits))
}

pub fn cases() -> Vec<Case> {
    let plain = || set("a/1", json!({}));
    vec![
        refuses(
            "a document that a write leaves there cannot be made by the next",
            [
                [plain(), update(not_there())],
                [update(not_there()), update(not_there())],
                [update(there()), update(not_there())],
                [update(at_version()), update(not_there())],
                [plain(), delete(not_there())],
            ],
        ),
        refuses(
            "a document that a write leaves missing cannot be changed by the next",
            [
                [json!({ "delete": "D/a/1" }), update(there())],
                [json!({ "delete": "D/a/1" }), update(at_version())],
                [delete(there()), delete(there())],
                [delete(at_version()), update(at_version())],
            ],
        ),
        refuses(
            "a version cannot be asked for behind a write that asked for none",
            [
                [plain(), update(at_version())],
                [update(there()), update(at_version())],
                [plain(), delete(at_version())],
                [json!({ "delete": "D/a/1" }), delete(at_version())],
            ],
        ),
        refuses(
            "a document is verified or written in a commit, not both",
            [
                [plain(), verify(there())],
                [verify(there()), plain()],
                [verify(at_version()), delete(there())],
                [verify(there()), verify(there())],
            ],
        ),
        case(
            "a senseless sequence is refused before the store is looked at",
            [
                commit([update(there()), update(not_there())]).invalid(),
                commit([json!({ "delete": "D/a/2", "currentDocument": there() }), plain(), update(not_there())])
                    .invalid(),
            ],
        ),
        case(
            "one version may be asked for by every write",
            [
                made(),
                commit([update(at_version()), update(at_version()), update(there())])
                    .answers(json!({ "writeResults": [
                        { "updateTime": "v2" }, { "updateTime": "v2" }, { "updateTime": "v2" },
                    ] })),
            ],
        ),
        case(
            "the version asked for is that of before the commit",
            [
                made(),
                commit([set("a/1", json!({ "n": int(7) }))]),
                commit([update(at_version()), update(at_version())]).refused(400, "FAILED_PRECONDITION"),
            ],
        ),
        case(
            "a document that is deleted may be asked not to be there",
            [
                made(),
                commit([json!({ "delete": "D/a/1" }), delete(not_there()), update(not_there())]),
                get("/a/1").answers(
                    json!({ "name": "D/a/1", "fields": { "n": int(2) }, "createTime": "v2", "updateTime": "v2" }),
                ),
            ],
        ),
        case(
            "the first write of a document meets what is stored",
            [
                commit([update(there()), plain()]).refused(404, "NOT_FOUND"),
                made(),
                commit([update(not_there()), update(there())]).refused(409, "ALREADY_EXISTS"),
                commit([delete(not_there()), plain()]).refused(409, "ALREADY_EXISTS"),
            ],
        ),
        case(
            "a field is not transformed together with one inside it",
            [
                commit([transform("a/1", [
                    json!({ "fieldPath": "m.n", "increment": int(1) }),
                    json!({ "fieldPath": "m", "increment": int(1) }),
                ])])
                .invalid(),
                post(":batchWrite", json!({ "writes": [transform("a/1", [
                    json!({ "fieldPath": "m", "increment": int(1) }),
                    json!({ "fieldPath": "m.n.o", "increment": int(1) }),
                ])] }))
                .invalid(),
                commit([transform("a/1", [
                    json!({ "fieldPath": "m.n", "increment": int(1) }),
                    json!({ "fieldPath": "m.n", "increment": int(1) }),
                    json!({ "fieldPath": "m.no", "increment": int(1) }),
                ])])
                .answers(json!({ "writeResults": [{
                    "updateTime": "v1", "transformResults": [int(1), int(2), int(1)],
                }] })),
            ],
        ),
    ]
}
