//! In which order, and how many.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, double, int, list, map, nan, nothing, query, set, text};

fn by(orders: impl IntoIterator<Item = (&'static str, &'static str)>) -> Json {
    orders
        .into_iter()
        .map(|(field, direction)| json!({ "field": { "fieldPath": field }, "direction": direction }))
        .collect()
}

fn every_type() -> Step {
    commit([
        set("a/01", json!({ "v": map(json!({ "k": int(1) })) })),
        set("a/02", json!({ "v": list([int(1)]) })),
        set("a/03", json!({ "v": { "geoPointValue": { "latitude": 1.0, "longitude": 1.0 } } })),
        set("a/04", json!({ "v": { "referenceValue": "D/a/1" } })),
        set("a/05", json!({ "v": { "bytesValue": "AQ==" } })),
        set("a/06", json!({ "v": text("a") })),
        set("a/07", json!({ "v": { "timestampValue": "2026-01-01T00:00:00Z" } })),
        set("a/08", json!({ "v": double(-1.5) })),
        set("a/09", json!({ "v": int(-1) })),
        set("a/10", json!({ "v": nan() })),
        set("a/11", json!({ "v": { "booleanValue": true } })),
        set("a/12", json!({ "v": { "booleanValue": false } })),
        set("a/13", json!({ "v": nothing() })),
        set("a/14", json!({ "w": int(1) })),
    ])
}

fn people() -> Step {
    commit([
        set("p/1", json!({ "name": text("Bo"), "age": int(30) })),
        set("p/2", json!({ "name": text("Al"), "age": int(30) })),
        set("p/3", json!({ "name": text("Al"), "age": int(20) })),
        set("p/4", json!({ "name": text("Cy") })),
    ])
}

fn p(mut rest: Json) -> Step {
    rest["from"] = json!([{ "collectionId": "p" }]);
    query(rest)
}

/// Values in their order, one document each.
fn ascending(
    name: &'static str,
    values: impl IntoIterator<Item = Json>,
    order: impl IntoIterator<Item = &'static str>,
) -> Case {
    let writes = values
        .into_iter()
        .enumerate()
        .map(|(index, value)| set(&format!("a/{index}"), json!({ "v": value })));
    let asked = query(json!({ "from": [{ "collectionId": "a" }], "orderBy": by([("v", "ASCENDING")]) }));
    case(name, [commit(writes), asked.finds(order)])
}

