//! Transforms.

use serde_json::{Value as Json, json};

use crate::case::{Case, case, commit, double, get, int, list, map, nan, nothing, set, text, transform};

/// A document with field `v`, one transform of `v`, its result, and the value of `v` afterwards.
fn becomes(name: &'static str, before: Json, mut change: Json, result: Json, after: Json) -> Case {
    change["fieldPath"] = json!("v");
    // What does not change keeps its version.
    let version = if before == after { "v1" } else { "v2" };
    case(
        name,
        [
            commit([set("a/1", json!({ "v": before }))]),
            commit([transform("a/1", [change])]).answers(
                json!({ "writeResults": [{ "updateTime": version, "transformResults": [result] }] }),
            ),
            get("/a/1").answers(json!({
                "name": "D/a/1", "fields": { "v": after }, "createTime": "v1", "updateTime": version,
            })),
        ],
    )
}

pub fn cases() -> Vec<Case> {
    let increment = |by: Json| json!({ "increment": by });
    let maximum = |other: Json| json!({ "maximum": other });
    let minimum = |other: Json| json!({ "minimum": other });
    let append = |values: Vec<Json>| json!({ "appendMissingElements": { "values": values } });
    let remove = |values: Vec<Json>| json!({ "removeAllFromArray": { "values": values } });
    vec![
        becomes("an increment adds integers", int(5), increment(int(-7)), int(-2), int(-2)),
        becomes("an increment adds doubles", double(0.5), increment(double(0.25)), double(0.75), double(0.75)),
        becomes("an integer and a double add up to a double", int(1), increment(double(0.5)), double(1.5), double(1.5)),
        becomes("a double and an integer add up to a double", double(0.5), increment(int(1)), double(1.5), double(1.5)),
        becomes("an increment of a text takes its place", text("x"), increment(int(3)), int(3), int(3)),
        becomes("an increment by nothing changes nothing", int(5), increment(int(0)), int(5), int(5)),
        becomes("an increment saturates above", int(i64::MAX), increment(int(1)), int(i64::MAX), int(i64::MAX)),
        becomes("an increment saturates below", int(i64::MIN), increment(int(-1)), int(i64::MIN), int(i64::MIN)),
        becomes("a maximum keeps the larger", int(5), maximum(int(3)), int(5), int(5)),
        becomes("a maximum takes the larger", int(5), maximum(double(5.5)), double(5.5), double(5.5)),
        becomes("a maximum keeps its type among equals", int(5), maximum(double(5.0)), int(5), int(5)),
        becomes("a maximum of a text takes its place", text("x"), maximum(int(-1)), int(-1), int(-1)),
        becomes("a maximum with NaN is NaN", int(5), maximum(nan()), nan(), nan()),
        becomes("a maximum of NaN is NaN", nan(), maximum(int(5)), nan(), nan()),
        becomes("a minimum takes the smaller", int(5), minimum(int(3)), int(3), int(3)),
        becomes("a minimum keeps the smaller", double(-1.5), minimum(int(3)), double(-1.5), double(-1.5)),
        becomes("a minimum with NaN is NaN", int(5), minimum(nan()), nan(), nan()),
        becomes(
            "appending adds what is missing, in order",
            list([int(1), int(2)]),
            append(vec![int(3), int(2), int(3), text("x")]),
            nothing(),
            list([int(1), int(2), int(3), text("x")]),
        ),
        becomes(
            "appending takes an integer and its double for one",
            list([int(1)]),
            append(vec![double(1.0), double(2.0), int(2)]),
            nothing(),
            list([int(1), double(2.0)]),
        ),
        becomes(
            "appending takes maps with equal fields for one",
            list([map(json!({ "id": text("t1"), "n": int(1) }))]),
            append(vec![map(json!({ "n": int(1), "id": text("t1") })), map(json!({ "id": text("t2") }))]),
            nothing(),
            list([map(json!({ "id": text("t1"), "n": int(1) })), map(json!({ "id": text("t2") }))]),
        ),
        becomes("appending to a text takes its place", text("x"), append(vec![int(1)]), nothing(), list([int(1)])),
        becomes(
            "removing takes out every equal element",
            list([int(1), int(2), double(1.0), text("x")]),
            remove(vec![int(1), text("y")]),
            nothing(),
            list([int(2), text("x")]),
        ),
        becomes("removing null takes out null", list([nothing(), int(1)]), remove(vec![nothing()]), nothing(), list([int(1)])),
        case(
            "transforms of what is missing begin with the operand",
            [
                commit([transform(
                    "a/1",
                    [
                        json!({ "fieldPath": "i", "increment": int(2) }),
                        json!({ "fieldPath": "m.n", "maximum": int(3) }),
                        json!({ "fieldPath": "l", "appendMissingElements": { "values": [int(1)] } }),
                        json!({ "fieldPath": "r", "removeAllFromArray": { "values": [int(1)] } }),
                    ],
                )])
                .answers(json!({ "writeResults": [{
                    "updateTime": "v1", "transformResults": [int(2), int(3), nothing(), nothing()],
                }] })),
                get("/a/1").answers(json!({
                    "name": "D/a/1",
                    "fields": {
                        "i": int(2), "m": map(json!({ "n": int(3) })), "l": list([int(1)]), "r": { "arrayValue": {} },
                    },
                    "createTime": "v1", "updateTime": "v1",
                })),
            ],
        ),
        case(
            "the time of the request is stored and told",
            [
                commit([transform("a/1", [json!({ "fieldPath": "at", "setToServerValue": "REQUEST_TIME" })])])
                    .answers(json!({ "writeResults": [{
                        "updateTime": "v1", "transformResults": [{ "timestampValue": "now" }],
                    }] })),
                get("/a/1").answers(json!({
                    "name": "D/a/1", "fields": { "at": { "timestampValue": "now" } },
                    "createTime": "v1", "updateTime": "v1",
                })),
            ],
        ),
        case(
            "enums are taken as numbers too",
            [commit([transform("a/1", [json!({ "fieldPath": "at", "setToServerValue": 1 })])])],
        ),
        case(
            "transforms come after the fields of the same write",
            [
                commit([json!({
                    "update": { "name": "D/a/1", "fields": { "n": int(5) } },
                    "updateTransforms": [{ "fieldPath": "n", "increment": int(2) }],
                })])
                .answers(json!({ "writeResults": [{ "updateTime": "v1", "transformResults": [int(7)] }] })),
            ],
        ),
        case(
            "the older form of transforms is understood",
            [
                commit([json!({ "transform": {
                    "document": "D/a/1", "fieldTransforms": [{ "fieldPath": "n", "increment": int(1) }],
                } })])
                .answers(json!({ "writeResults": [{ "updateTime": "v1", "transformResults": [int(1)] }] })),
            ],
        ),
        case(
            "a transform through a text makes a map of it",
            [
                commit([set("a/1", json!({ "s": text("x") }))]),
                commit([transform("a/1", [json!({ "fieldPath": "s.k", "increment": int(1) })])]),
                get("/a/1").answers(json!({
                    "name": "D/a/1", "fields": { "s": map(json!({ "k": int(1) })) },
                    "createTime": "v1", "updateTime": "v2",
                })),
            ],
        ),
        case(
            "an increment by a text is refused",
            [commit([transform("a/1", [json!({ "fieldPath": "n", "increment": text("1") })])]).invalid()],
        ),
        case(
            "a transform without a type or with an unknown one is refused",
            [
                commit([transform("a/1", [json!({ "fieldPath": "n" })])]).invalid(),
                commit([transform("a/1", [json!({ "fieldPath": "n", "double": int(1) })])]).invalid(),
                commit([transform("a/1", [json!({ "fieldPath": "n", "setToServerValue": "NEVER" })])]).invalid(),
            ],
        ),
        case(
            "a transform of a document that has to be there is refused where it is not",
            [commit([json!({
                "update": { "name": "D/a/1" }, "updateMask": {},
                "updateTransforms": [{ "fieldPath": "n", "increment": int(1) }],
                "currentDocument": { "exists": true },
            })])
            .refused(404, "NOT_FOUND")],
        ),
    ]
}
