//! Strict parsing of JSON bodies.

use mentora_core::rules::Ruled;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::error::FieldError;

/// A request body: what can be read, and knows its rules beyond its types.
pub trait Body: DeserializeOwned + Ruled {}

impl<T: DeserializeOwned + Ruled> Body for T {}

/// Most values of a wrong type that are told at once: whoever sends more needs to see another document.
const MAX_WRONG_TYPES: usize = 20;

/// Longest body, in bytes, whose wrong types are looked for behind the first: each is found by reading it again.
const MAX_MENDED_BYTES: usize = 64 * 1024;

/// Parses and checks a body.
///
/// # Errors
/// Every offence, with its path: unknown fields, wrong types, what is missing, and what is out of range.
pub fn parse<T: Body>(bytes: &[u8]) -> Result<T, Vec<FieldError>> {
    // serde would take a list for the fields of a body in their order.
    if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(vec![FieldError::new("", "the body must be a JSON object")]);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match read::<T, _>(&mut reader) {
        Ok((value, mut offences)) => {
            reader
                .end()
                .map_err(|_| vec![FieldError::new("", "there is something behind the JSON value")])?;
            offences.extend(value.offences().into_iter().map(FieldError::from));
            if offences.is_empty() { Ok(value) } else { Err(offences) }
        }
        Err(error) => Err(all_offences::<T>(bytes).unwrap_or_else(|| vec![offence(&error)])),
    }
}

/// A value, and the fields that it does not know. Documents that are stored as they come keep such fields, and so do
/// their types; a request may not bring any, at whatever depth.
fn read<'de, T: DeserializeOwned, D: serde::Deserializer<'de>>(
    reader: D,
) -> Result<(T, Vec<FieldError>), serde_path_to_error::Error<D::Error>> {
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| {
        // What may be absent is a step of its own there.
        let path = path.to_string().replace(".?", "");
        unknown.push(FieldError::new(path, "is not a field that is known here"));
    };
    let value = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(reader, &mut note))?;
    Ok((value, unknown))
}

/// The offences of a body of which serde has refused one. It stops at the first; so what it refused is replaced by
/// something that it takes there, and it reads again, until it comes through. None when the text is no JSON, or too
/// long to be read so often.
fn all_offences<T: Body>(bytes: &[u8]) -> Option<Vec<FieldError>> {
    if bytes.len() > MAX_MENDED_BYTES {
        return None;
    }
    let mut body: Value = serde_json::from_slice(bytes).ok()?;
    let mut offences: Vec<FieldError> = Vec::new();
    while offences.len() < MAX_WRONG_TYPES {
        match read::<T, _>(&body) {
            Ok((value, unknown)) => {
                let ranges = value.offences().into_iter().map(FieldError::from);
                // Of what was put there instead, nothing is the client's fault.
                let own: Vec<_> = unknown.into_iter().chain(ranges).collect();
                let told = |path: &str| offences.iter().any(|known| lies_in(path, &known.path));
                let own: Vec<_> = own.into_iter().filter(|offence| !told(&offence.path)).collect();
                offences.extend(own);
                break;
            }
            Err(error) => {
                let found = offence(&error);
                if offences.iter().any(|known| known.path == found.path) {
                    // Nothing could be put there but nothing, and something must be there.
                    break;
                }
                let mended = mend::<T>(&body, &error, &found);
                offences.push(found);
                let Some(mended) = mended else { break };
                body = mended;
            }
        }
    }
    Some(offences)
}

/// The body with another value in the place of the one that was refused, so that reading gets beyond it.
fn mend<T: Body>(
    body: &Value,
    error: &serde_path_to_error::Error<serde_json::Error>,
    found: &FieldError,
) -> Option<Value> {
    let place = place_of(error)?;
    let put = |value: Option<Value>| {
        let mut mended = body.clone();
        replace(&mut mended, &place, value)?;
        Some(mended)
    };
    let beyond = |mended: &Value| match read::<T, _>(mended) {
        Ok(_) => Ok(()),
        Err(next) if offence(&next).path != found.path => Ok(()),
        Err(next) => Err(next.inner().to_string()),
    };
    // Six letters make a text and an id; where they make no word of an enum, the refusal names those that do.
    let letters = put(Some("xxxxxx".into()))?;
    let Err(message) = beyond(&letters) else { return Some(letters) };
    let words = message.split('`').skip(1).step_by(2).map(Value::from);
    let plain = [
        "x@example.org".into(),
        0.into(),
        false.into(),
        Value::Array(Vec::new()),
        Value::Object(serde_json::Map::new()),
    ];
    // Left out last: a field that must be there would be told once more, as missing.
    let others = words.chain(plain).map(Some).chain([None]);
    others.filter_map(put).find(|mended| beyond(mended).is_ok())
}

/// The keys to the place of an error; that of a missing field is within what should hold it.
fn place_of<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> Option<Vec<Key>> {
    let mut keys = keys(error.path())?;
    if let Some(field) = missing_field(&error.inner().to_string()) {
        keys.push(Key::Field(field.to_owned()));
    }
    (!keys.is_empty()).then_some(keys)
}

enum Key {
    Field(String),
    Index(usize),
}