pub fn cases() -> Vec<Case> {
    let time = |at: &str| json!({ "timestampValue": at });
    let point = |latitude: f64, longitude: f64| json!({ "geoPointValue": { "latitude": latitude, "longitude": longitude } });
    vec![
        case(
            "types have an order among each other",
            [
                every_type(),
                query(json!({ "from": [{ "collectionId": "a" }], "orderBy": by([("v", "ASCENDING")]) }))
                    .finds([
                        "a/13", "a/12", "a/11", "a/10", "a/08", "a/09", "a/07", "a/06", "a/05", "a/04",
                        "a/03", "a/02", "a/01",
                    ]),
                query(json!({ "from": [{ "collectionId": "a" }], "orderBy": by([("v", "DESCENDING")]) }))
                    .finds([
                        "a/01", "a/02", "a/03", "a/04", "a/05", "a/06", "a/07", "a/09", "a/08", "a/10",
                        "a/11", "a/12", "a/13",
                    ]),
            ],
        ),
        ascending(
            "numbers are ordered by value, whatever their type",
            [double(2.5), int(3), int(-1), double(-1.5), double(3.0), int(2)],
            ["a/3", "a/2", "a/5", "a/0", "a/1", "a/4"],
        ),
        ascending(
            "large integers are ordered exactly among doubles",
            [
                int(9_007_199_254_740_993),
                double(9_007_199_254_740_992.0),
                int(9_007_199_254_740_991),
                double(1e300),
            ],
            ["a/2", "a/1", "a/0", "a/3"],
        ),
        ascending(
            "infinities are at the ends",
            [
                json!({ "doubleValue": "Infinity" }),
                int(i64::MAX),
                json!({ "doubleValue": "-Infinity" }),
                int(i64::MIN),
                nan(),
            ],
            ["a/4", "a/2", "a/3", "a/1", "a/0"],
        ),
        ascending(
            "texts are ordered by their code points",
            [
                text("b"),
                text("a"),
                text(""),
                text("Z"),
                text("é"),
                text("aa"),
                text("\u{FFFD}"),
                text("\u{1F600}"),
            ],
            ["a/2", "a/3", "a/1", "a/5", "a/0", "a/4", "a/6", "a/7"],
        ),
        ascending(
            "timestamps are ordered by time",
            [time("2026-01-01T00:00:00Z"), time("1999-01-01T00:00:00Z"), time("2026-01-01T00:00:00.000001Z")],
            ["a/1", "a/0", "a/2"],
        ),
        ascending(
            "bytes are ordered byte by byte",
            [
                json!({ "bytesValue": "Ag==" }),
                json!({ "bytesValue": "AQI=" }),
                json!({ "bytesValue": "AQ==" }),
            ],
            ["a/2", "a/1", "a/0"],
        ),
        ascending(
            "points are ordered by latitude, then longitude",
            [point(1.0, 2.0), point(1.0, -2.0), point(-1.0, 5.0)],
            ["a/2", "a/1", "a/0"],
        ),
        ascending(
            "references are ordered id by id",
            [
                json!({ "referenceValue": "D/a-/1" }),
                json!({ "referenceValue": "D/a/2" }),
                json!({ "referenceValue": "D/a/1/b/1" }),
                json!({ "referenceValue": "D/a/1" }),
            ],
            ["a/3", "a/2", "a/1", "a/0"],
        ),
        ascending(
            "lists are ordered element by element, the shorter first",
            [list([int(2)]), list([int(1), int(2)]), list([int(1)]), list([]), list([text("a")])],
            ["a/3", "a/2", "a/1", "a/0", "a/4"],
        ),
        ascending(
            "maps are ordered by their keys and values",
            [
                map(json!({ "b": int(1) })),
                map(json!({ "a": int(2) })),
                map(json!({ "a": int(1), "b": int(1) })),
                map(json!({ "a": int(1) })),
                map(json!({})),
            ],
            ["a/4", "a/3", "a/2", "a/1", "a/0"],
        ),
        case(
            "a query without an order is ordered by name",
            [
                commit(["b", "a", "B", "10", "9", "é"].map(|id| set(&format!("p/{id}"), json!({})))),
                p(json!({})).finds(["p/10", "p/9", "p/B", "p/a", "p/b", "p/é"]),
            ],
        ),
        case(
            "documents without the ordered field are left out",
            [people(), p(json!({ "orderBy": by([("age", "ASCENDING")]) })).finds(["p/3", "p/1", "p/2"])],
        ),
        case(
            "ties are broken by name, in the direction of the last order",
            [people(), p(json!({ "orderBy": by([("age", "DESCENDING")]) })).finds(["p/2", "p/1", "p/3"])],
        ),
        case(
            "a second order decides among equals",
            [
                people(),
                p(json!({ "orderBy": by([("name", "ASCENDING"), ("age", "DESCENDING")]) }))
                    .finds(["p/2", "p/3", "p/1"]),
                p(json!({ "orderBy": by([("age", "DESCENDING"), ("name", "ASCENDING")]) }))
                    .finds(["p/2", "p/1", "p/3"]),
            ],
        ),
        case(
            "a direction is taken as a number too, and may be missing",
            [
                people(),
                p(json!({ "orderBy": [{ "field": { "fieldPath": "age" }, "direction": 2 }] }))
                    .finds(["p/2", "p/1", "p/3"]),
                p(json!({ "orderBy": [{ "field": { "fieldPath": "age" } }] })).finds(["p/3", "p/1", "p/2"]),
            ],
        ),
        case(
            "names are ordered at every depth of a collection group",
            [
                commit([
                    set("a/1", json!({})),
                    set("a/1/a/2", json!({})),
                    set("a/10", json!({})),
                    set("b/1/a/0", json!({})),
                ]),
                query(json!({ "from": [{ "collectionId": "a", "allDescendants": true }] }))
                    .finds(["a/1", "a/1/a/2", "a/10", "b/1/a/0"]),
            ],
        ),
        case(
            "a limit cuts the end off and an offset the beginning",
            [
                people(),
                p(json!({ "limit": 2 })).finds(["p/1", "p/2"]),
                p(json!({ "offset": 1, "limit": 2 })).finds(["p/2", "p/3"]),
                p(json!({ "offset": 3 })).finds(["p/4"]),
                p(json!({ "offset": 9 })).finds([]),
                p(json!({ "limit": 0 })).finds([]),
            ],
        ),
        case(
            "negative limits and offsets are refused",
            [p(json!({ "limit": -1 })).invalid(), p(json!({ "offset": -1 })).invalid()],
        ),
        case(
            "an order by a path that is none is refused",
            [p(json!({ "orderBy": by([("a..b", "ASCENDING")]) })).invalid()],
        ),
        case(
            "an unknown direction is refused",
            [p(json!({ "orderBy": by([("age", "SIDEWAYS")]) })).invalid()],
        ),
    ]
}
