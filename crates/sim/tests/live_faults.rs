//! Every fault a plan can hold, seen from the client's side.

mod common;

use std::time::{Duration, Instant};

use common::{Client, Frame, audio_of, fast, get, has, plan, post, setup, silence, start};
use mentora_sim::{Config, RunningSim};
use serde_json::{Value, json};

const CLAIM: &str = "I think social media harms young people.";

async fn planned(faults: Value) -> RunningSim {
    let sim = start(fast()).await;
    plan(&sim, faults).await;
    sim
}

#[tokio::test]
async fn the_socket_is_closed_at_the_moment_planned_and_once() {
    for (after, text, audio) in [
        ("setup", false, false),
        ("turn", false, false),
        ("firstText", true, false),
        ("firstAudio", true, true),
        ("chunks:3", true, true),
        ("generationComplete", true, true),
    ] {
        let close = json!({ "close": { "code": 1011, "reason": "Internal error occurred." } });
        let sim = planned(json!([{ "when": { "after": after }, "do": close }])).await;
        let mut client = Client::ready(&sim, setup(json!({}))).await;
        if after != "setup" {
            client.say(CLAIM).await;
        }
        let mut frames = Vec::new();
        let end = loop {
            match client.next().await {
                Frame::Json(frame) => frames.push(frame),
                end => break end,
            }
        };
        assert_eq!(end, Frame::Closed(1011, "Internal error occurred.".into()), "{after}");
        assert_eq!(has(&frames, "/serverContent/outputTranscription"), text, "{after}");
        assert_eq!(has(&frames, "/serverContent/modelTurn"), audio, "{after}");
        assert_eq!(
            has(&frames, "/serverContent/generationComplete"),
            after == "generationComplete",
            "{after}"
        );
        if after == "chunks:3" {
            assert_eq!(audio_of(&frames).len(), 3 * 4_800);
        }
        let mut again = Client::ready(&sim, setup(json!({}))).await;
        again.say(CLAIM).await;
        assert!(has(&again.turn().await, "/serverContent/generationComplete"), "{after}: it happens once");
    }
}

#[tokio::test]
async fn conditions_choose_connection_turn_and_text() {
    let sim = planned(json!([
        { "when": { "connection": 2, "turn": 2 }, "do": { "drop": true } },
        { "when": { "text": "lamp" }, "do": { "emptyTurn": true } },
    ]))
    .await;
    let mut first = Client::ready(&sim, setup(json!({}))).await;
    let mut second = Client::ready(&sim, setup(json!({}))).await;
    for client in [&mut first, &mut second] {
        client.say(CLAIM).await;
        client.turn().await;
    }
    first.say("A lamp.").await;
    let empty = first.turn().await;
    assert!(!has(&empty, "/serverContent/modelTurn") && !has(&empty, "/serverContent/generationComplete"));
    assert_eq!(empty.last().unwrap()["usageMetadata"]["responseTokenCount"], 0);
    second.say(CLAIM).await;
    assert_eq!(second.end().await, Frame::Dropped);
    assert_eq!(get(&sim, "/sim/plan").await, json!({ "faults": [] }));
}

#[tokio::test]
async fn upgrades_and_setups_can_be_refused() {
    let sim = planned(json!([
        { "do": { "httpStatus": 503 }, "times": 2 },
        { "do": { "rejectSetup": { "code": 1008, "reason": "Operation is not implemented, or supported, or enabled." } } },
    ]))
    .await;
    let url = format!("{}?key=k", sim.live_url("v1"));
    assert_eq!(Client::with_url(&url).await.err(), Some(503));
    assert_eq!(Client::with_url(&url).await.err(), Some(503));
    let mut client = Client::with_url(&url).await.unwrap();
    client.send(json!({ "setup": setup(json!({})) })).await;
    assert!(matches!(client.next().await, Frame::Closed(1008, reason) if reason.starts_with("Operation")));
    Client::ready(&sim, setup(json!({}))).await;
}

