//! FCM: what is taken, what is refused, what goes wrong by plan, and the outbox. Read by our own rules.

mod common;

use common::{fast, outbox, plan, start};
use mentora_google::fcm::{Answer, Cause, Message, read};
use mentora_google::service_account::{ServiceAccount, parse_token_response};
use mentora_sim::RunningSim;
use serde_json::{Value, json};

const PHONE: &str = "cM3x:APA91bPhone";
/// Google's clock, as far as the token lives.
const NOW_MS: i64 = 1_795_420_800_000;

fn message(device: &str) -> Message<'_> {
    let (title, body) = ("Your tutor has answered", "Open the conversation <b>.");
    let link = "https://mentora.example/conversations/c1";
    Message { device, title, body, link, id: "0123abcd", kind: "response_ready" }
}

async fn exchange(request: http::Request<Vec<u8>>) -> reqwest::Result<http::Response<Vec<u8>>> {
    let (parts, body) = request.into_parts();
    let client = reqwest::Client::new();
    let reply = client
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body)
        .timeout(std::time::Duration::from_secs(20))
        .send()
        .await?;
    let mut answer = http::Response::builder().status(reply.status());
    for (name, value) in reply.headers() {
        answer = answer.header(name, value);
    }
    Ok(answer.body(reply.bytes().await?.to_vec()).unwrap())
}

/// An access token, got as we get it.
async fn bearer(sim: &RunningSim) -> String {
    let file = reqwest::get(format!("{}/sim/service-account.json", sim.base_url)).await.unwrap();
    let account = ServiceAccount::parse(&file.text().await.unwrap()).unwrap();
    let now_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let request = account.token_request(&format!("{}/token", sim.base_url), now_ms).unwrap();
    let token = parse_token_response(&exchange(request).await.unwrap(), NOW_MS).unwrap();
    token.secret().to_owned()
}

async fn send(sim: &RunningSim, message: &Message<'_>, bearer: &str) -> reqwest::Result<Answer> {
    let mut request = message.request(&sim.base_url, "demo-mentora").unwrap();
    let authorization = format!("Bearer {bearer}").parse().unwrap();
    request.headers_mut().insert(http::header::AUTHORIZATION, authorization);
    Ok(read(&exchange(request).await?))
}

async fn send_raw(sim: &RunningSim, bearer: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/v1/projects/demo-mentora/messages:send", sim.base_url);
    let reply = reqwest::Client::new().post(url).bearer_auth(bearer).body(body.to_string()).send().await;
    let reply = reply.unwrap();
    (reply.status().as_u16(), reply.json().await.unwrap())
}

