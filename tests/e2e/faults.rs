//! The model fails: what the student sees, and what is kept.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::house::House;
use crate::people::{Class, Student};
use crate::sim::fault;
use crate::stack::Stack;
use crate::stream::{Frame, Stream};

async fn begin(stack: &Stack) -> (Student, Stream) {
    let student = Class::open(stack).await.student(stack, "student").await;
    let stream = Stream::of(stack, &student).await;
    (student, stream)
}

/// Something to argue about, with the marker by which the plan knows it.
fn argument(marker: &str) -> String {
    format!("Cities should pay for buses, because everybody gains from clean air. {marker}")
}

/// The answer was cut short, shown as far as it came, and given again as a whole.
async fn cut_and_given_again(stack: &Stack, student: &Student, stream: &mut Stream, marker: &str) {
    stream.say(&argument(marker)).await;
    let cut = stream.until("ai_response_end").await["turn"].clone();
    assert_eq!(cut["truncated"], true, "{cut}");
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "the fault did not happen");
    let whole = stream.answer().await;
    let shown = stream.memory.all("session_state").into_iter().any(|event| event["session"] == "connecting");
    assert!(shown, "the student sees that we reconnect");
    let (cut_index, whole_index) = (cut["index"].as_u64().unwrap(), whole["index"].as_u64().unwrap());
    assert_eq!(cut_index + 1, whole_index);
    let turns = student.turns(stack).await;
    let said: Vec<_> = turns.iter().filter(|turn| turn["text"] == argument(marker)).collect();
    assert_eq!(said.len(), 1, "the student's turn is there once: {turns:#?}");
    assert_eq!(turns.last().unwrap()["id"], whole["id"]);
}

pub async fn a_socket_dropped_in_mid_answer_is_reopened_with_its_handle(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (student, mut stream) = begin(stack).await;
    stream.say(&argument("Marker: before the drop.")).await;
    stream.answer().await;
    stream.until("token_usage").await;
    stack.sim.plan(json!([fault("Marker: drop.", "chunks:5", json!({ "drop": true }))])).await;
    cut_and_given_again(stack, &student, &mut stream, "Marker: drop.").await;

    let first = &stack.sim.connections_with("Marker: before the drop.").await[0];
    let tries = stack.sim.connections_with("Marker: drop.").await;
    assert_eq!(tries.len(), 2);
    let handle = tries[1].handle().expect("it is reopened with a handle");
    assert_eq!(first.offered().last(), Some(&handle), "the newest one");
    stream.close().await;
}

pub async fn a_model_that_breaks_down_in_mid_answer_is_asked_again(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (student, mut stream) = begin(stack).await;
    let close = json!({ "close": { "code": 1011, "reason": "Internal error occurred." } });
    stack.sim.plan(json!([fault("Marker: 1011.", "chunks:5", close)])).await;
    cut_and_given_again(stack, &student, &mut stream, "Marker: 1011.").await;
    stream.close().await;
}

pub async fn an_empty_turn_is_asked_again_in_silence(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (student, mut stream) = begin(stack).await;
    stack.sim.plan(json!([fault("Marker: empty once.", "turn", json!({ "emptyTurn": true }))])).await;
    stream.say(&argument("Marker: empty once.")).await;
    stream.answer().await;
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "the fault did not happen");
    assert_eq!(stream.memory.all("ai_response_start").len(), 1);
    assert_eq!(student.turns(stack).await.len(), 2);
    stream.close().await;
}

/// An error that all see, the student's turn kept without an answer, and the dialogue goes on with the next turn.
async fn told_and_kept(stack: &Stack, student: &Student, stream: &mut Stream, text: &str, code: &str) {
    let error = stream.until("error").await;
    assert_eq!((&error["code"], &error["recoverable"]), (&json!(code), &json!(true)));
    assert!(error["seq"].is_u64(), "it is an event: {error}");
    assert!(error["message"].as_str().unwrap().contains("Your turn is kept"), "{error}");
    let turns = student.turns(stack).await;
    assert_eq!(turns.last().map(|turn| &turn["text"]), Some(&json!(text)), "{turns:#?}");
    let next = argument("It was not answered, so once more.");
    stream.say(&next).await;
    let answer = stream.answer().await;
    assert_eq!(answer["index"].as_u64(), turns.last().unwrap()["index"].as_u64().map(|index| index + 2));
}

