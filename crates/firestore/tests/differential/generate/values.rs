//! Values of every type.

use serde_json::{Map, Value as Json, json};

use super::places;
use crate::random::Random;

/// How deep arrays and maps nest.
const DEPTH: usize = 3;

/// Makes values of one type, so deep.
type Make = fn(&mut Random, usize) -> Json;

/// Any value, most of the time a small number.
pub fn any(random: &mut Random) -> Json {
    nested(random, DEPTH)
}

/// A number.
pub fn number(random: &mut Random) -> Json {
    if random.chance(60) { integer(random) } else { double(random) }
}

/// A value that can stand in an array.
pub fn element(random: &mut Random) -> Json {
    if random.chance(60) {
        return if random.chance(80) { number(random) } else { text(random) };
    }
    loop {
        let value = nested(random, DEPTH - 1);
        if value.get("arrayValue").is_none() {
            return value;
        }
    }
}

/// The name of a document as a value.
pub fn reference(random: &mut Random) -> Json {
    json!({ "referenceValue": places::name(random) })
}

/// An array.
pub fn array(random: &mut Random, least: usize, most: usize) -> Json {
    let values = random.between(least, most, element);
    if values.is_empty() {
        json!({ "arrayValue": {} })
    } else {
        json!({ "arrayValue": { "values": values } })
    }
}

/// The fields of a document or a map.
pub fn fields(random: &mut Random, depth: usize) -> Map<String, Json> {
    let named = random.some(5, |random| (places::field(random).to_owned(), nested(random, depth)));
    named.into_iter().collect()
}

fn nested(random: &mut Random, depth: usize) -> Json {
    let depth_of_kind = if depth == 0 { 0 } else { 10 };
    let kinds: [(usize, Make); 12] = [
        (30, |random, _| integer(random)),
        (15, |random, _| double(random)),
        (4, |_, _| json!({ "nullValue": null })),
        (4, |random, _| json!({ "booleanValue": random.chance(50) })),
        (8, |random, _| text(random)),
        (4, |random, _| timestamp(random)),
        (3, |random, _| json!({ "bytesValue": random.pick(&["", "AA==", "AQ==", "AQI=", "/w=="]) })),
        (3, |random, _| reference(random)),
        (3, |random, _| point(random)),
        (2, |random, _| vector(random)),
        (depth_of_kind, |random, _| array(random, 0, 3)),
        (depth_of_kind, map),
    ];
    random.weighted(&kinds)(random, depth)
}

fn map(random: &mut Random, depth: usize) -> Json {
    let fields = fields(random, depth - 1);
    if fields.is_empty() { json!({ "mapValue": {} }) } else { json!({ "mapValue": { "fields": fields } }) }
}

fn integer(random: &mut Random) -> Json {
    const BEYOND_DOUBLES: i64 = 9_007_199_254_740_993;
    let number = random.weighted(&[
        (4, 0),
        (6, 1),
        (5, 2),
        (3, 3),
        (3, -1),
        (1, i64::MAX),
        (1, i64::MAX - 1),
        (1, i64::MIN),
        (1, BEYOND_DOUBLES),
        (1, BEYOND_DOUBLES - 1),
    ]);
    json!({ "integerValue": number.to_string() })
}

fn double(random: &mut Random) -> Json {
    let number = random.weighted(&[
        (3, Double::Number(0.0)),
        (2, Double::Number(-0.0)),
        (4, Double::Number(1.0)),
        (3, Double::Number(1.5)),
        (3, Double::Number(-1.5)),
        (2, Double::Number(2.0)),
        (1, Double::Number(0.1)),
        (1, Double::Number(5e-324)),
        (1, Double::Number(f64::MAX)),
        (1, Double::Number(9_007_199_254_740_992.0)),
        (1, Double::Number(9_223_372_036_854_775_808.0)),
        (1, Double::Number(-9_223_372_036_854_775_808.0)),
        (3, Double::Named("NaN")),
        (1, Double::Named("Infinity")),
        (1, Double::Named("-Infinity")),
    ]);
    match number {
        Double::Number(number) => json!({ "doubleValue": number }),
        Double::Named(name) => json!({ "doubleValue": name }),
    }
}

/// A double as JSON writes it.
#[derive(Clone, Copy)]
enum Double {
    Number(f64),
    Named(&'static str),
}

/// A vector; an element that is no double makes it none.
fn vector(random: &mut Random) -> Json {
    let numbers = random.some(3, |random| if random.chance(97) { double(random) } else { number(random) });
    json!({ "mapValue": { "fields": {
        "__type__": { "stringValue": "__vector__" }, "value": { "arrayValue": { "values": numbers } },
    } } })
}

fn text(random: &mut Random) -> Json {
    json!({ "stringValue": random.pick(&["", "a", "b", "aa", "B", "é", "\u{FFFD}", "\u{1F600}", "1"]) })
}

fn timestamp(random: &mut Random) -> Json {
    let texts = [
        "1970-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999Z",
        "2001-02-03T04:05:06.789Z",
        "2001-02-03T04:05:06.7890001Z",
        "2001-02-03T04:05:06.789001Z",
        "2001-02-03T05:05:06.789001+01:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
    ];
    json!({ "timestampValue": random.pick(&texts) })
}

fn point(random: &mut Random) -> Json {
    let (latitude, longitude) = random.weighted(&[
        (2, (0.0, 0.0)),
        (1, (-0.0, 0.0)),
        (2, (1.0, 1.0)),
        (1, (1.0, -1.0)),
        (1, (-90.0, 180.0)),
    ]);
    json!({ "geoPointValue": { "latitude": latitude, "longitude": longitude } })
}
