//! Vectors as values: a type of their own, written as a map.

use serde_json::{Value as Json, json};

use crate::case::{
    Case, Step, case, commit, double, get, int, list, map, nan, query, set, text, transform, typed, vector,
};

fn refused(name: &'static str, value: Json, message: &'static str) -> Case {
    case(
        name,
        [
            commit([set("a/1", json!({ "v": value }))]).invalid_saying(message),
            get("/a/1").refused(404, "NOT_FOUND"),
        ],
    )
}

/// `a/1` holds `v`.
fn holds(value: Json, updated: &str) -> Step {
    get("/a/1").answers(
        json!({ "name": "D/a/1", "fields": { "v": value }, "createTime": "v1", "updateTime": updated }),
    )
}

fn stock() -> Step {
    commit([
        set("a/empty map", json!({ "v": map(json!({})) })),
        set("a/list", json!({ "v": list([int(9)]) })),
        set("a/map", json!({ "v": map(json!({ "k": int(1) })) })),
        set("a/one", json!({ "v": vector([3.0]) })),
        set("a/three", json!({ "v": vector([0.0, 0.0, 0.0]) })),
        set("a/two", json!({ "v": vector([1.0, 2.0]) })),
        set("a/two lower", json!({ "v": vector([1.0, 1.0]) })),
    ])
}

fn where_v(op: &str, value: Json) -> Step {
    where_field("v", op, value)
}

fn where_field(name: &str, op: &str, value: Json) -> Step {
    query(json!({
        "from": [{ "collectionId": "a" }],
        "where": { "fieldFilter": { "field": { "fieldPath": name }, "op": op, "value": value } },
    }))
}