#[tokio::test]
async fn a_message_of_ours_is_taken_and_lies_in_the_outbox() {
    let sim = start(fast()).await;
    let bearer = bearer(&sim).await;
    let Answer::Sent { name } = send(&sim, &message(PHONE), &bearer).await.unwrap() else {
        panic!("it is sent");
    };
    assert!(name.starts_with("projects/demo-mentora/messages/0:"), "{name}");
    let pushes = outbox(&sim, "pushes", &format!("?to={PHONE}")).await;
    assert_eq!(pushes.len(), 1);
    assert_eq!((&pushes[0]["name"], &pushes[0]["title"]), (&json!(name), &json!("Your tutor has answered")));
    assert_eq!(pushes[0]["data"]["notification"], "0123abcd");
    assert_eq!(outbox(&sim, "pushes", "?to=other").await, [Value::Null; 0]);
    let page = reqwest::get(format!("{}/sim/outbox.html", sim.base_url)).await.unwrap().text().await.unwrap();
    assert!(page.contains("Your tutor has answered") && page.contains("&lt;b&gt;"), "{page}");
    let log: Value = reqwest::get(format!("{}/sim/log", sim.base_url)).await.unwrap().json().await.unwrap();
    let requests = log["requests"].as_array().unwrap();
    let path = "/v1/projects/demo-mentora/messages:send";
    assert!(requests.iter().any(|one| one["path"] == path && one["status"] == 200), "{log}");
    assert!(!log.to_string().contains(&bearer));
    reqwest::Client::new().delete(format!("{}/sim/outbox", sim.base_url)).send().await.unwrap();
    assert_eq!(outbox(&sim, "pushes", "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_long_message_of_ours_is_short_enough() {
    let sim = start(fast()).await;
    let bearer = bearer(&sim).await;
    let body = "金\"".repeat(2_000);
    let long = Message { body: &body, ..message(PHONE) };
    assert!(matches!(send(&sim, &long, &bearer).await.unwrap(), Answer::Sent { .. }));
}

#[tokio::test]
async fn what_fcm_would_refuse_is_refused_with_its_field() {
    let sim = start(fast()).await;
    let bearer = bearer(&sim).await;
    let sound = || json!({ "token": PHONE, "notification": { "title": "t", "body": "b" } });
    for (name, value, field) in [
        ("sound", json!("x"), "message"),
        ("notification", json!({ "titel": "t" }), "message.notification"),
        ("notification", json!({ "title": 7 }), "message.notification.title"),
        ("data", json!({ "count": 7 }), "message.data[count]"),
        ("data", json!({ "from": "x" }), "message.data"),
        ("topic", json!("news"), "message"),
        ("data", json!({ "long": "x".repeat(4_096) }), "message"),
        (
            "webpush",
            json!({ "fcm_options": { "link": "http://x.example" } }),
            "message.webpush.fcm_options.link",
        ),
        ("apns", json!({ "headers": { "apns-collapse-id": "x".repeat(65) } }), "message.apns.headers"),
    ] {
        let mut message = sound();
        message[name] = value;
        let (status, body) = send_raw(&sim, &bearer, &json!({ "message": message })).await;
        let told = &body["error"]["details"][0]["fieldViolations"][0]["field"];
        assert_eq!((status, told), (400, &json!(field)), "{name}: {body}");
    }
    assert_eq!(send_raw(&sim, &bearer, &json!({})).await.0, 400);
    assert_eq!(send_raw(&sim, &bearer, &json!({ "message": sound() })).await.0, 200);
    assert_eq!(outbox(&sim, "pushes", "").await.len(), 1);
}

#[tokio::test]
async fn a_device_that_never_was_one_is_gone_and_a_wrong_bearer_is_the_settings_fault() {
    let sim = start(fast()).await;
    let bearer = bearer(&sim).await;
    for device in ["", "short", "with a blank in it"] {
        assert_eq!(send(&sim, &message(device), &bearer).await.unwrap(), Answer::Unregistered, "{device}");
    }
    for bearer in ["", "ya29.stolen", "AAAA-server-key"] {
        let answer = send(&sim, &message(PHONE), bearer).await.unwrap();
        assert!(matches!(answer, Answer::Refused { cause: Cause::Settings, .. }), "{answer:?}");
    }
    assert_eq!(outbox(&sim, "pushes", "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_goes_wrong_goes_wrong_before_a_message_is_taken_or_after() {
    let sim = start(fast()).await;
    let bearer = bearer(&sim).await;
    let fails = async |moment: &str, what: Value| {
        plan(&sim, json!([{ "when": { "after": moment, "text": PHONE }, "do": what }])).await;
        let other = send(&sim, &message("cM3x:APA91bOther"), &bearer).await.unwrap();
        assert!(matches!(other, Answer::Sent { .. }), "another device");
        send(&sim, &message(PHONE), &bearer).await
    };
    let status = |status: u16| json!({ "httpStatus": status });
    let later = |answer: Answer| match answer {
        Answer::TryLater { after_ms, .. } => after_ms,
        other => panic!("{other:?}"),
    };
    assert_eq!(fails("push", status(404)).await.unwrap(), Answer::Unregistered);
    assert_eq!(later(fails("push", status(429)).await.unwrap()), 60_000);
    assert_eq!(later(fails("push", status(503)).await.unwrap()), 10_000);
    let mismatch = fails("push", status(403)).await.unwrap();
    assert!(matches!(mismatch, Answer::Refused { cause: Cause::Settings, .. }), "{mismatch:?}");
    assert!(fails("push", json!({ "drop": true })).await.is_err(), "nobody answers");
    let phone = format!("?to={PHONE}");
    assert_eq!(outbox(&sim, "pushes", &phone).await.len(), 0, "none was taken");
    assert_eq!(later(fails("pushTaken", status(500)).await.unwrap()), 10_000);
    assert_eq!(outbox(&sim, "pushes", &phone).await.len(), 1, "it was taken");
    assert!(fails("pushTaken", json!({ "drop": true })).await.is_err(), "nobody answers");
    assert_eq!(outbox(&sim, "pushes", &phone).await.len(), 2, "it was taken");
    assert!(matches!(send(&sim, &message(PHONE), &bearer).await.unwrap(), Answer::Sent { .. }));
}
