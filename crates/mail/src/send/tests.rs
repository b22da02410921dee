//! What is sent, and how SendGrid's answers are read.

use super::*;
use crate::{Language, Letter, Reader};

fn message() -> Message {
    let letter = Letter::LowBalance { balance: "0.25", wallet_url: "https://mentora.example/wallet" };
    let settings_url = "https://mentora.example/settings";
    Message {
        from: Mailbox::parse("Mentora <hello@mentora.example>").unwrap(),
        to: Mailbox::new("kim@example.org", "Kim").unwrap(),
        written: letter.write(&Reader { name: "Kim", language: Language::En, settings_url }),
        notification: "0123abcd".into(),
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let reply = headers
        .iter()
        .fold(Response::builder().status(status), |reply, (name, value)| reply.header(*name, *value));
    read(&reply.body(body.as_bytes().to_vec()).unwrap())
}

#[test]
fn a_mail_is_put_in_sendgrids_shape_with_the_key_in_a_header() {
    let request = message().request("https://sendgrid.test/", "SG.s3cret").unwrap();
    assert_eq!(request.uri(), "https://sendgrid.test/v3/mail/send");
    assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer SG.s3cret");
    assert!(!format!("{request:?}").contains("s3cret"));
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let kim = json!({ "email": "kim@example.org", "name": "Kim" });
    assert_eq!(body["personalizations"], json!([{ "to": [kim] }]));
    assert_eq!(body["from"], json!({ "email": "hello@mentora.example", "name": "Mentora" }));
    assert_eq!(body["content"][0]["type"], "text/plain");
    assert_eq!(body["content"][1]["type"], "text/html");
    assert_eq!(body["custom_args"], json!({ "notification": "0123abcd" }));
    assert_eq!(body["headers"]["List-Unsubscribe"], "<https://mentora.example/settings>");
    assert!(message().request("https://sendgrid.test", "two\nlines").is_err());
}

/// `packages` of SendGrid's own make the same of the same mail: `tests/mail` holds them to this file.
#[test]
fn the_body_is_the_one_that_sendgrids_own_client_is_held_to() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/mail/low_balance.json");
    let body = format!("{:#}\n", message().body());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &body).unwrap();
    }
    assert_eq!(std::fs::read_to_string(golden).unwrap_or_default(), body, "UPDATE_GOLDEN=1 writes it anew");
}

#[test]
fn whoever_has_no_name_is_not_called_nothing() {
    let message = Message { to: Mailbox::parse("kim@example.org").unwrap(), ..message() };
    assert_eq!(message.body()["personalizations"][0]["to"], json!([{ "email": "kim@example.org" }]));
}

#[test]
fn a_mail_that_was_taken_has_sendgrids_name() {
    let sent = |id: Option<&str>| Answer::Sent { message_id: id.map(str::to_owned) };
    assert_eq!(answer(202, &[("X-Message-Id", "14c5d75ce93")], ""), sent(Some("14c5d75ce93")));
    assert_eq!(answer(202, &[], ""), sent(None));
}

#[test]
fn a_refusal_tells_whether_the_mail_the_settings_or_the_moment_is_to_blame() {
    use Cause::{Mail, Settings};
    let error = |message: &str, field: &str| {
        let field = if field.is_empty() { Value::Null } else { field.into() };
        json!({ "errors": [{ "message": message, "field": field, "help": "http://sendgrid.example" }] })
            .to_string()
    };
    for (status, body, cause, words) in [
        (
            400,
            error("The to email is invalid", "personalizations.0.to.0.email"),
            Mail,
            "personalizations.0.to.0.email: The to",
        ),
        (400, error("If present, text(text/plain) must come first", "content"), Mail, "content: If present"),
        (413, error("The payload is too large", ""), Mail, "The payload is too large"),
        (400, "<html>".to_owned(), Mail, "status 400"),
        (
            401,
            error("The provided authorization grant is invalid, expired, or revoked", ""),
            Settings,
            "invalid, expired",
        ),
        (
            403,
            error("The from address does not match a verified Sender Identity", "from"),
            Settings,
            "from: The from",
        ),
        (404, String::new(), Settings, "status 404"),
        (302, String::new(), Settings, "status 302"),
    ] {
        match answer(status, &[], &body) {
            Answer::Refused { cause: found, why } => {
                assert_eq!(found, cause, "{status}");
                assert!(why.contains(words), "{why}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
    let later = |not_before_ms, why: &str| Answer::TryLater { not_before_ms, why: why.into() };
    let many = error("too many requests", "");
    let reset = [("X-RateLimit-Reset", "1795420860")];
    assert_eq!(answer(429, &reset, &many), later(Some(1_795_420_860_000), "status 429; too many requests"));
    assert_eq!(answer(429, &[("X-RateLimit-Reset", "soon")], ""), later(None, "status 429"));
    for status in [408, 500, 502, 503, 504] {
        assert_eq!(answer(status, &[], "<html>"), later(None, &format!("status {status}")));
    }
}

#[test]
fn sendgrids_words_are_kept_to_a_length() {
    let body = json!({ "errors": [{ "message": "字".repeat(2_000) }, { "unknown": true }] }).to_string();
    let Answer::Refused { why, .. } = answer(400, &[], &body) else { panic!("it is refused") };
    assert_eq!(why.chars().count(), MAX_WHY_CHARS);
}
