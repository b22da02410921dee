//! What is sent and what comes back.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const PAGE: &str = "https://mentora.example/conversations/c1";

fn message() -> Message<'static> {
    Message {
        device: "APA91b-phone",
        title: "Your tutor has answered",
        body: "Open the conversation.",
        link: PAGE,
        id: "0123abcd",
        kind: "response_ready",
    }
}

fn sent(message: &Message<'_>) -> Value {
    let request = message.request(FCM_URL, "demo-mentora").unwrap();
    serde_json::from_slice(request.body()).unwrap()
}

/// The size that FCM counts: all but the device.
fn size(message: &Message<'_>) -> usize {
    let mut sent = sent(message);
    sent["message"].as_object_mut().unwrap().remove("token").unwrap();
    sent["message"].to_string().len()
}

#[test]
fn a_message_goes_to_one_device_under_one_name_everywhere() {
    let request = message().request("http://127.0.0.1:9009", "demo-mentora").unwrap();
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.uri(), "http://127.0.0.1:9009/v1/projects/demo-mentora/messages:send");
    assert_eq!(
        sent(&message()),
        json!({ "message": {
            "token": "APA91b-phone",
            "notification": { "title": "Your tutor has answered", "body": "Open the conversation." },
            "data": { "notification": "0123abcd", "kind": "response_ready", "link": PAGE },
            "android": { "notification": { "tag": "0123abcd" } },
            "apns": { "headers": { "apns-collapse-id": "0123abcd" } },
            "webpush": { "notification": { "tag": "0123abcd" }, "fcm_options": { "link": PAGE } },
        } })
    );
    let local = Message { link: "http://127.0.0.1:8787/wallet", ..message() };
    assert_eq!(sent(&local)["message"]["webpush"], json!({ "notification": { "tag": "0123abcd" } }));
}

#[test]
fn a_text_that_is_too_long_is_cut_between_two_characters() {
    for (title, body) in [
        ("Announcement".to_owned(), "金".repeat(2_000)),
        ("Announcement".to_owned(), "\"\u{1f469}\u{200d}\u{1f3eb}\\".repeat(2_000)),
        ("金".repeat(5_000), "Read it.".to_owned()),
        ("a".repeat(5_000), "b".repeat(5_000)),
    ] {
        let long = Message { title: &title, body: &body, ..message() };
        assert!(size(&long) <= MAX_PAYLOAD_BYTES, "{}", size(&long));
        let shown = sent(&long)["message"]["notification"].clone();
        let (shown_title, shown_body) = (shown["title"].as_str().unwrap(), shown["body"].as_str().unwrap());
        assert!(title.starts_with(shown_title.trim_end_matches('…')) && !shown_title.is_empty());
        assert!(body.starts_with(shown_body.trim_end_matches('…')));
        assert!(size(&long) > MAX_PAYLOAD_BYTES - 64, "no more is cut than must be: {}", size(&long));
    }
    let short = Message { body: "金", ..message() };
    assert_eq!(sent(&short)["message"]["notification"]["body"], "金");
}

proptest! {
    #[test]
    fn whatever_the_texts_are_the_message_fits(title in ".{0,3000}", body in ".{0,3000}") {
        let size = size(&Message { title: &title, body: &body, ..message() });
        prop_assert!(size <= MAX_PAYLOAD_BYTES);
    }
}

fn fcm_error(status: u16, name: &str, code: &str) -> Value {
    let detail = json!({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code });
    json!({ "error": { "code": status, "message": "in words", "status": name, "details": [detail] } })
}

fn violating(mut error: Value, field: &str) -> Value {
    let violation = json!({ "field": field, "description": "Invalid value" });
    let detail =
        json!({ "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation] });
    error["error"]["details"].as_array_mut().unwrap().push(detail);
    error
}

fn plain(status: u16, name: &str) -> Value {
    json!({ "error": { "code": status, "message": "in words", "status": name } })
}

fn reply(status: u16, retry_after: Option<&str>, body: &Value) -> http::Response<Vec<u8>> {
    let reply = http::Response::builder().status(status);
    let reply = match retry_after {
        Some(after) => reply.header("retry-after", after),
        None => reply,
    };
    reply.body(body.to_string().into_bytes()).unwrap()
}

#[test]
fn what_was_taken_has_a_name() {
    let name = "projects/demo-mentora/messages/0:1500415314455276%31bd1c9631bd1c96";
    assert_eq!(read(&reply(200, None, &json!({ "name": name }))), Answer::Sent { name: name.into() });
    // It was taken, whatever the body is.
    assert_eq!(read(&reply(200, None, &json!("?"))), Answer::Sent { name: String::new() });
}

#[test]
fn every_error_of_fcm_is_understood() {
    let invalid = || fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
    let later = |ms: i64| Err(ms);
    let (message, settings) = (Ok(Some(Cause::Message)), Ok(Some(Cause::Settings)));
    let gone = Ok(None);
    for (status, body, after, expected) in [
        (404, fcm_error(404, "NOT_FOUND", "UNREGISTERED"), None, gone),
        (400, invalid(), None, gone),
        (400, violating(invalid(), "message.token"), None, gone),
        (400, violating(invalid(), "message.data"), None, message),
        (400, violating(violating(invalid(), "message.token"), "message.webpush"), None, message),
        (400, plain(400, "INVALID_ARGUMENT"), None, message),
        (413, plain(413, ""), None, message),
        // No such project: nobody's device is at fault.
        (404, plain(404, "NOT_FOUND"), None, settings),
        (401, fcm_error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"), None, settings),
        (401, plain(401, "UNAUTHENTICATED"), None, settings),
        (403, fcm_error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), None, settings),
        (403, plain(403, "PERMISSION_DENIED"), None, settings),
        (429, fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), None, later(60_000)),
        (429, fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), Some("90"), later(90_000)),
        (429, plain(429, ""), Some("soon"), later(60_000)),
        (500, fcm_error(500, "INTERNAL", "INTERNAL"), None, later(10_000)),
        (503, fcm_error(503, "UNAVAILABLE", "UNAVAILABLE"), None, later(10_000)),
        (503, fcm_error(503, "UNAVAILABLE", "UNAVAILABLE"), Some("30"), later(30_000)),
        (503, fcm_error(503, "UNAVAILABLE", "UNAVAILABLE"), Some("0"), later(1_000)),
        (503, json!("<html>"), Some("4000000000"), later(86_400_000)),
        (502, json!("<html>"), None, later(10_000)),
        (408, json!(null), None, later(10_000)),
    ] {
        let read = match read(&reply(status, after, &body)) {
            Answer::Unregistered => Ok(None),
            Answer::Refused { cause, why } => {
                assert!(why.starts_with(&format!("status {status}")), "{why}");
                Ok(Some(cause))
            }
            Answer::TryLater { after_ms, .. } => Err(after_ms),
            sent @ Answer::Sent { .. } => panic!("{sent:?}"),
        };
        assert_eq!(read, expected, "{status} {body}");
    }
}

#[test]
fn why_says_the_most_precise_code_and_not_everything() {
    let body = fcm_error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH");
    let Answer::Refused { why, .. } = read(&reply(403, None, &body)) else { panic!("it is refused") };
    assert_eq!(why, "status 403; SENDER_ID_MISMATCH; in words");
    let long = json!({ "error": { "message": "金".repeat(1_000) } });
    let Answer::TryLater { why, .. } = read(&reply(500, None, &long)) else { panic!("it is to be tried") };
    assert_eq!(why.chars().count(), 300);
}