fn keys(path: &Path) -> Option<Vec<Key>> {
    let key = |segment: &Segment| match segment {
        Segment::Map { key } => Some(Key::Field(key.clone())),
        Segment::Seq { index } => Some(Key::Index(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().map(key).collect()
}

fn replace(body: &mut Value, place: &[Key], value: Option<Value>) -> Option<()> {
    let (last, holders) = place.split_last()?;
    let holder = holders.iter().try_fold(body, |holder, key| match key {
        Key::Field(name) => holder.get_mut(name),
        Key::Index(index) => holder.get_mut(index),
    })?;
    match (last, value) {
        (Key::Field(name), Some(value)) => {
            holder.as_object_mut()?.insert(name.clone(), value);
        }
        (Key::Field(name), None) => {
            holder.as_object_mut()?.remove(name)?;
        }
        (Key::Index(index), Some(value)) => *holder.get_mut(index)? = value,
        (Key::Index(_), None) => return None,
    }
    Some(())
}

/// Whether `path` is `place` or lies within it.
fn lies_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What serde found, where it found it. A field that is missing has no place of its own in what was sent, so serde
/// names what should hold it; the client is told the path that the field would have.
pub(crate) fn offence<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> FieldError {
    let message = error.inner().to_string();
    let path = error.path().to_string();
    // `.` is the whole; `?` is a place that serde could not name, as behind the end of a text that breaks off.
    let holder = path.trim_end_matches(['.', '?']);
    match missing_field(&message) {
        Some(field) if holder.is_empty() => FieldError::new(field, "is missing"),
        Some(field) => FieldError::new(format!("{holder}.{field}"), "is missing"),
        None => FieldError::new(holder, message),
    }
}

fn missing_field(message: &str) -> Option<&str> {
    let (field, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    Some(field)
}

/// The paths of all that is wrong with a body; none when it is sound.
#[cfg(test)]
pub(crate) fn offence_paths<T: Body>(json: &str) -> Vec<String> {
    let offences = parse::<T>(json.as_bytes()).err().unwrap_or_default();
    offences.into_iter().map(|offence| offence.path).collect()
}

#[cfg(test)]
mod tests {
    use super::offence_paths as paths;
    use super::*;
    use crate::rest::{CreateAssignment, CreateCourse, PostTurn};

    #[test]
    fn a_field_that_is_missing_has_the_path_it_would_have() {
        assert_eq!(paths::<PostTurn>(r#"{"text":"a"}"#), ["clientMessageId"]);
    }

    #[test]
    fn an_unknown_field_is_refused_at_any_depth() {
        let json =
            r#"{"courseId":"c","title":"t","aiConfig":{"maxTurn":5,"dialecticalConfig":{"weights":{}}}}"#;
        let both = ["aiConfig.maxTurn", "aiConfig.dialecticalConfig.weights"];
        assert_eq!(paths::<CreateAssignment>(json), both);
    }

    #[test]
    fn a_list_is_no_body() {
        for list in ["[]", r#" ["a","m"]"#, "null", "7"] {
            assert_eq!(paths::<PostTurn>(list), [""], "{list}");
        }
    }

    #[test]
    fn what_breaks_off_is_wrong_as_a_whole_or_where_it_broke() {
        assert_eq!(paths::<PostTurn>("{"), [""]);
        assert_eq!(paths::<PostTurn>(r#"{"text":"a"#), ["text"]);
    }

    #[test]
    fn wrong_types_what_is_missing_what_is_unknown_and_what_is_out_of_range_are_told_together() {
        for (json, expected) in [
            (r#"{"text":7,"clientMessageId":false,"audio":1}"#, vec!["clientMessageId", "text", "audio"]),
            (r#"{"audio":1,"text":[]}"#, vec!["text", "clientMessageId", "audio"]),
            ("{}", vec!["text", "clientMessageId"]),
            (r#"{"text":"","clientMessageId":{}}"#, vec!["clientMessageId", "text"]),
        ] {
            assert_eq!(paths::<PostTurn>(json), expected, "{json}");
        }
        let course = r#"{"title":"","code":"x","visibility":"secret","isDemo":"yes","colour":"red"}"#;
        assert_eq!(paths::<CreateCourse>(course), ["code", "isDemo", "visibility", "colour", "title"]);
        let deep = r#"{"title":"t","startAt":"now","aiConfig":{"maxTurns":"many","analyser":"psychic",
            "dialecticalConfig":{"enabledStrategies":["clarify",7,"sing"]}}}"#;
        let expected = [
            "startAt",
            "aiConfig.maxTurns",
            "aiConfig.analyser",
            "aiConfig.dialecticalConfig.enabledStrategies[1]",
            "aiConfig.dialecticalConfig.enabledStrategies[2]",
            "courseId",
        ];
        let mut found = paths::<CreateAssignment>(deep);
        found.sort();
        let mut expected = expected.map(str::to_owned);
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_object_at_all_is_one_offence() {
        for json in ["[]", "7", "null", "\"text\""] {
            assert_eq!(paths::<PostTurn>(json), [""], "{json}");
        }
    }

    #[test]
    fn of_very_many_wrong_types_some_are_told() {
        let many = ["7"; 500].join(",");
        let json = format!(
            r#"{{"courseId":"c","title":"t","aiConfig":{{"dialecticalConfig":{{"enabledStrategies":[{many}]}}}}}}"#
        );
        assert_eq!(paths::<CreateAssignment>(&json).len(), MAX_WRONG_TYPES);
    }
}
