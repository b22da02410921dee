//! The index: for every field of a document an entry that SQL can look up and walk along.
//!
//! A key is a text that sorts as the values do, but more coarsely: values that differ may share a key, never the other
//! way round. So an index narrows a search and orders it roughly; whoever searches looks at each document itself.

use std::collections::BTreeSet;

use crate::{
    embedded::transform::double_of,
    field_path::FieldPath,
    name::numeric_id,
    value::{Fields, Value},
};

/// Of a longer string the key knows so many characters. Characters, not bytes: cutting bytes would change the order.
const KEY_CHARS: usize = 400;
/// Of longer bytes the key knows so many.
const KEY_BYTES: usize = 400;
/// Sorts behind every other character.
const LAST: char = char::MAX;

/// That a document has a field, and the key of its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// The field path as it is written.
    pub(super) field: String,
    pub(super) key: String,
}

/// The entries of a document: each field, also those within maps. Elements of arrays have none.
pub(super) fn entries(fields: &Fields) -> BTreeSet<Entry> {
    let mut entries = BTreeSet::new();
    collect(&mut Vec::new(), fields, &mut entries);
    entries
}

fn collect<'a>(way: &mut Vec<&'a str>, fields: &'a Fields, entries: &mut BTreeSet<Entry>) {
    for (name, value) in fields {
        way.push(name);
        let field = FieldPath::new(way.iter().copied()).to_string();
        entries.insert(Entry { field, key: key(value) });
        if let Value::Map(inner) = value {
            collect(way, inner, entries);
        }
        way.pop();
    }
}

/// The key of a value. The first character is its type's place in Firestore's order of types.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::Null => "a".to_owned(),
        Value::Boolean(flag) => format!("b{}", u8::from(*flag)),
        Value::Integer(_) | Value::Double(_) => format!("c{}", number(double_of(value))),
        Value::Timestamp(instant) => format!("d{:016x}", sortable_number(instant.micros())),
        // SQLite's functions end a text at NUL.
        Value::String(text) => {
            format!("e{}", text.chars().take(KEY_CHARS).take_while(|next| *next != '\0').collect::<String>())
        }
        Value::Bytes(bytes) => {
            let known = bytes.iter().take(KEY_BYTES).map(|byte| format!("{byte:02x}"));
            format!("f{}", known.collect::<String>())
        }
        Value::Reference(name) => format!("g{}", sortable_name(name)),
        Value::GeoPoint(point) => format!("h{}{}", number(point.latitude), number(point.longitude)),
        // What is inside decides; these come after all others.
        Value::Array(_) => "i".to_owned(),
        Value::Vector(_) => "j".to_owned(),
        Value::Map(_) => "k".to_owned(),
    }
}

/// The least and the greatest key of all.
pub(super) fn all_keys() -> (String, String) {
    (String::new(), LAST.to_string())
}

/// The least and the greatest key of the values of this one's type.
pub(super) fn keys_of_type(value: &Value) -> (String, String) {
    let first = key(value).chars().next().map(String::from).unwrap_or_default();
    let last = format!("{first}{LAST}");
    (first, last)
}

/// Names compare id by id and numbers stand before names: so the slash has to sort before a number, and a number before
/// every character of an id.
fn sortable_name(name: &str) -> String {
    let mut sortable = String::new();
    for id in name.split('/') {
        sortable.push('\u{1}');
        if let Some(number) = numeric_id(id) {
            sortable.push_str(&format!("\u{2}{:016x}", sortable_number(number)));
            continue;
        }
        for next in id.chars() {
            if next <= '\u{3}' {
                sortable.push('\u{3}');
                return sortable.chars().take(KEY_CHARS).collect();
            }
            sortable.push(next);
        }
    }
    sortable.chars().take(KEY_CHARS).collect()
}

/// Sixteen digits that sort as numbers do; NaN comes first.
fn number(number: f64) -> String {
    if number.is_nan() {
        return "0".repeat(16);
    }
    // Zero is its own opposite.
    let bits = if number == 0.0 { 0 } else { number.to_bits() };
    let negative = bits >> 63 == 1;
    format!("{:016x}", if negative { !bits } else { bits | 1 << 63 })
}

/// Moves the sign to where unsigned numbers have their greatest digit.
fn sortable_number(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        timestamp::Timestamp,
        value::{GeoPoint, order},
    };

    fn values() -> impl Strategy<Value = Value> {
        let numbers = prop_oneof![
            Just(0.0),
            Just(-0.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::MIN_POSITIVE / 4.0),
            any::<f64>(),
            (-4i32..4).prop_map(f64::from),
        ];
        let texts = prop_oneof!["[ab\\x00\\x01é課/-]{0,4}", "a{398,402}[bé課]{0,2}"];
        let ids = prop_oneof!["[ab\\x01\\x02\\x03\\x04!.-]{1,3}", "__id-?(7|12|1)__", "a{390,396}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Boolean),
            prop_oneof![any::<i64>(), -3..3i64, Just(i64::MAX), Just(i64::MAX - 1), Just(1 << 53)]
                .prop_map(Value::Integer),
            numbers.clone().prop_map(Value::Double),
            any::<i64>().prop_map(|micros| Value::Timestamp(Timestamp::from_micros(micros))),
            texts.prop_map(Value::String),
            proptest::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..4).prop_map(Value::Bytes),
            (ids.clone(), ids).prop_map(|(collection, id)| Value::Reference(format!(
                "projects/p/databases/d/documents/{collection}/{id}"
            ))),
            (-90.0..90.0, -3..3).prop_map(|(latitude, longitude)| Value::GeoPoint(GeoPoint {
                latitude,
                longitude: f64::from(longitude)
            })),
        ];
        prop_oneof![
            4 => leaf.clone(),
            1 => proptest::collection::vec(leaf.clone(), 0..3).prop_map(Value::Array),
            1 => proptest::collection::vec(-2.0..2.0, 0..3).prop_map(Value::Vector),
            1 => proptest::collection::btree_map("[ab]", leaf, 0..3).prop_map(Value::Map),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn keys_never_contradict_the_order_of_values(left in values(), right in values()) {
            let (low, high) = (key(&left), key(&right));
            match order::compare(&left, &right) {
                std::cmp::Ordering::Less => prop_assert!(low <= high, "{left:?} < {right:?}: {low:?} > {high:?}"),
                std::cmp::Ordering::Equal => prop_assert_eq!(low, high),
                std::cmp::Ordering::Greater => prop_assert!(low >= high, "{left:?} > {right:?}: {low:?} < {high:?}"),
            }
        }

        #[test]
        fn keys_lie_within_those_of_their_type(value in values()) {
            let (least, greatest) = keys_of_type(&value);
            let key = key(&value);
            prop_assert!(least <= key && key < greatest);
        }
    }

    #[test]
    fn every_field_has_an_entry_and_elements_of_arrays_have_none() {
        let inner = Fields::from([("b-c".into(), 1.into()), ("d".into(), Value::Null)]);
        let fields = Fields::from([
            ("a".into(), Value::Map(inner)),
            ("list".into(), Value::Array(vec!["x".into(), "y".into()])),
        ]);
        let found: Vec<(String, String)> =
            entries(&fields).into_iter().map(|entry| (entry.field, entry.key)).collect();
        let expected = [("a", "k"), ("a.`b-c`", "cbff0000000000000"), ("a.d", "a"), ("list", "i")];
        assert_eq!(found, expected.map(|(field, key)| (field.to_owned(), key.to_owned())));
    }
}
