use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Turn {
    id: String,
    cost_micros: i64,
    index: u32,
    score: f64,
    heard_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    speaker: Speaker,
    analysis: Analysis,
    tags: Vec<String>,
    weights: BTreeMap<u32, f32>,
    at: Timestamp,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Usage {
    input: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Speaker {
    Student,
    Tutor,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Analysis {
    Lexical { words: u32 },
    Unsure,
}

fn turn() -> Turn {
    Turn {
        id: "t1".into(),
        cost_micros: i64::MAX,
        index: 3,
        score: 1.0,
        heard_ms: None,
        usage: Some(Usage { input: -1 }),
        speaker: Speaker::Tutor,
        analysis: Analysis::Lexical { words: 7 },
        tags: vec!["a".into()],
        weights: BTreeMap::from([(2, 0.5)]),
        at: Timestamp::from_micros(1_795_348_800_000_001),
    }
}

#[test]
fn a_struct_becomes_fields_and_comes_back() {
    let fields = to_fields(&turn()).unwrap();
    assert_eq!(fields["costMicros"], Value::Integer(i64::MAX));
    assert_eq!(fields["score"], Value::Double(1.0));
    assert_eq!(fields["heardMs"], Value::Null);
    assert_eq!(fields["speaker"], "tutor".into());
    assert_eq!(fields["at"], Value::Timestamp(turn().at));
    assert_eq!(from_fields::<Turn>(&fields).unwrap(), turn());
}

#[test]
fn fields_that_a_type_does_not_know_are_passed_over() {
    let mut fields = to_fields(&turn()).unwrap();
    fields.insert("fromTheFuture".into(), Value::Array(vec![Value::Bytes(vec![1])]));
    assert_eq!(from_fields::<Turn>(&fields).unwrap(), turn());
}

#[test]
fn a_whole_double_reads_as_an_integer_and_an_integer_as_a_double() {
    let fields = Fields::from([("a".into(), Value::Double(5.0)), ("b".into(), Value::Integer(5))]);
    #[derive(Deserialize)]
    struct Numbers {
        a: i64,
        b: f64,
    }
    let Numbers { a, b } = from_fields(&fields).unwrap();
    assert_eq!((a, b), (5, 5.0));
    assert!(from_fields::<BTreeMap<String, i64>>(&Fields::from([("a".into(), Value::Double(0.5))])).is_err());
    assert!(
        from_fields::<BTreeMap<String, i64>>(&Fields::from([("a".into(), Value::Double(1e30))])).is_err()
    );
}

#[test]
fn a_mismatch_says_where_it_is() {
    let fields = Fields::from([("a".into(), Value::Map(Fields::from([("b".into(), "x".into())])))]);
    let error = from_fields::<BTreeMap<String, BTreeMap<String, i64>>>(&fields).unwrap_err();
    assert!(error.to_string().starts_with("a: b: invalid type"), "{error}");
}

#[test]
fn what_firestore_cannot_hold_is_refused() {
    assert_eq!(to_fields(&5), Err(ValueError::NotAMap));
    assert_eq!(to_fields(&json!({ "a": [[1]] })), Err(ValueError::NestedArray));
    assert!(to_fields(&json!({ "a": [{ "b": [1] }] })).is_ok());
    assert_eq!(to_value(&u64::MAX), Err(ValueError::IntegerOutOfRange(u64::MAX.to_string())));
    assert_eq!(
        to_value(&BTreeMap::from([((1, 2), 3)])),
        Err(ValueError::NestedArray).or(Err(ValueError::KeyNotText))
    );
}

#[test]
fn values_are_written_as_firestore_writes_them() {
    let written = |value: Value| serde_json::to_value(&value).unwrap();
    assert_eq!(written(Value::Null), json!({ "nullValue": null }));
    assert_eq!(written(Value::Integer(i64::MIN)), json!({ "integerValue": "-9223372036854775808" }));
    assert_eq!(written(Value::Double(f64::NAN)), json!({ "doubleValue": "NaN" }));
    assert_eq!(written(Value::Double(f64::NEG_INFINITY)), json!({ "doubleValue": "-Infinity" }));
    assert_eq!(written(Value::Bytes(vec![0, 1, 255])), json!({ "bytesValue": "AAH/" }));
    assert_eq!(written(Value::Array(vec![])), json!({ "arrayValue": {} }));
    assert_eq!(written(Value::Map(Fields::new())), json!({ "mapValue": {} }));
}

#[test]
fn values_are_read_in_every_form_that_clients_write() {
    let read = |json: serde_json::Value| serde_json::from_value::<Value>(json).ok();
    assert_eq!(read(json!({ "nullValue": "NULL_VALUE" })), Some(Value::Null));
    assert_eq!(read(json!({ "integerValue": 7 })), Some(Value::Integer(7)));
    assert_eq!(read(json!({ "integerValue": "7" })), Some(Value::Integer(7)));
    assert_eq!(read(json!({ "integerValue": 7.5 })), None);
    assert_eq!(read(json!({ "doubleValue": 1 })), Some(Value::Double(1.0)));
    assert_eq!(read(json!({ "doubleValue": "1.5" })), Some(Value::Double(1.5)));
    assert_eq!(read(json!({ "doubleValue": "x" })), None);
    assert_eq!(read(json!({ "bytesValue": "_-8" })), Some(Value::Bytes(vec![0xff, 0xef])));
    assert_eq!(read(json!({})), None);
    assert_eq!(read(json!({ "integerValue": "1", "nullValue": null })), None);
    assert_eq!(read(json!({ "mapValue": { "values": {} } })), None);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(|number| Value::Double(if number == 0.0 { 0.0 } else { number })),
        (-62_135_596_800_i64..253_402_300_800, 0_u32..1_000_000_000)
            .prop_map(|(seconds, nanos)| Value::Timestamp(Timestamp::new(seconds, nanos).unwrap())),
        ".*".prop_map(Value::String),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes),
        "[a-z]{1,4}(/[a-z]{1,4}){0,3}".prop_map(Value::Reference),
        (-90.0..90.0, -180.0..180.0)
            .prop_map(|(latitude, longitude)| Value::GeoPoint(GeoPoint { latitude, longitude })),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map("[a-z$`.]{0,3}", inner, 0..4).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_comes_back_from_json(value in any_value()) {
        let text = serde_json::to_string(&value).unwrap();
        let back: Value = serde_json::from_str(&text).unwrap();
        prop_assert!(order::equivalent(&back, &value));
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }

    #[test]
    fn every_struct_of_json_comes_back_from_fields(
        map in proptest::collection::btree_map(".{0,5}", proptest::option::of((any::<i64>(), ".*", any::<bool>())), 0..6)
    ) {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct Entry { number: i64, text: String, flag: bool }
        let map: BTreeMap<String, Option<Entry>> = map
            .into_iter()
            .map(|(key, entry)| (key, entry.map(|(number, text, flag)| Entry { number, text, flag })))
            .collect();
        prop_assert_eq!(from_fields::<BTreeMap<String, Option<Entry>>>(&to_fields(&map).unwrap()).unwrap(), map);
    }

    #[test]
    fn the_order_is_total(left in any_value(), middle in any_value(), right in any_value()) {
        prop_assert_eq!(order::compare(&left, &right), order::compare(&right, &left).reverse());
        prop_assert!(order::compare(&left, &left).is_eq());
        if order::compare(&left, &middle).is_le() && order::compare(&middle, &right).is_le() {
            prop_assert!(order::compare(&left, &right).is_le());
        }
    }
}
