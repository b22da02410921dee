//! Strict ProtoJSON: what Google's front end does to a message before any model sees it.
//!
//! Field names may be camelCase or snake_case, mixed at will; an unknown name or a value of the wrong type
//! is refused with Google's own words. What comes out has camelCase names only.

use serde_json::{Map, Value};

use super::close::Close;

/// What a field may hold.
#[derive(Debug)]
pub enum Kind {
    /// A message with these fields.
    Message(&'static [Field]),
    /// A repeated field.
    List(&'static Kind),
    /// A string.
    Text,
    /// Base64 in the standard or the URL-safe alphabet, padded or not.
    Bytes,
    /// `true` or `false`.
    Bool,
    /// A 32 or 64 bit integer; a decimal string is allowed, as ProtoJSON does for int64.
    Integer,
    /// A floating point number.
    Number,
    /// One of these names.
    Enum(&'static [&'static str]),
    /// Free-form JSON (`Struct`, or a schema that we do not look into).
    Any,
}

/// A field by its camelCase name.
#[derive(Debug)]
pub struct Field {
    /// camelCase.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
}

/// Checks `value` against `fields` and renames every key to camelCase.
pub fn parse(fields: &'static [Field], value: &Value) -> Result<Value, Close> {
    message(fields, value, "")
}

fn message(fields: &'static [Field], value: &Value, path: &str) -> Result<Value, Close> {
    let Some(object) = value.as_object() else {
        return Err(wrong_type(path, "message", value));
    };
    let mut canonical = Map::new();
    for (key, value) in object {
        let Some(field) = fields.iter().find(|field| field.name == key || snake_case(field.name) == *key)
        else {
            return Err(unknown_name(key, path));
        };
        if value.is_null() {
            continue; // ProtoJSON: null means unset.
        }
        let path = if path.is_empty() {
            snake_case(field.name)
        } else {
            format!("{path}.{}", snake_case(field.name))
        };
        canonical.insert(field.name.to_owned(), parse_kind(&field.kind, value, &path)?);
    }
    Ok(Value::Object(canonical))
}

fn parse_kind(kind: &'static Kind, value: &Value, path: &str) -> Result<Value, Close> {
    let expected = match kind {
        Kind::Message(fields) => return message(fields, value, path),
        Kind::List(inner) => {
            let Some(items) = value.as_array() else {
                return Err(wrong_type(path, "repeated field", value));
            };
            let parsed: Result<Vec<Value>, Close> = items
                .iter()
                .enumerate()
                .map(|(index, item)| parse_kind(inner, item, &format!("{path}[{index}]")))
                .collect();
            return parsed.map(Value::Array);
        }
        Kind::Any => return Ok(value.clone()),
        Kind::Text if value.is_string() => return Ok(value.clone()),
        Kind::Text => "TYPE_STRING",
        Kind::Bool if value.is_boolean() => return Ok(value.clone()),
        Kind::Bool => "TYPE_BOOL",
        Kind::Number if value.is_number() => return Ok(value.clone()),
        Kind::Number => "TYPE_FLOAT",
        Kind::Integer => match value.as_i64().or_else(|| value.as_str()?.parse().ok()) {
            Some(number) => return Ok(Value::from(number)),
            None => "TYPE_INT64",
        },
        Kind::Bytes => match value.as_str().and_then(decode_base64) {
            Some(_) => return Ok(value.clone()),
            None => "TYPE_BYTES",
        },
        Kind::Enum(names) => match value.as_str() {
            Some(name) if names.contains(&name) => return Ok(value.clone()),
            _ => "TYPE_ENUM",
        },
    };
    Err(wrong_type(path, expected, value))
}

/// Decodes either base64 alphabet, with or without padding: Python's SDK sends `-` and `_`.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::alphabet;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

    if text.contains(['-', '_']) { URL_SAFE.decode(text).ok() } else { STANDARD.decode(text).ok() }
}

fn unknown_name(name: &str, path: &str) -> Close {
    let place = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
    Close::new(
        1007,
        &format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."),
    )
}

fn wrong_type(path: &str, expected: &str, value: &Value) -> Close {
    let shown: String = value.to_string().chars().take(40).collect();
    Close::new(1007, &format!("Invalid value at '{path}' ({expected}), {shown}"))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::super::schema::CLIENT_MESSAGE;
    use super::*;
    use serde_json::json;

    #[test]
    fn both_spellings_mixed_in_one_message_come_out_in_camel_case() {
        let parsed = parse(
            CLIENT_MESSAGE,
            &json!({"setup": {"model": "m", "generation_config": {"responseModalities": ["AUDIO"]},
                    "context_window_compression": {"triggerTokens": "25600", "sliding_window": {"target_tokens": 1}}}}),
        );
        assert_eq!(
            parsed,
            Ok(json!({"setup": {"model": "m", "generationConfig": {"responseModalities": ["AUDIO"]},
                "contextWindowCompression": {"triggerTokens": 25600, "slidingWindow": {"targetTokens": 1}}}}))
        );
    }

    #[test]
    fn an_unknown_name_is_refused_with_its_place() {
        let refused = parse(CLIENT_MESSAGE, &json!({"setup": {"generationConfig": {"voice": "Kore"}}}));
        assert_eq!(
            refused.unwrap_err().reason,
            "Invalid JSON payload received. Unknown name \"voice\" at 'setup.generation_config': Cannot find field."
        );
        let refused = parse(CLIENT_MESSAGE, &json!({"hello": 1})).unwrap_err();
        assert_eq!(
            refused.reason,
            "Invalid JSON payload received. Unknown name \"hello\": Cannot find field."
        );
    }

    #[test]
    fn both_base64_alphabets_decode_to_the_same_bytes() {
        assert_eq!(decode_base64("-_8="), decode_base64("+/8="));
        assert_eq!(decode_base64("-_8"), Some(vec![0xfb, 0xff]));
        assert_eq!(decode_base64("not base64!"), None);
    }
}
