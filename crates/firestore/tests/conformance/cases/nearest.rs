//! Searches by vectors.

use serde_json::{Value as Json, json};

use crate::case::{Case, Step, case, commit, double, int, list, map, post, query, set, vector};

fn stock() -> Step {
    commit([
        set("n/east", json!({ "v": vector([1.0, 0.0]), "k": int(1) })),
        set("n/far", json!({ "v": vector([3.0, 4.0]), "k": int(2) })),
        set("n/north", json!({ "v": vector([0.0, 1.0]), "k": int(1) })),
        set("n/nowhere", json!({ "v": vector([0.0, 0.0]), "k": int(1) })),
        set("n/number", json!({ "v": int(1), "k": int(1) })),
        set("n/solid", json!({ "v": vector([1.0, 0.0, 0.0]), "k": int(1) })),
        set("n/south", json!({ "v": vector([0.0, -1.0]) })),
        set("n/west", json!({ "v": vector([-1.0, 0.0]), "k": int(1) })),
        set("n/without", json!({ "k": int(1) })),
    ])
}

/// The query that looks east, changed.
fn nearest(changes: Json, rest: Json) -> Step {
    query(asked(changes, rest))
}

fn asked(changes: Json, rest: Json) -> Json {
    let mut asked = rest;
    asked["findNearest"] = json!({
        "vectorField": { "fieldPath": "v" }, "queryVector": vector([1.0, 0.0]),
        "distanceMeasure": "EUCLIDEAN", "limit": 10,
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        asked["findNearest"][name] = value.clone();
    }
    if asked.get("from").is_none() {
        asked["from"] = json!([{ "collectionId": "n" }]);
    }
    asked
}

/// The distances alone, in order.
fn measures(
    name: &'static str,
    changes: Json,
    distances: impl IntoIterator<Item = (&'static str, Json)>,
) -> Case {
    let mut told = changes;
    told["distanceResultField"] = json!("d");
    let documents = distances.into_iter().map(|(id, distance)| {
        json!({ "document": {
            "name": format!("D/n/{id}"), "fields": { "d": distance }, "createTime": "v1", "updateTime": "v1",
        } })
    });
    let documents = Json::Array(documents.collect());
    case(
        name,
        [
            stock(),
            nearest(told, json!({ "select": { "fields": [{ "fieldPath": "d" }] } })).answers(documents),
        ],
    )
}

fn finds(name: &'static str, changes: Json, ids: impl IntoIterator<Item = &'static str>) -> Case {
    case(name, [stock(), nearest(changes, json!({})).finds(ids)])
}

fn refuses(name: &'static str, asked: impl IntoIterator<Item = (Json, &'static str)>) -> Case {
    case(
        name,
        asked.into_iter().map(|(changes, message)| nearest(changes, json!({})).invalid_saying(message)),
    )
}

pub fn cases() -> Vec<Case> {
    let where_k = |op: &str| json!({ "where": { "fieldFilter": { "field": { "fieldPath": "k" }, "op": op, "value": int(1) } } });
    let nan = || json!({ "doubleValue": "NaN" });
    vec![
        measures(
            "the nearest by straight line come first, ties by name",
            json!({}),
            [
                ("east", double(0.0)), ("nowhere", double(1.0)), ("north", double(2.0_f64.sqrt())),
                ("south", double(2.0_f64.sqrt())), ("west", double(2.0)), ("far", double(20.0_f64.sqrt())),
            ],
        ),
        measures(
            "the nearest by angle come first, what has no direction last",
            json!({ "distanceMeasure": "COSINE" }),
            [
                ("east", double(0.0)), ("far", double(0.4)), ("north", double(1.0)), ("south", double(1.0)),
                ("west", double(2.0)), ("nowhere", nan()),
            ],
        ),
        measures(
            "the largest products come first",
            json!({ "distanceMeasure": "DOT_PRODUCT" }),
            [
                ("far", double(3.0)), ("east", double(1.0)), ("north", double(0.0)), ("nowhere", double(0.0)),
                ("south", double(0.0)), ("west", double(-1.0)),
            ],
        ),
        measures(
            "a search from nowhere by angle has no distances",
            json!({ "distanceMeasure": "COSINE", "queryVector": vector([0.0, 0.0]), "limit": 2 }),
            [("east", nan()), ("far", nan())],
        ),
        finds("a search finds no more than its limit", json!({ "limit": 2 }), ["n/east", "n/nowhere"]),
        finds("a search may have the largest limit", json!({ "limit": 1000, "distanceThreshold": 0.5 }), ["n/east"]),
        finds("a limit may be a text", json!({ "limit": "1" }), ["n/east"]),
        finds("a measure is taken as a number too", json!({ "distanceMeasure": 3, "limit": 1 }), ["n/far"]),
        finds("a threshold keeps the far away out", json!({ "distanceThreshold": 1 }), ["n/east", "n/nowhere"]),
        finds(
            "a threshold of products keeps the small out",
            json!({ "distanceMeasure": "DOT_PRODUCT", "distanceThreshold": 1.0 }),
            ["n/far", "n/east"],
        ),
        finds(
            "a threshold keeps out what has no distance",
            json!({ "distanceMeasure": "COSINE", "distanceThreshold": 1.0 }),
            ["n/east", "n/far", "n/north", "n/south"],
        ),
        finds("a threshold nothing is within finds nothing", json!({ "distanceThreshold": -1 }), []),
        finds("vectors of another dimension are found by such", json!({ "queryVector": vector([0.0; 3]) }), ["n/solid"]),
        finds("a search by a field that nothing has finds nothing", json!({ "vectorField": { "fieldPath": "x" } }), []),
        case(
            "filters hold before the search",
            [
                stock(),
                nearest(json!({ "limit": 3 }), where_k("EQUAL")).finds(["n/east", "n/nowhere", "n/north"]),
                nearest(json!({}), where_k("GREATER_THAN")).finds(["n/far"]),
            ],
        ),
        case(
            "an order of the query has no say but in what is found",
            [
                stock(),
                nearest(json!({}), json!({ "orderBy": [{ "field": { "fieldPath": "k" }, "direction": "DESCENDING" }] }))
                    .finds(["n/east", "n/nowhere", "n/north", "n/west", "n/far"]),
            ],
        ),
        case(
            "a distance takes the place of a field of that name, whatever its characters",
            [
                commit([set("n/1", json!({ "v": vector([1.0, 0.0]), "a.b": int(1) }))]),
                nearest(json!({ "distanceResultField": "a.b" }), json!({})).answers(json!([{ "document": {
                    "name": "D/n/1", "fields": { "v": vector([1.0, 0.0]), "a.b": double(0.0) },
                    "createTime": "v1", "updateTime": "v1",
                } }])),
            ],
        ),
        case(
            "a distance that is not selected is not told",
            [
                commit([set("n/1", json!({ "v": vector([1.0, 0.0]), "k": int(1) }))]),
                nearest(
                    json!({ "distanceResultField": "d" }),
                    json!({ "select": { "fields": [{ "fieldPath": "k" }] } }),
                )
                .answers(json!([{ "document": {
                    "name": "D/n/1", "fields": { "k": int(1) }, "createTime": "v1", "updateTime": "v1",
                } }])),
            ],
        ),
        case(
            "a collection group is searched as a whole",
            [
                commit([
                    set("n/1", json!({ "v": vector([2.0, 0.0]) })), set("a/1/n/2", json!({ "v": vector([1.0, 0.0]) })),
                ]),
                nearest(json!({}), json!({ "from": [{ "collectionId": "n", "allDescendants": true }] }))
                    .finds(["a/1/n/2", "n/1"]),
            ],
        ),
        case(
            "a vector in a map is found by its path",
            [
                commit([set("n/1", json!({ "m": map(json!({ "v": vector([1.0, 0.0]) })) }))]),
                nearest(json!({ "vectorField": { "fieldPath": "m.v" } }), json!({})).finds(["n/1"]),
            ],
        ),
        case(
            "what is found can be counted",
            [
                stock(),
                post(":runAggregationQuery", json!({ "structuredAggregationQuery": {
                    "structuredQuery": asked(json!({ "limit": 2 }), json!({})),
                    "aggregations": [{ "alias": "c", "count": {} }],
                } }))
                .answers(json!([{ "result": { "aggregateFields": { "c": int(2) } } }])),
            ],
        ),
        case(
            "a search may begin a transaction",
            [
                stock(),
                post(":runQuery", json!({
                    "structuredQuery": asked(json!({ "limit": 1 }), json!({})), "newTransaction": { "readWrite": {} },
                }))
                .keep("t", "/0/transaction"),
                post(":commit", json!({ "transaction": "{t}", "writes": [set("n/east", json!({}))] })),
            ],
        ),
        refuses(
            "a limit out of range is refused",
            [json!(0), json!(-1), json!(1001), Json::Null].map(|limit| {
                (json!({ "limit": limit }), "FindNearest.limit must be a positive integer of no more than 1000")
            }),
        ),
        refuses(
            "a measure that is none is refused",
            [json!("DISTANCE_MEASURE_UNSPECIFIED"), Json::Null]
                .map(|measure| (json!({ "distanceMeasure": measure }), "Unknown Distance Measure.")),
        ),
        refuses(
            "a query vector that is none is refused",
            [
                (json!({ "queryVector": Json::Null }), "Cannot convert firestore.v1.Value with type unset."),
                (json!({ "queryVector": int(1) }), "Query Value must be of type vector."),
                (json!({ "queryVector": list([double(1.0)]) }), "Query Value must be of type vector."),
                (json!({ "queryVector": map(json!({ "k": int(1) })) }), "Query Value must be of type vector."),
                (json!({ "queryVector": vector([]) }), "Cannot have a zero length vector."),
                (json!({ "queryVector": vector([0.5; 2049]) }), "Vectors must be at most 2048 dimensions."),
            ],
        ),
        refuses(
            "a search by no field is refused",
            [(json!({ "vectorField": Json::Null }), "Invalid empty property path string.")],
        ),
        refuses(
            "a threshold that is no number is refused",
            [(json!({ "distanceThreshold": "NaN" }), "distanceThreshold must be a finite number.")],
        ),
        refuses(
            "a name for the distance that is reserved or too long is refused",
            [
                (
                    json!({ "distanceResultField": "__d__" }),
                    "The distanceResultField.property.name \"__d__\" is reserved.",
                ),
                (
                    json!({ "distanceResultField": "x".repeat(1501) }),
                    "The distanceResultField.property.name is longer than 1500 bytes.",
                ),
            ],
        ),
        case(
            "limits, offsets and cursors beside a search are refused",
            [
                nearest(json!({}), json!({ "limit": 1 })).invalid_saying("A query limit cannot be used with FindNearest"),
                nearest(json!({}), json!({ "offset": 1 })).invalid_saying("A query offset cannot be used with FindNearest"),
                nearest(json!({}), json!({
                    "orderBy": [{ "field": { "fieldPath": "k" } }], "startAt": { "values": [int(1)], "before": true },
                }))
                .invalid_saying("A cursor cannot be used with FindNearest"),
            ],
        ),
        case(
            "what a search does not know is refused",
            [
                nearest(json!({ "distanceMeasure": "MANHATTAN" }), json!({})).invalid(),
                nearest(json!({ "limit": 1.5 }), json!({})).invalid(),
                nearest(json!({ "nonsense": 1 }), json!({})).invalid(),
            ],
        ),
    ]
}
