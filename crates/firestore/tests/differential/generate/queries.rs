//! Steps that query.

use serde_json::{Value as Json, json};

use super::{places, values};
use crate::{
    random::Random,
    step::{Kind, Step},
};

/// How deep composite filters nest.
const DEPTH: usize = 2;

pub fn query(random: &mut Random) -> Step {
    let parent = places::parent(random);
    let mut query = scope(random, parent);
    if random.chance(15) {
        let least = usize::from(random.chance(95));
        let fields = random.between(least, 3, |random| json!({ "fieldPath": selected(random) }));
        query["select"] = json!({ "fields": fields });
    }
    Step::new(Kind::Query, format!("{parent}:runQuery")).with(json!({ "structuredQuery": query }))
}

pub fn aggregation(random: &mut Random) -> Step {
    let parent = places::parent(random);
    let body = json!({ "structuredAggregationQuery": {
        "structuredQuery": scope(random, parent), "aggregations": random.between(1, 3, figure),
    } });
    Step::new(Kind::Aggregation, format!("{parent}:runAggregationQuery")).with(body)
}

fn figure(random: &mut Random) -> Json {
    let field = |random: &mut Random| json!({ "field": { "fieldPath": places::field_path(random) } });
    let mut figure = match random.below(6) {
        0 | 1 => json!({ "count": {} }),
        2 => json!({ "count": { "upTo": random.weighted(&[(1, 0), (6, 1), (6, 2), (6, 3)]).to_string() } }),
        3 | 4 => json!({ "sum": field(random) }),
        _ => json!({ "avg": field(random) }),
    };
    if random.chance(30) {
        figure["alias"] = json!(random.pick(&["x", "y", "z"]));
    }
    figure
}

/// All of a query but its selection.
fn scope(random: &mut Random, parent: &str) -> Json {
    let mut query = json!({});
    if random.chance(97) {
        let mut from = json!({});
        if random.chance(97) {
            from["collectionId"] = json!(places::collection_id(random));
        }
        if random.chance(if parent.is_empty() { 40 } else { 10 }) {
            from["allDescendants"] = json!(true);
        }
        query["from"] = json!([from]);
    }
    if random.chance(60) {
        query["where"] = filter(random, DEPTH);
    }
    if random.chance(45) {
        let mut orders = random.between(1, 2, |random| {
            json!({ "field": { "fieldPath": places::field_path(random) }, "direction": direction(random) })
        });
        if random.chance(15) {
            orders.push(json!({ "field": { "fieldPath": "__name__" }, "direction": direction(random) }));
        }
        for side in ["startAt", "endAt"] {
            if random.chance(25) {
                query[side] = cursor(random, &orders);
            }
        }
        query["orderBy"] = json!(orders);
    }
    if random.chance(25) {
        query["limit"] = json!(random.below(5));
    }
    if random.chance(15) {
        query["offset"] = json!(random.below(4));
    }
    query
}

fn direction(random: &mut Random) -> &'static str {
    random.pick(&["ASCENDING", "DESCENDING"])
}

fn cursor(random: &mut Random, orders: &[Json]) -> Json {
    let count = if random.chance(60) { orders.len() } else { random.below(orders.len() + 2) };
    let is_name =
        |index: usize| orders.get(index).is_some_and(|order| order["field"]["fieldPath"] == "__name__");
    let values =
        (0..count).map(|index| if is_name(index) { values::reference(random) } else { values::any(random) });
    let values: Vec<Json> = values.collect();
    json!({ "values": values, "before": random.chance(50) })
}

fn selected(random: &mut Random) -> String {
    if random.chance(15) { "__name__".to_owned() } else { places::field_path(random) }
}

fn filter(random: &mut Random, depth: usize) -> Json {
    if depth > 0 && random.chance(35) {
        let op = random.pick(&["AND", "OR"]);
        let filters = random.between(1, 3, |random| filter(random, depth - 1));
        return json!({ "compositeFilter": { "op": op, "filters": filters } });
    }
    if random.chance(5) {
        let op = random.weighted(&[
            (3, "EQUAL"),
            (1, "NOT_EQUAL"),
            (1, "LESS_THAN"),
            (1, "GREATER_THAN_OR_EQUAL"),
            (1, "IN"),
            (1, "NOT_IN"),
        ]);
        let value = match op {
            "IN" | "NOT_IN" => json!({ "arrayValue": { "values": random.between(1, 3, values::reference) } }),
            _ => values::reference(random),
        };
        return json!({ "fieldFilter": { "field": { "fieldPath": "__name__" }, "op": op, "value": value } });
    }
    let field = json!({ "fieldPath": places::field_path(random) });
    if random.chance(15) {
        let op = random.pick(&["IS_NULL", "IS_NOT_NULL", "IS_NAN", "IS_NOT_NAN"]);
        return json!({ "unaryFilter": { "field": field, "op": op } });
    }
    let (op, value) = match random.below(12) {
        0..=2 => ("EQUAL", values::any(random)),
        3 => ("NOT_EQUAL", values::any(random)),
        4 => ("LESS_THAN", values::any(random)),
        5 => ("LESS_THAN_OR_EQUAL", values::any(random)),
        6 => ("GREATER_THAN", values::any(random)),
        7 => ("GREATER_THAN_OR_EQUAL", values::any(random)),
        8 => ("IN", values::array(random, 1, 4)),
        9 => ("NOT_IN", values::array(random, 1, 4)),
        10 => ("ARRAY_CONTAINS", values::element(random)),
        _ => ("ARRAY_CONTAINS_ANY", values::array(random, 1, 4)),
    };
    json!({ "fieldFilter": { "field": field, "op": op, "value": value } })
}
