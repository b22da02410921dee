//! Single documents: create, read, patch, delete.

use serde_json::json;

use crate::case::{Case, case, delete, get, int, map, patch, post, text};

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "a created document is answered with its name, fields and times",
            [post("/users?documentId=u1", json!({ "fields": { "n": int(1) } })).answers(
                json!({ "name": "D/users/u1", "fields": { "n": int(1) }, "createTime": "v1", "updateTime": "v1" }),
            )],
        ),
        case(
            "a document that is created twice is refused",
            [
                post("/users?documentId=u1", json!({ "fields": { "n": int(1) } })),
                post("/users?documentId=u1", json!({ "fields": { "n": int(2) } })).refused(409, "ALREADY_EXISTS"),
                get("/users/u1").answers(
                    json!({ "name": "D/users/u1", "fields": { "n": int(1) }, "createTime": "v1", "updateTime": "v1" }),
                ),
            ],
        ),
        case(
            "a document without an id gets one",
            [post("/users", json!({})).answers(
                json!({ "name": "D/users/generated", "createTime": "v1", "updateTime": "v1" }),
            )],
        ),
        case("a document that is not there is not found", [get("/users/none").refused(404, "NOT_FOUND")]),
        case(
            "a document without fields has no fields in its reply",
            [
                post("/users?documentId=u1", json!({})),
                get("/users/u1").answers(json!({ "name": "D/users/u1", "createTime": "v1", "updateTime": "v1" })),
            ],
        ),
        case(
            "a read with a mask gives those fields only",
            [
                post("/users?documentId=u1", json!({ "fields": {
                    "a": int(1), "b": int(2), "m": map(json!({ "k": int(3), "l": int(4) })),
                } })),
                get("/users/u1?mask.fieldPaths=a&mask.fieldPaths=m.k&mask.fieldPaths=none").answers(json!({
                    "name": "D/users/u1",
                    "fields": { "a": int(1), "m": map(json!({ "k": int(3) })) },
                    "createTime": "v1", "updateTime": "v1",
                })),
            ],
        ),
        case(
            "a patch without a mask replaces the whole document",
            [
                post("/users?documentId=u1", json!({ "fields": { "a": int(1), "b": int(2) } })),
                patch("/users/u1", json!({ "fields": { "c": int(3) } })).answers(
                    json!({ "name": "D/users/u1", "fields": { "c": int(3) }, "createTime": "v1", "updateTime": "v2" }),
                ),
            ],
        ),
        case(
            "a patch with a mask touches only the fields of the mask",
            [
                post("/users?documentId=u1", json!({ "fields": { "a": int(1), "b": int(2), "gone": int(3) } })),
                patch(
                    "/users/u1?updateMask.fieldPaths=b&updateMask.fieldPaths=gone",
                    json!({ "fields": { "b": int(20), "ignored": int(5) } }),
                )
                .answers(json!({
                    "name": "D/users/u1", "fields": { "a": int(1), "b": int(20) },
                    "createTime": "v1", "updateTime": "v2",
                })),
            ],
        ),
        case(
            "a patch reaches into maps and makes them where they are missing",
            [
                post("/users?documentId=u1", json!({ "fields": { "m": map(json!({ "x": int(1) })) } })),
                patch(
                    "/users/u1?updateMask.fieldPaths=m.y.z&updateMask.fieldPaths=n.o",
                    json!({ "fields": {
                        "m": map(json!({ "y": map(json!({ "z": int(2) })) })), "n": map(json!({ "o": int(3) })),
                    } }),
                )
                .answers(json!({
                    "name": "D/users/u1",
                    "fields": {
                        "m": map(json!({ "x": int(1), "y": map(json!({ "z": int(2) })) })),
                        "n": map(json!({ "o": int(3) })),
                    },
                    "createTime": "v1", "updateTime": "v2",
                })),
            ],
        ),
        case(
            "a patch deletes inside a map and leaves the empty map",
            [
                post("/users?documentId=u1", json!({ "fields": { "m": map(json!({ "x": int(1) })) } })),
                patch("/users/u1?updateMask.fieldPaths=m.x", json!({})).answers(json!({
                    "name": "D/users/u1", "fields": { "m": { "mapValue": {} } },
                    "createTime": "v1", "updateTime": "v2",
                })),
            ],
        ),
        case(
            "a patch names odd fields in backticks",
            [patch(
                "/users/u1?updateMask.fieldPaths=%60a-b%60&updateMask.fieldPaths=%60c.d%60",
                json!({ "fields": { "a-b": int(1), "c.d": int(2) } }),
            )
            .answers(json!({
                "name": "D/users/u1", "fields": { "a-b": int(1), "c.d": int(2) },
                "createTime": "v1", "updateTime": "v1",
            }))],
        ),
        case(
            "a field path that is none is refused",
            [
                patch("/users/u1?updateMask.fieldPaths=a-b", json!({})).invalid(),
                patch("/users/u1?updateMask.fieldPaths=a..b", json!({})).invalid(),
                patch("/users/u1?updateMask.fieldPaths=.a", json!({})).invalid(),
                get("/users/u1").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "a patch makes a document that is missing",
            [patch("/users/u1?updateMask.fieldPaths=a", json!({ "fields": { "a": int(1) } })).answers(
                json!({ "name": "D/users/u1", "fields": { "a": int(1) }, "createTime": "v1", "updateTime": "v1" }),
            )],
        ),
        case(
            "a patch of a document that has to be there is refused where it is not",
            [
                patch("/users/u1?currentDocument.exists=true", json!({})).refused(404, "NOT_FOUND"),
                get("/users/u1").refused(404, "NOT_FOUND"),
            ],
        ),
        case(
            "a patch of a document that must not be there is refused where it is",
            [
                patch("/users/u1?currentDocument.exists=false", json!({})),
                patch("/users/u1?currentDocument.exists=false", json!({})).refused(409, "ALREADY_EXISTS"),
            ],
        ),
        case(
            "a patch that changes nothing keeps the version",
            [
                post("/users?documentId=u1", json!({ "fields": { "a": int(1) } })),
                patch("/users/u1", json!({ "fields": { "a": int(1) } })).answers(
                    json!({ "name": "D/users/u1", "fields": { "a": int(1) }, "createTime": "v1", "updateTime": "v1" }),
                ),
            ],
        ),
        case(
            "a patch answers with the fields of the reply's mask",
            [patch("/users/u1?mask.fieldPaths=b", json!({ "fields": { "a": int(1), "b": int(2) } })).answers(
                json!({ "name": "D/users/u1", "fields": { "b": int(2) }, "createTime": "v1", "updateTime": "v1" }),
            )],
        ),
        case(
            "a patch at a version that is right goes through",
            [
                post("/users?documentId=u1", json!({})).keep("t", "/updateTime"),
                patch("/users/u1?currentDocument.updateTime={t}", json!({ "fields": { "a": int(1) } })).answers(
                    json!({ "name": "D/users/u1", "fields": { "a": int(1) }, "createTime": "v1", "updateTime": "v2" }),
                ),
            ],
        ),
        case(
            "a deleted document is gone",
            [
                post("/users?documentId=u1", json!({})),
                delete("/users/u1").answers(json!({})),
                get("/users/u1").refused(404, "NOT_FOUND"),
            ],
        ),
        case("a document that is not there can be deleted", [delete("/users/u1").answers(json!({}))]),
        case(
            "a delete of a document that has to be there is refused where it is not",
            [delete("/users/u1?currentDocument.exists=true").refused(404, "NOT_FOUND")],
        ),
        case(
            "a document that comes back has a new creation time",
            [
                post("/users?documentId=u1", json!({})),
                delete("/users/u1"),
                post("/users?documentId=u1", json!({ "fields": { "a": text("x") } })).answers(
                    json!({ "name": "D/users/u1", "fields": { "a": text("x") }, "createTime": "v2", "updateTime": "v2" }),
                ),
            ],
        ),
        case(
            "documents below a document do not depend on it",
            [
                post("/courses/c1/roster?documentId=m1", json!({})),
                get("/courses/c1").refused(404, "NOT_FOUND"),
                delete("/courses/c1"),
                get("/courses/c1/roster/m1").answers(
                    json!({ "name": "D/courses/c1/roster/m1", "createTime": "v1", "updateTime": "v1" }),
                ),
            ],
        ),
    ]
}
