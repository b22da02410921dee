//! generateContent, its stream and countTokens.

mod common;

use common::{fast, post, start};
use serde_json::{Value, json};

const PATH: &str = "/v1beta/models/gemini-3.5-flash-lite";

fn request() -> Value {
    json!({ "contents": [{ "role": "user", "parts": [{ "text": "Homework should be abolished." }] }] })
}

#[tokio::test]
async fn a_message_is_answered_with_a_question_about_it() {
    let sim = start(fast()).await;
    let (status, body) = post(&sim, &format!("{PATH}:generateContent?key=k"), request().to_string()).await;
    assert_eq!(status, 200, "{body}");
    let candidate = &body["candidates"][0];
    let text = candidate["content"]["parts"][0]["text"].as_str().unwrap();
    assert!(text.to_lowercase().contains("homework") && text.ends_with('?'), "{text}");
    assert_eq!(candidate["finishReason"], "STOP");
    let usage = &body["usageMetadata"];
    let sum = usage["promptTokenCount"].as_u64().unwrap() + usage["candidatesTokenCount"].as_u64().unwrap();
    assert_eq!(usage["totalTokenCount"], sum);

    let (_, counted) = post(&sim, &format!("{PATH}:countTokens?key=k"), request().to_string()).await;
    assert_eq!(counted["totalTokens"], usage["promptTokenCount"]);
}

#[tokio::test]
async fn a_schema_is_honoured_and_needs_json() {
    let sim = start(fast()).await;
    let schema = json!({ "type": "OBJECT", "required": ["strategy"], "properties": {
        "strategy": { "type": "STRING", "enum": ["clarify", "challenge"] }, "terms": { "type": "ARRAY", "items": { "type": "STRING" } } } });
    let mut asked = request();
    asked["generationConfig"] = json!({ "responseMimeType": "application/json", "responseSchema": schema });
    let (_, body) = post(&sim, &format!("{PATH}:generateContent?key=k"), asked.to_string()).await;
    let text = body["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(text).unwrap(),
        json!({ "strategy": "challenge", "terms": ["homework"] })
    );

    asked["generationConfig"]["responseMimeType"] = json!("text/plain");
    assert_eq!(post(&sim, &format!("{PATH}:generateContent?key=k"), asked.to_string()).await.0, 400);
}

#[tokio::test]
async fn the_stream_comes_as_server_sent_events_that_join_to_the_answer() {
    let sim = start(fast()).await;
    let url = format!("{}{PATH}:streamGenerateContent?alt=sse&key=k", sim.base_url);
    let response = reqwest::Client::new().post(url).body(request().to_string()).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    let events: Vec<Value> = text
        .split("\r\n\r\n")
        .filter_map(|event| event.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert!(events.len() > 1);
    let joined: String = events
        .iter()
        .map(|event| event["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap())
        .collect();
    let (_, whole) = post(&sim, &format!("{PATH}:generateContent?key=k"), request().to_string()).await;
    assert_eq!(joined, whole["candidates"][0]["content"]["parts"][0]["text"]);
    assert!(events[0]["candidates"][0].get("finishReason").is_none());
    assert_eq!(events.last().unwrap()["candidates"][0]["finishReason"], "STOP");
}

#[tokio::test]
async fn errors_come_in_googles_envelope() {
    let sim = start(fast()).await;
    let good = request().to_string();
    for (what, path, body, status, name) in [
        ("no key", format!("{PATH}:generateContent"), good.clone(), 403, "PERMISSION_DENIED"),
        ("bad key", format!("{PATH}:generateContent?key=bad"), good.clone(), 400, "INVALID_ARGUMENT"),
        ("expired key", format!("{PATH}:generateContent?key=expired"), good.clone(), 400, "INVALID_ARGUMENT"),
        ("quota", format!("{PATH}:generateContent?key=quota"), good.clone(), 429, "RESOURCE_EXHAUSTED"),
        (
            "retired model",
            "/v1beta/models/gemini-2.5-flash:generateContent?key=k".into(),
            good.clone(),
            404,
            "NOT_FOUND",
        ),
        (
            "Live model",
            "/v1/models/gemini-3.8-live:generateContent?key=k".into(),
            good.clone(),
            404,
            "NOT_FOUND",
        ),
        ("unknown method", format!("{PATH}:dance?key=k"), good.clone(), 404, "NOT_FOUND"),
        (
            "unknown version",
            "/v9/models/gemini-3.8-flash:generateContent?key=k".into(),
            good,
            404,
            "NOT_FOUND",
        ),
        ("no JSON", format!("{PATH}:generateContent?key=k"), "{".into(), 400, "INVALID_ARGUMENT"),
        ("no contents", format!("{PATH}:generateContent?key=k"), "{}".into(), 400, "INVALID_ARGUMENT"),
        (
            "unknown field",
            format!("{PATH}:generateContent?key=k"),
            r#"{"prompt":"x"}"#.into(),
            400,
            "INVALID_ARGUMENT",
        ),
    ] {
        let (code, body) = post(&sim, &path, body).await;
        assert_eq!(
            (code, &body["error"]["status"], &body["error"]["code"]),
            (status, &json!(name), &json!(status)),
            "{what}: {body}"
        );
    }
}

#[tokio::test]
async fn a_turn_is_measured_by_its_words() {
    let sim = start(fast()).await;
    let asked = measuring("Because it costs 40% less, the fee should be lower.");
    let (status, body) = post(&sim, &format!("{PATH}:generateContent?key=k"), asked.to_string()).await;
    assert_eq!(status, 200, "{body}");
    let measured = body["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap();
    let measured: Value = serde_json::from_str(measured).unwrap();
    assert_eq!((&measured["evidence"], &measured["vagueness"]), (&json!(60), &json!(0)));
}

fn measuring(text: &str) -> Value {
    let percent = json!({ "type": "INTEGER", "minimum": 0, "maximum": 100 });
    json!({
        "contents": [{ "role": "user", "parts": [{ "text": text }] }],
        "generationConfig": {
            "responseMimeType": "application/json",
            "responseSchema": { "type": "OBJECT", "properties": { "evidence": percent, "vagueness": percent } },
        },
    })
}

#[tokio::test]
async fn a_planned_request_is_slow_refused_or_breaks_off_and_the_next_is_not() {
    let sim = start(fast()).await;
    let plan = json!([
        { "when": { "after": "generate", "text": "slow" }, "do": { "delayMs": 300 } },
        { "when": { "after": "generate", "text": "refused" }, "do": { "httpStatus": 503 } },
        { "when": { "after": "generate", "text": "garbled" }, "do": { "garbage": true } },
    ]);
    assert_eq!(post(&sim, "/sim/plan", plan.to_string()).await.0, 200);
    let ask = async |text: &str| {
        let (begun, asked) = (std::time::Instant::now(), measuring(text));
        let (status, body) = post(&sim, &format!("{PATH}:generateContent?key=k"), asked.to_string()).await;
        let answer = body["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap_or_default();
        (status, begun.elapsed().as_millis() >= 300, serde_json::from_str::<Value>(answer).is_ok())
    };
    assert_eq!(ask("It is slow.").await, (200, true, true));
    assert_eq!(ask("It is refused.").await, (503, false, false));
    assert_eq!(ask("It is garbled.").await, (200, false, false));
    for text in ["It is slow.", "It is refused.", "It is garbled."] {
        assert_eq!(ask(text).await, (200, false, true), "{text}");
    }
}
