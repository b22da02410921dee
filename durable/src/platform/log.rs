//! The log: one line of JSON an event, with a stable name, so that it can be searched and counted.
//!
//! An event's name is `noun.verb` in the past (`request.finished`, `conversation.flush.failed`); `docs/LOGGING.md` has all
//! of them. Its fields are ids of things, codes, counts and durations. What people wrote or said, addresses, names, ids of
//! people, tokens and keys never go here; [`redaction`] sees to what comes in texts of others.

pub mod redaction;

use mentora_core::time::Millis;
use serde_json::{Map, Value};

use self::redaction::redacted;
use super::clock;

/// How loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It happened.
    Info,
    /// It was refused, or is not as it should be, and we can live with it.
    Warning,
    /// It failed, and somebody should know.
    Error,
}

/// Tells that something happened. `fields` is a JSON object.
pub fn event(name: &str, fields: Value) {
    write(Level::Info, name, fields);
}

/// Tells that something is not as it should be. `fields` is a JSON object.
pub fn warning(name: &str, fields: Value) {
    write(Level::Warning, name, fields);
}

/// Tells that something failed. `fields` is a JSON object.
pub fn failure(name: &str, fields: Value) {
    write(Level::Error, name, fields);
}

/// Tells something at a level. `fields` is a JSON object.
pub fn write(level: Level, name: &str, fields: Value) {
    let line = line(clock::now(), level, name, fields);
    match level {
        Level::Info => worker::console_log!("{line}"),
        Level::Warning => worker::console_warn!("{line}"),
        Level::Error => worker::console_error!("{line}"),
    }
}

fn line(now: Millis, level: Level, name: &str, fields: Value) -> String {
    let mut entry = match fields {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    entry.values_mut().for_each(redact);
    let level = match level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    entry.insert("event".into(), name.into());
    entry.insert("level".into(), level.into());
    entry.insert("at".into(), now.0.into());
    Value::Object(entry).to_string()
}

fn redact(value: &mut Value) {
    match value {
        Value::String(text) => *text = redacted(text),
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => fields.values_mut().for_each(redact),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_its_fields_hold() {
        let line = line(Millis(5), Level::Info, "request.finished", json!({ "path": "a\nb", "status": 200 }));
        assert!(!line.contains('\n'));
        let entry: Value = serde_json::from_str(&line).unwrap();
        let expected =
            json!({ "event": "request.finished", "level": "info", "at": 5, "path": "a\nb", "status": 200 });
        assert_eq!(entry, expected);
    }

    #[test]
    fn fields_cannot_pass_for_another_event() {
        let line = line(Millis(5), Level::Error, "true.name", json!({ "event": "false.name", "at": 0 }));
        let entry: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&entry["event"], &entry["at"]), (&json!("true.name"), &json!(5)));
    }

    #[test]
    fn a_text_of_others_is_cleaned_wherever_it_stands() {
        let fields = json!({ "reason": "ada@school.example", "more": [{ "why": "x/documents/users/ada" }] });
        let line = line(Millis(5), Level::Error, "store.failed", fields);
        assert!(!line.contains("ada"), "{line}");
    }
}