pub fn cases() -> Vec<Case> {
    let ordered = |rest: Json| {
        let mut asked = rest;
        asked["from"] = json!([{ "collectionId": "a" }]);
        asked["orderBy"] = json!([{ "field": { "fieldPath": "v" } }]);
        query(asked)
    };
    vec![
        case(
            "a vector comes back",
            [
                commit([set("a/1", json!({ "v": vector([1.0, -0.5, 0.1]) }))]),
                holds(vector([1.0, -0.5, 0.1]), "v1"),
            ],
        ),
        case(
            "a vector may lie in a map and hold infinity",
            [
                commit([set(
                    "a/1",
                    json!({ "v": map(json!({ "m": typed(json!({ "value": list([
                    json!({ "doubleValue": "Infinity" }),
                ]) })) })) }),
                )]),
                holds(
                    map(
                        json!({ "m": typed(json!({ "value": list([json!({ "doubleValue": "Infinity" })]) })) }),
                    ),
                    "v1",
                ),
            ],
        ),
        case(
            "a vector of 2048 dimensions is stored",
            [commit([set("a/1", json!({ "v": vector([0.5; 2048]) }))])],
        ),
        refused(
            "a vector of more dimensions is refused",
            vector([0.5; 2049]),
            "Vectors must be at most 2048 dimensions.",
        ),
        refused("an empty vector is refused", vector([]), "Cannot have a zero length vector."),
        refused(
            "a vector of integers is refused",
            typed(json!({ "value": list([int(1)]) })),
            "Vector must only contain values of type 'double'",
        ),
        refused(
            "a vector with a NaN is refused",
            typed(json!({ "value": list([double(1.0), nan()]) })),
            "Vector cannot contain NaN values.",
        ),
        refused(
            "a vector without numbers is refused",
            typed(json!({})),
            "Vector map is missing key 'value'.",
        ),
        refused(
            "a vector whose numbers are no list is refused",
            typed(json!({ "value": text("1") })),
            "Vector Value type must be an array.",
        ),
        refused(
            "a vector with more than numbers is refused",
            typed(json!({ "value": list([double(1.0)]), "more": int(1) })),
            "Vector Value map has extraneous entries.",
        ),
        refused(
            "a map of an unknown type is refused",
            map(json!({ "__type__": text("__other__"), "value": list([double(1.0)]) })),
            "Property v contains an invalid nested entity.",
        ),
        refused(
            "a map whose type is no text is refused",
            map(json!({ "__type__": int(1), "value": list([double(1.0)]) })),
            "Field __type__ is not a string.",
        ),
        refused(
            "a vector in a list is refused",
            list([vector([1.0])]),
            "Cannot convert a vector value in an array value.",
        ),
        case(
            "a document is no vector",
            [commit([set("a/1", json!({ "__type__": text("__vector__"), "value": list([double(1.0)]) }))])
                .invalid_saying("field name __type__ is reserved")],
        ),
        case(
            "vectors stand between lists and maps, the shorter first",
            [
                stock(),
                ordered(json!({})).finds([
                    "a/list",
                    "a/one",
                    "a/two lower",
                    "a/two",
                    "a/three",
                    "a/empty map",
                    "a/map",
                ]),
                ordered(json!({ "startAt": { "values": [vector([1.0, 2.0])], "before": true } })).finds([
                    "a/two",
                    "a/three",
                    "a/empty map",
                    "a/map",
                ]),
            ],
        ),
        case(
            "vectors are compared as a whole",
            [
                stock(),
                where_v("EQUAL", vector([1.0, 2.0])).finds(["a/two"]),
                where_v("IN", list([vector([1.0, 2.0]), vector([3.0])])).finds(["a/one", "a/two"]),
                where_v("LESS_THAN", vector([1.0, 2.0])).finds(["a/one", "a/two lower"]),
                where_v("GREATER_THAN", vector([1.0, 1.0])).finds(["a/two", "a/three"]),
                where_v("GREATER_THAN", map(json!({}))).finds(["a/map"]),
                where_v("GREATER_THAN", list([])).finds(["a/list"]),
                where_v("NOT_EQUAL", vector([3.0])).finds([
                    "a/list",
                    "a/two lower",
                    "a/two",
                    "a/three",
                    "a/empty map",
                    "a/map",
                ]),
            ],
        ),
        case(
            "a vector has no fields and no elements",
            [
                stock(),
                where_v("ARRAY_CONTAINS", double(3.0)).finds([]),
                where_field("v.value", "ARRAY_CONTAINS", double(3.0)).finds([]),
                where_field("v.value", "EQUAL", list([double(3.0)])).finds([]),
                get("/a/one?mask.fieldPaths=v.value")
                    .answers(json!({ "name": "D/a/one", "createTime": "v1", "updateTime": "v1" })),
            ],
        ),
        case(
            "a write into a vector makes a map of it",
            [
                commit([set("a/1", json!({ "v": vector([1.0]) }))]),
                commit([json!({
                    "update": { "name": "D/a/1", "fields": { "v": map(json!({ "value": int(1) })) } },
                    "updateMask": { "fieldPaths": ["v.value"] },
                })]),
                holds(map(json!({ "value": int(1) })), "v2"),
            ],
        ),
        case(
            "a transform makes a list of a vector",
            [
                commit([set("a/1", json!({ "v": vector([1.0]) }))]),
                commit([transform(
                    "a/1",
                    [json!({ "fieldPath": "v", "appendMissingElements": { "values": [int(1)] } })],
                )]),
                holds(list([int(1)]), "v2"),
            ],
        ),
        case(
            "what claims to be a vector is refused in filters and cursors too",
            [
                where_v("EQUAL", typed(json!({}))).invalid_saying("Vector map is missing key 'value'."),
                where_v("IN", list([vector([])])).invalid_saying("Cannot have a zero length vector."),
                ordered(json!({ "startAt": { "values": [map(json!({ "__type__": int(1) }))] } }))
                    .invalid_saying("Field __type__ is not a string."),
                where_v("EQUAL", map(json!({ "m": map(json!({ "__a__": int(1) })) })))
                    .invalid_saying("field name '__a__' is reserved."),
            ],
        ),
    ]
}
