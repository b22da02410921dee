//! Values as they are sent, stored and sent back.

use serde_json::{Value as Json, json};

use crate::case::{Case, case, commit, get, int, list, map, set};

/// A value that is sent in one form and comes back in another, or the same.
fn kept(name: &'static str, sent: Json, back: Json) -> Case {
    case(
        name,
        [
            commit([set("a/1", json!({ "v": sent }))]),
            get("/a/1").answers(
                json!({ "name": "D/a/1", "fields": { "v": back }, "createTime": "v1", "updateTime": "v1" }),
            ),
        ],
    )
}

fn same(name: &'static str, value: Json) -> Case {
    kept(name, value.clone(), value)
}

fn refused(name: &'static str, value: Json) -> Case {
    case(name, [commit([set("a/1", json!({ "v": value }))]).invalid(), get("/a/1").refused(404, "NOT_FOUND")])
}

pub fn cases() -> Vec<Case> {
    vec![
        same("null comes back", json!({ "nullValue": null })),
        kept(
            "null may be written by its name",
            json!({ "nullValue": "NULL_VALUE" }),
            json!({ "nullValue": null }),
        ),
        same("a boolean comes back", json!({ "booleanValue": true })),
        same("the largest integer comes back exactly", int(i64::MAX)),
        same("the smallest integer comes back exactly", int(i64::MIN)),
        kept("an integer may be a number", json!({ "integerValue": 7 }), int(7)),
        same("a double comes back bit for bit", json!({ "doubleValue": 0.1 })),
        same("a large double comes back bit for bit", json!({ "doubleValue": 1.797_693_134_862_315_7e308 })),
        kept("a whole double stays a double", json!({ "doubleValue": 1 }), json!({ "doubleValue": 1.0 })),
        same("NaN comes back", json!({ "doubleValue": "NaN" })),
        same("infinity comes back", json!({ "doubleValue": "Infinity" })),
        same("negative infinity comes back", json!({ "doubleValue": "-Infinity" })),
        kept("there is one zero", json!({ "doubleValue": -0.0 }), json!({ "doubleValue": 0.0 })),
        same("a text of many scripts comes back", json!({ "stringValue": "課程 \u{1F600} \u{0} \" \\" })),
        same("an empty text comes back", json!({ "stringValue": "" })),
        same("bytes come back", json!({ "bytesValue": "AAEC/w==" })),
        same("a timestamp comes back", json!({ "timestampValue": "2001-02-03T04:05:06.789Z" })),
        kept(
            "a timestamp is cut to microseconds",
            json!({ "timestampValue": "2001-02-03T04:05:06.123456789Z" }),
            json!({ "timestampValue": "2001-02-03T04:05:06.123456Z" }),
        ),
        kept(
            "a timestamp is told in UTC",
            json!({ "timestampValue": "2001-02-03T04:05:06+02:00" }),
            json!({ "timestampValue": "2001-02-03T02:05:06Z" }),
        ),
        same(
            "a timestamp before the epoch comes back",
            json!({ "timestampValue": "1901-02-03T04:05:06.000001Z" }),
        ),
        same("a point comes back", json!({ "geoPointValue": { "latitude": 25.05, "longitude": -121.5 } })),
        kept(
            "a point on the equator or the meridian leaves the zero out",
            list([
                json!({ "geoPointValue": { "latitude": 0, "longitude": 0 } }),
                json!({ "geoPointValue": { "latitude": -0.0, "longitude": 1.5 } }),
            ]),
            list([json!({ "geoPointValue": {} }), json!({ "geoPointValue": { "longitude": 1.5 } })]),
        ),
        case(
            "there is one zero of degrees",
            [
                commit([set(
                    "a/1",
                    json!({ "v": { "geoPointValue": { "latitude": -0.0, "longitude": 1 } } }),
                )]),
                commit([set(
                    "a/1",
                    json!({ "v": { "geoPointValue": { "latitude": 0.0, "longitude": 1 } } }),
                )])
                .answers(json!({ "writeResults": [{ "updateTime": "v1" }] })),
            ],
        ),
        same("a reference comes back", json!({ "referenceValue": "D/a/2" })),
        same(
            "a reference may point into another database",
            json!({ "referenceValue": "projects/elsewhere/databases/(default)/documents/a/1" }),
        ),
        same("an empty array comes back", json!({ "arrayValue": {} })),
        kept(
            "an array without elements is empty",
            json!({ "arrayValue": { "values": [] } }),
            json!({ "arrayValue": {} }),
        ),
        same("an empty map comes back", json!({ "mapValue": {} })),
        same(
            "maps and arrays nest",
            list([map(json!({ "l": list([int(1), map(json!({ "k": int(2) }))]) }))]),
        ),
        same(
            "fields may have odd names",
            map(json!({ "a b": int(1), "$double": int(2), "a.b": int(3), "`": int(4) })),
        ),
        refused("a value without a type is refused", json!({})),
        refused("a value of two types is refused", json!({ "integerValue": "1", "stringValue": "1" })),
        refused("a value of an unknown type is refused", json!({ "numberValue": 1 })),
        refused("an integer that is none is refused", json!({ "integerValue": "1.5" })),
        refused("an integer beyond 64 bits is refused", json!({ "integerValue": "9223372036854775808" })),
        refused("a timestamp that is none is refused", json!({ "timestampValue": "yesterday" })),
        refused("bytes that are no base64 are refused", json!({ "bytesValue": "?" })),
        refused("a boolean that is a text is refused", json!({ "booleanValue": "perhaps" })),
        refused("an array in an array is refused", list([list([int(1)])])),
        refused("an array in an array in a map is refused", map(json!({ "k": list([list([])]) }))),
        refused(
            "a point off the globe is refused",
            json!({ "geoPointValue": { "latitude": 91, "longitude": 0 } }),
        ),
        refused("a reference to a collection is refused", json!({ "referenceValue": "D/a" })),
        refused("a reference that is no name is refused", json!({ "referenceValue": "a/1" })),
    ]
}