#[tokio::test]
async fn delay_silence_garbage_and_phantom_interruption() {
    let sim = planned(json!([
        { "when": { "turn": 1 }, "do": { "delayMs": 400 } },
        { "when": { "turn": 2, "after": "firstAudio" }, "do": { "phantomInterrupt": true } },
        { "when": { "turn": 3, "after": "firstAudio" }, "do": { "silence": true } },
        { "when": { "turn": 4, "after": "firstText" }, "do": { "garbage": true } },
    ]))
    .await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    client.say(CLAIM).await;
    let begin = Instant::now();
    client.turn().await;
    assert!(begin.elapsed() >= Duration::from_millis(400));

    client.say(CLAIM).await;
    let frames = client.turn().await;
    assert!(has(&frames, "/serverContent/interrupted") && !has(&frames, "/serverContent/generationComplete"));

    client.say(CLAIM).await;
    client.until(|frame| frame.pointer("/serverContent/modelTurn").is_some()).await;
    assert!(client.quiet_for(Duration::from_millis(500)).await);

    client.say(CLAIM).await;
    while !matches!(client.next().await, Frame::Garbage(_)) {}
    assert!(has(&client.turn().await, "/serverContent/generationComplete"));
}

#[tokio::test]
async fn an_announced_end_comes() {
    let sim =
        planned(json!([{ "when": { "after": "turnComplete" }, "do": { "goAway": { "timeLeft": "0.3s" } } }]))
            .await;
    let mut client = Client::ready(&sim, setup(json!({}))).await;
    client.say(CLAIM).await;
    client.turn().await;
    assert_eq!(client.next().await, Frame::Json(json!({ "goAway": { "timeLeft": "0.3s" } })));
    assert!(
        matches!(client.next().await, Frame::Closed(1011, reason) if reason.starts_with("Deadline expired"))
    );
}

#[tokio::test]
async fn a_function_call_holds_up_the_answer_and_blocking_ones_the_microphone() {
    let sim =
        planned(json!([{ "do": { "toolCall": { "name": "f", "args": { "city": "London" } } }, "times": 2 }]))
            .await;
    let tools = json!({ "tools": [{ "functionDeclarations": [{ "name": "f", "behavior": "BLOCKING" }] }] });
    let call = |frame: &Value| frame.get("toolCall").is_some();

    let mut client = Client::ready(&sim, setup(tools.clone())).await;
    client.say(CLAIM).await;
    let frames = client.until(call).await;
    let called = &frames.last().unwrap()["toolCall"]["functionCalls"][0];
    assert_eq!((&called["name"], &called["args"]), (&json!("f"), &json!({ "city": "London" })));
    assert!(client.quiet_for(Duration::from_millis(200)).await);
    let response = json!({ "id": called["id"], "name": "f", "response": { "output": "rain" } });
    client.send(json!({ "toolResponse": { "functionResponses": [response] } })).await;
    assert!(has(&client.turn().await, "/serverContent/generationComplete"));

    let mut client = Client::ready(&sim, setup(tools)).await;
    client.say(CLAIM).await;
    client.until(call).await;
    client.speak(&silence(0.1)).await;
    let Frame::Closed(1007, reason) = client.end().await else { panic!() };
    assert!(reason.starts_with("The audio content type (CONTENT_TYPE_AUDIO)"), "{reason}");
}

#[tokio::test]
async fn a_wrong_plan_is_refused_and_the_old_one_stays() {
    let sim = planned(json!([{ "when": { "text": "never" }, "do": { "drop": true } }])).await;
    let (status, body) = post(&sim, "/sim/plan", r#"[{"do":{"explode":true}}]"#).await;
    assert_eq!(status, 400);
    assert!(
        body["error"]["message"].as_str().unwrap().contains("fault 1 of the plan: unknown variant `explode`")
    );
    assert_eq!(get(&sim, "/sim/plan").await["faults"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_plan_can_be_given_at_the_start() {
    let plan = mentora_sim::plan::Plan::parse(r#"{"faults":[{"do":{"httpStatus":429}}]}"#).unwrap();
    let sim = start(Config { plan, ..fast() }).await;
    assert_eq!(Client::with_url(&format!("{}?key=k", sim.live_url("v1"))).await.err(), Some(429));
}
