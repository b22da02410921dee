//! SendGrid: what is taken, what is refused, what goes wrong by plan, and the outbox.

mod common;

use common::{fast, outbox, plan, start};
use mentora_mail::send::Cause;
use mentora_mail::{Answer, Language, Letter, Mailbox, Message, Reader};
use mentora_sim::RunningSim;
use serde_json::{Value, json};

const KEY: &str = "SG.key";

/// A mail of ours.
fn ours(name: &str) -> Message {
    let letter = Letter::LowBalanceOfCourse {
        course: "Ethics <& \"more\">",
        balance: "0.25",
        wallet_url: "https://mentora.example/courses/ethics/wallet",
    };
    let settings_url = "https://mentora.example/settings";
    Message {
        from: Mailbox::parse("Mentora <hello@mentora.example>").unwrap(),
        to: Mailbox::new("kim@example.org", name).unwrap(),
        written: letter.write(&Reader { name, language: Language::ZhHant, settings_url }),
        notification: "0123abcd".into(),
    }
}

/// A mail as it may be.
fn sound() -> Value {
    json!({
        "personalizations": [{ "to": [{ "email": "kim@example.org" }] }],
        "from": { "email": "hello@mentora.example" },
        "subject": "Hello",
        "content": [{ "type": "text/plain", "value": "Hello" }, { "type": "text/html", "value": "<p>Hello" }],
    })
}

/// Sends a request of ours and reads the answer by our own rules.
async fn send(sim: &RunningSim, message: &Message, key: &str) -> Answer {
    let request = message.request(&sim.base_url, key).unwrap();
    let (parts, body) = request.into_parts();
    let reply =
        reqwest::Client::new().post(parts.uri.to_string()).headers(parts.headers).body(body).send().await;
    let reply = reply.unwrap();
    let mut answer = http::Response::builder().status(reply.status());
    for (name, value) in reply.headers() {
        answer = answer.header(name, value);
    }
    mentora_mail::send::read(&answer.body(reply.bytes().await.unwrap().to_vec()).unwrap())
}

async fn send_raw(sim: &RunningSim, body: String) -> reqwest::Result<(u16, Value)> {
    let url = format!("{}/v3/mail/send", sim.base_url);
    let reply = reqwest::Client::new().post(url).bearer_auth(KEY).body(body).send().await?;
    let status = reply.status().as_u16();
    let text = reply.text().await?;
    Ok((status, serde_json::from_str(&text).unwrap_or_default()))
}

