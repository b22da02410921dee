//! What FCM takes: every fault of a message with its field.

use serde_json::Value;

/// Everything that a message may have.
const KNOWN: [&str; 11] = [
    "name",
    "data",
    "notification",
    "android",
    "webpush",
    "apns",
    "fcm_options",
    "fcmOptions",
    "token",
    "topic",
    "condition",
];
const NOTIFICATION: [&str; 3] = ["title", "body", "image"];
/// Keys of `data` that are FCM's own.
const RESERVED: [&str; 3] = ["from", "message_type", "collapse_key"];
const MOST_BYTES: usize = 4_096;
const MOST_COLLAPSE_BYTES: usize = 64;
/// Real ones have 140 characters and more; some must be.
const FEWEST_TOKEN_CHARS: usize = 8;

/// A field and what is wrong with it.
type Violation = (String, String);

/// What is wrong with the body of a request, its device apart.
pub fn violations(body: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |field: &str, what: String| found.push((field.to_owned(), what));
    for name in body.as_object().into_iter().flat_map(serde_json::Map::keys) {
        if !["message", "validate_only", "validateOnly"].contains(&name.as_str()) {
            add(name, format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."));
        }
    }
    let message = &body["message"];
    let Some(fields) = message.as_object() else {
        add("message", "The message is missing.".to_owned());
        return found;
    };
    let unknown = |field: &str, name: &str| {
        format!("Invalid JSON payload received. Unknown name \"{name}\" at '{field}': Cannot find field.")
    };
    for name in fields.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
        add("message", unknown("message", name));
    }
    for (name, value) in message["notification"].as_object().into_iter().flatten() {
        if !NOTIFICATION.contains(&name.as_str()) {
            add("message.notification", unknown("message.notification", name));
        } else if !value.is_string() {
            add(&format!("message.notification.{name}"), "Invalid value (TYPE_STRING)".to_owned());
        }
    }
    for (name, value) in message["data"].as_object().into_iter().flatten() {
        if !value.is_string() {
            add(&format!("message.data[{name}]"), "Invalid value at 'message.data' (TYPE_STRING)".to_owned());
        }
        if RESERVED.contains(&name.as_str()) || name.starts_with("google") || name.starts_with("gcm") {
            add("message.data", format!("Invalid data payload key: {name}"));
        }
    }
    let targets =
        ["token", "topic", "condition"].into_iter().filter(|name| fields.contains_key(*name)).count();
    if targets != 1 {
        add("message", "Exactly one of token, topic or condition is required.".to_owned());
    }
    let link = &message["webpush"]["fcm_options"]["link"];
    if !link.is_null() && !link.as_str().is_some_and(|link| link.starts_with("https://")) {
        add("message.webpush.fcm_options.link", "The link must be an HTTPS URL.".to_owned());
    }
    let collapse = message["apns"]["headers"]["apns-collapse-id"].as_str().unwrap_or_default();
    if collapse.len() > MOST_COLLAPSE_BYTES {
        add("message.apns.headers", "apns-collapse-id is longer than 64 bytes.".to_owned());
    }
    let mut payload = message.clone();
    if let Some(payload) = payload.as_object_mut() {
        payload.remove("token");
    }
    if payload.to_string().len() > MOST_BYTES {
        add("message", "Message is too big: the payload may have 4096 bytes.".to_owned());
    }
    found
}

/// Whether a text could be the registration token of a device.
pub fn is_token(text: &str) -> bool {
    text.len() >= FEWEST_TOKEN_CHARS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_-".contains(&byte))
}
