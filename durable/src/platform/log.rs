//! The log: one line of JSON an event, with a stable name, so that it can be searched and counted.
//!
//! An event's name is `noun.verb` in the past (`request.finished`, `conversation.flush.failed`). Its fields are ids,
//! codes, counts and durations. What people wrote or said, addresses, names, tokens and keys never go here.

use mentora_core::time::Millis;
use serde_json::{Map, Value};

use super::clock;

/// How loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It happened.
    Info,
    /// It failed, and somebody should know.
    Error,
}

/// Tells that something happened. `fields` is a JSON object.
pub fn event(name: &str, fields: Value) {
    worker::console_log!("{}", line(clock::now(), Level::Info, name, fields));
}

/// Tells that something failed. `fields` is a JSON object.
pub fn failure(name: &str, fields: Value) {
    worker::console_error!("{}", line(clock::now(), Level::Error, name, fields));
}

fn line(now: Millis, level: Level, name: &str, fields: Value) -> String {
    let mut entry = match fields {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    let level = match level {
        Level::Info => "info",
        Level::Error => "error",
    };
    entry.insert("event".into(), name.into());
    entry.insert("level".into(), level.into());
    entry.insert("at".into(), now.0.into());
    Value::Object(entry).to_string()
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
}