pub async fn a_model_that_stays_silent_is_given_up_and_the_turn_is_kept(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (student, mut stream) = begin(stack).await;
    let always =
        json!({ "when": { "text": "Marker: empty always." }, "do": { "emptyTurn": true }, "times": 9 });
    stack.sim.plan(json!([always])).await;
    let text = argument("Marker: empty always.");
    stream.say(&text).await;
    let error = loop {
        match stream.next().await {
            Frame::Json(json) if json["type"] == "error" => break json,
            Frame::Json(_) | Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    };
    assert_eq!(error["code"], "UPSTREAM_UNAVAILABLE", "{error}");
    assert!(stream.memory.all("token_usage").is_empty(), "nothing is charged for nothing");
    stack.sim.plan(json!([])).await;
    assert_eq!(student.turns(stack).await.len(), 1);
    stream.say(&argument("And again.")).await;
    assert_eq!(stream.answer().await["index"], 2);
    stream.close().await;
}

pub async fn a_used_up_quota_is_told_and_not_retried(house: Arc<House>) {
    let reason = "You exceeded your current quota, please check your plan and billing details.";
    refused_in_mid_dialogue(house, "Marker: quota.", 1011, reason, "UPSTREAM_QUOTA").await;
}

pub async fn an_expired_key_is_told_and_not_retried(house: Arc<House>) {
    let reason = "API key expired. Please renew the API key.";
    refused_in_mid_dialogue(house, "Marker: key.", 1007, reason, "UPSTREAM_UNAVAILABLE").await;
}

async fn refused_in_mid_dialogue(house: Arc<House>, marker: &str, code: u16, reason: &str, told: &str) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (student, mut stream) = begin(stack).await;
    stack
        .sim
        .plan(json!([fault(marker, "turn", json!({ "close": { "code": code, "reason": reason } }))]))
        .await;
    let before = stack.sim.connections().await.len();
    stream.say(&argument(marker)).await;
    let error = loop {
        match stream.next().await {
            Frame::Json(json) if json["type"] == "error" => break json,
            Frame::Json(_) | Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    };
    assert_eq!((&error["code"], &error["recoverable"]), (&json!(told), &json!(true)), "{error}");
    stream.quiet(Duration::from_millis(1_500)).await;
    assert_eq!(
        stack.sim.connections().await.len(),
        before + 1,
        "what trying again does not mend is not tried again"
    );
    let turns = student.turns(stack).await;
    assert_eq!(turns.len(), 1);
    assert_eq!(turns[0]["text"], argument(marker));
    let last = stream.memory.all("session_state").last().map(|event| event["session"].clone());
    assert_eq!(last, Some(json!("error")));
    // The student says more: it is tried.
    stream.say(&argument("Once more.")).await;
    assert_eq!(stream.answer().await["index"], 2);
    stream.close().await;
}

pub async fn a_refused_setup_is_told_and_the_turn_is_kept(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (student, mut stream) = begin(stack).await;
    let refusal = json!({ "code": 1007, "reason": "Request contains an invalid argument." });
    stack.sim.plan(json!([{ "do": { "rejectSetup": refusal } }])).await;
    let text = argument("Marker: refused setup.");
    stream.say(&text).await;
    stream.until("turn_stored").await;
    told_and_kept(stack, &student, &mut stream, &text, "UPSTREAM_UNAVAILABLE").await;
    stream.close().await;
}

pub async fn a_busy_model_is_tried_again(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let (_, mut stream) = begin(stack).await;
    let busy: Vec<Value> = vec![json!({ "do": { "httpStatus": 503 } })];
    stack.sim.plan(json!(busy)).await;
    stream.say(&argument("Marker: busy.")).await;
    stream.answer().await;
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "the fault did not happen");
    stream.close().await;
}

pub async fn after_a_goodbye_the_model_knows_all_that_was_said(house: Arc<House>) {
    let farewell = json!({ "goAway": { "timeLeft": "20s" } });
    knows_all(house.any().await, "Marker: goodbye.", "firstAudio", farewell).await;
}

pub async fn after_a_loss_at_the_end_of_an_answer_the_model_knows_all_that_was_said(house: Arc<House>) {
    knows_all(house.any().await, "Marker: late loss.", "generationComplete", json!({ "drop": true })).await;
}

/// The second of three turns ends with `what`. The session of the third must know the second: by a handle that is newer,
/// or because it was told in writing.
async fn knows_all(stack: &Stack, marker: &str, after: &str, what: Value) {
    let _watch = stack.watch();
    let (_, mut stream) = begin(stack).await;
    stream.say(&argument("It has been so for years.")).await;
    stream.answer().await;
    stream.until("token_usage").await;
    stack.sim.plan(json!([fault(marker, after, what)])).await;
    stream.say(&argument(marker)).await;
    let answer = stream.answer().await;
    assert_eq!(answer["index"], 3, "the answer is whole");
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "the fault did not happen");
    // The socket is closed, or will be before anything more is said.
    stream.quiet(Duration::from_millis(300)).await;
    let third = format!("Something else about trams. And after: {marker}");
    stream.say(&third).await;
    stream.answer().await;

    let connections = stack.sim.connections_with(marker).await;
    let (old, new) = (&connections[0], connections.last().unwrap());
    assert!(connections.len() > 1 && old.closed().is_some(), "the old socket is closed first");
    let newest = new.handle().is_some_and(|handle| old.offered_after(marker).last() == Some(&handle));
    let told = new.setup().unwrap()["systemInstruction"].to_string().contains(marker);
    assert!(newest || told, "resumed from before the turn, and not told of it: {:?}", new.setup());
    stream.close().await;
}