#[tokio::test]
async fn a_mail_of_ours_is_taken_and_lies_in_the_outbox() {
    let sim = start(fast()).await;
    let message = ours("Kim 金, \"K\"");
    let Answer::Sent { message_id: Some(id) } = send(&sim, &message, KEY).await else {
        panic!("it is sent, and has a name");
    };
    let mails = outbox(&sim, "mails", "?to=kim@example.org").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["messageId"], id);
    assert_eq!(mails[0]["subject"], message.written.subject);
    assert_eq!(mails[0]["text"], message.written.text);
    assert_eq!(mails[0]["html"], message.written.html);
    assert_eq!(mails[0]["to"], json!([{ "email": "kim@example.org", "name": "Kim 金 K" }]));
    assert_eq!(mails[0]["customArgs"]["notification"], "0123abcd");
    assert_eq!(outbox(&sim, "mails", "?to=lee@example.org").await, [Value::Null; 0]);
    let log: Value = reqwest::get(format!("{}/sim/log", sim.base_url)).await.unwrap().json().await.unwrap();
    assert_eq!(
        (&log["requests"][0]["path"], &log["requests"][0]["status"]),
        (&json!("/v3/mail/send"), &json!(202))
    );
    assert!(!log.to_string().contains(KEY));
    reqwest::Client::new().delete(format!("{}/sim/outbox", sim.base_url)).send().await.unwrap();
    assert_eq!(outbox(&sim, "mails", "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn the_page_shows_mails_and_runs_nothing_of_them() {
    let sim = start(fast()).await;
    send(&sim, &ours("<script>alert(1)</script>"), KEY).await;
    let reply = reqwest::get(format!("{}/sim/outbox.html", sim.base_url)).await.unwrap();
    assert!(reply.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = reply.text().await.unwrap();
    assert!(page.contains("<iframe sandbox srcdoc=") && page.contains("0.25"), "{page}");
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn what_sendgrid_would_refuse_is_refused_with_its_field() {
    let sim = start(fast()).await;
    let swapped = json!([sound()["content"][1], sound()["content"][0]]);
    let twice = json!([{ "to": [{ "email": "a@example.org" }, { "email": "A@example.org" }] }]);
    let crowd: Vec<Value> =
        (0..1_001).map(|index| json!({ "email": format!("{index}@example.org") })).collect();
    for (name, value, field) in [
        ("content", swapped, "content"),
        ("content", json!([]), "content"),
        ("content", json!([{ "type": "text/plain", "value": "" }]), "content.0.value"),
        ("subject", json!(""), "subject"),
        ("subject", json!("Hello\r\nBcc: all@example.org"), "subject"),
        ("from", json!({ "name": "Mentora" }), "from.email"),
        ("from", json!({ "email": "mentora" }), "from.email"),
        ("from", json!({ "email": "hello@mentora.example", "name": "Mentora\nX: y" }), "from.name"),
        ("personalizations", json!([]), "personalizations"),
        ("personalizations", json!([{}]), "personalizations.0.to"),
        ("personalizations", json!([{ "to": [{ "email": "a, b" }] }]), "personalizations.0.to.0.email"),
        ("personalizations", twice, "personalizations.0"),
        ("personalizations", json!([{ "to": crowd }]), "personalizations"),
        ("headers", json!({ "Subject": "Other" }), "headers.Subject"),
        ("custom_args", json!({ "notification": 7 }), "custom_args"),
        ("sender", json!("me"), "sender"),
    ] {
        let mut mail = sound();
        mail[name] = value;
        let (status, body) = send_raw(&sim, mail.to_string()).await.unwrap();
        assert_eq!((status, &body["errors"][0]["field"]), (400, &json!(field)), "{name}: {body}");
        assert_eq!(body["errors"].as_array().unwrap().len(), 1, "{body}");
    }
    assert_eq!(send_raw(&sim, "{".into()).await.unwrap().0, 400);
    assert_eq!(outbox(&sim, "mails", "").await, [Value::Null; 0]);
    assert_eq!(send_raw(&sim, sound().to_string()).await.unwrap().0, 202);
}

#[tokio::test]
async fn a_wrong_key_and_a_sender_nobody_has_verified_are_the_settings_fault() {
    let sim = start(fast()).await;
    let stranger = Message { from: Mailbox::parse("x@unverified.example").unwrap(), ..ours("Kim") };
    for (message, key, words) in [
        (ours("Kim"), "SG.bad", "authorization grant is invalid"),
        (ours("Kim"), "sk_live", "authorization grant is invalid"),
        (stranger, KEY, "verified Sender Identity"),
    ] {
        let answer = send(&sim, &message, key).await;
        let Answer::Refused { cause: Cause::Settings, why } = &answer else { panic!("{answer:?}") };
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(outbox(&sim, "mails", "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_goes_wrong_goes_wrong_before_a_mail_is_taken_or_after() {
    let sim = start(fast()).await;
    plan(
        &sim,
        json!([
            { "when": { "after": "mail" }, "do": { "httpStatus": 429 } },
            { "when": { "after": "mail" }, "do": { "httpStatus": 503 } },
        ]),
    )
    .await;
    // Both are due at once: the later one speaks.
    assert!(matches!(send(&sim, &ours("Kim"), KEY).await, Answer::TryLater { .. }));
    plan(&sim, json!([{ "when": { "after": "mail", "text": "0123abcd" }, "do": { "httpStatus": 429 } }]))
        .await;
    assert_eq!(send_raw(&sim, sound().to_string()).await.unwrap().0, 202, "another mail");
    let Answer::TryLater { not_before_ms: Some(reset), .. } = send(&sim, &ours("Kim"), KEY).await else {
        panic!("it says when to come again");
    };
    assert!(reset > 1_700_000_000_000, "{reset}");
    assert_eq!(outbox(&sim, "mails", "").await.len(), 1);

    plan(&sim, json!([{ "when": { "after": "mailTaken" }, "do": { "httpStatus": 500 } }])).await;
    assert!(matches!(send(&sim, &ours("Kim"), KEY).await, Answer::TryLater { not_before_ms: None, .. }));
    assert_eq!(outbox(&sim, "mails", "").await.len(), 2, "it was taken");
    plan(&sim, json!([{ "when": { "after": "mailTaken" }, "do": { "drop": true } }])).await;
    assert!(send_raw(&sim, sound().to_string()).await.is_err(), "nobody answers");
    assert_eq!(outbox(&sim, "mails", "").await.len(), 3, "it was taken");
    plan(&sim, json!([{ "when": { "after": "mail" }, "do": { "drop": true } }])).await;
    assert!(send_raw(&sim, sound().to_string()).await.is_err(), "nobody answers");
    assert_eq!(outbox(&sim, "mails", "").await.len(), 3, "it was not taken");
    assert!(matches!(send(&sim, &ours("Kim"), KEY).await, Answer::Sent { .. }), "the sim goes on");
}
