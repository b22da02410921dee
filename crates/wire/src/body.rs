//! Strict parsing of JSON bodies.

use mentora_core::rules::Ruled;
use serde::de::DeserializeOwned;

use crate::error::FieldError;

/// A request body: what can be read, and knows its rules beyond its types.
pub trait Body: DeserializeOwned + Ruled {}

impl<T: DeserializeOwned + Ruled> Body for T {}

/// Parses and checks a body.
///
/// # Errors
/// The offences, with their paths. Types are checked in reading order, so a wrong type hides those behind it;
/// ranges are reported together.
pub fn parse<T: Body>(bytes: &[u8]) -> Result<T, Vec<FieldError>> {
    // serde would take a list for the fields of a body in their order.
    if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(vec![FieldError::new("", "the body must be a JSON object")]);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    // Documents that are stored as they come keep fields they do not know, and so do their types; a request may not
    // bring any, at whatever depth.
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| {
        unknown.push(FieldError::new(path.to_string(), "is not a field that is known here"));
    };
    let noting = serde_ignored::Deserializer::new(&mut reader, &mut note);
    let value: T = serde_path_to_error::deserialize(noting).map_err(|error| vec![offence(&error)])?;
    reader.end().map_err(|_| vec![FieldError::new("", "there is something behind the JSON value")])?;
    let mut offences = unknown;
    offences.extend(value.offences().into_iter().map(FieldError::from));
    if offences.is_empty() { Ok(value) } else { Err(offences) }
}

/// What serde found, where it found it. A field that is missing has no place of its own in what was sent, so serde
/// names what should hold it; the client is told the path that the field would have.
pub(crate) fn offence<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> FieldError {
    let message = error.inner().to_string();
    let path = error.path().to_string();
    // `.` is the whole; `?` is a place that serde could not name, as behind the end of a text that breaks off.
    let holder = path.trim_end_matches(['.', '?']);
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    match missing {
        Some((field, _)) if holder.is_empty() => FieldError::new(field, "is missing"),
        Some((field, _)) => FieldError::new(format!("{holder}.{field}"), "is missing"),
        None => FieldError::new(holder, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::{CreateAssignment, PostTurn};

    fn paths<T: Body>(json: &str) -> Vec<String> {
        let offences = parse::<T>(json.as_bytes()).err().unwrap();
        offences.into_iter().map(|offence| offence.path).collect()
    }

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
}
