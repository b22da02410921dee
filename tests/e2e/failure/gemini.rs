//! The model fails: what the student sees, and what is kept.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::join;

use crate::house::House;
use crate::people::{Class, Student};
use crate::sim::fault;
use crate::stack::Stack;
use crate::stream::{Frame, Stream};

/// Longer than the pause before a second try.
const HOT: Duration = Duration::from_millis(800);

const QUOTA: &str = "You exceeded your current quota, please check your plan and billing details.";
const OLD_KEY: &str = "API key expired. Please renew the API key.";
const NO_MODEL: &str =
    "models/gemini-9-live is not found for API version v1beta, or is not supported for bidiGenerateContent.";

async fn begin(stack: &Stack, class: &Class) -> (Student, Stream) {
    let student = class.student(stack, "student").await;
    let stream = Stream::of(stack, &student).await;
    (student, stream)
}

/// Something to argue about, with the marker by which the plan knows it.
fn argument(marker: &str) -> String {
    format!("Cities should pay for buses, because everybody gains from clean air. {marker}")
}

fn close(code: u16, reason: &str) -> Value {
    json!({ "close": { "code": code, "reason": reason } })
}

/// All that was planned has happened.
async fn happened(stack: &Stack) {
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "a fault did not happen");
}

pub async fn gemini_drops_go_away_1011(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let (dropped, broken) = ("Marker: drop.", "Marker: 1011.");
    let (farewell, late) = ("Marker: goodbye.", "Marker: late loss.");
    let plan = [
        fault(dropped, "chunks:5", json!({ "drop": true })),
        fault(broken, "chunks:5", close(1011, "Internal error occurred.")),
        fault(farewell, "firstAudio", json!({ "goAway": { "timeLeft": "20s" } })),
        fault(late, "generationComplete", json!({ "drop": true })),
    ];
    stack.sim.plan(json!(plan)).await;
    join!(
        reopened_with_its_handle(stack, &class, dropped),
        asked_again(stack, &class, broken),
        knows_all(stack, &class, farewell),
        knows_all(stack, &class, late),
    );
    happened(stack).await;
    a_busy_model_is_tried_again(stack, &class).await;
}

/// The answer was cut short, shown as far as it came, and given again as a whole.
async fn cut_and_given_again(stack: &Stack, student: &Student, stream: &mut Stream, marker: &str) {
    stream.say(&argument(marker)).await;
    let ended = stream.until("ai_response_end").await;
    let (cut, at) = (&ended["turn"], ended["seq"].as_u64());
    assert_eq!(cut["truncated"], true, "{cut}");
    let whole = stream.answer().await;
    let shown = stream.memory.all("session_state").into_iter().filter(|event| event["seq"].as_u64() > at);
    let shown: Vec<_> = shown.map(|event| &event["session"]).collect();
    assert!(shown.contains(&&json!("connecting")), "the student sees that we reconnect: {shown:?}");
    assert_eq!(cut["index"].as_u64().map(|index| index + 1), whole["index"].as_u64());
    let turns = student.turns(stack).await;
    let said = turns.iter().filter(|turn| turn["text"] == argument(marker));
    assert_eq!(said.count(), 1, "the student's turn is there once: {turns:#?}");
    let kept: Vec<_> = turns.iter().rev().take(2).map(|turn| &turn["id"]).collect();
    assert_eq!(kept, [&whole["id"], &cut["id"]]);
}

async fn reopened_with_its_handle(stack: &Stack, class: &Class, marker: &str) {
    let (student, mut stream) = begin(stack, class).await;
    stream.say(&argument("Marker: before the drop.")).await;
    stream.answer().await;
    stream.until("token_usage").await;
    cut_and_given_again(stack, &student, &mut stream, marker).await;

    let first = &stack.sim.connections_with("Marker: before the drop.").await[0];
    let tries = stack.sim.connections_with(marker).await;
    assert_eq!(tries.len(), 2);
    let handle = tries[1].handle().expect("it is reopened with a handle");
    assert_eq!(first.offered().last(), Some(&handle), "the newest one");
    stream.close().await;
}

async fn asked_again(stack: &Stack, class: &Class, marker: &str) {
    let (student, mut stream) = begin(stack, class).await;
    cut_and_given_again(stack, &student, &mut stream, marker).await;
    stream.close().await;
}

/// The second of three turns ends with a fault. The session of the third must know the second: by a handle that is newer,
/// or because it was told in writing.
async fn knows_all(stack: &Stack, class: &Class, marker: &str) {
    let (_, mut stream) = begin(stack, class).await;
    stream.say(&argument("It has been so for years.")).await;
    stream.answer().await;
    stream.until("token_usage").await;
    stream.say(&argument(marker)).await;
    let answer = stream.answer().await;
    assert_eq!(answer["index"], 3, "the answer is whole");
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

async fn a_busy_model_is_tried_again(stack: &Stack, class: &Class) {
    let (_, mut stream) = begin(stack, class).await;
    stack.sim.plan(json!([{ "do": { "httpStatus": 503 } }])).await;
    stream.say(&argument("Marker: busy.")).await;
    stream.answer().await;
    happened(stack).await;
    stream.close().await;
}

pub async fn gemini_empty_turn(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let (once, always) = ("Marker: empty once.", "Marker: empty always.");
    let empty =
        |text, times| json!({ "when": { "text": text }, "do": { "emptyTurn": true }, "times": times });
    stack.sim.plan(json!([empty(once, 1), empty(always, 2)])).await;
    join!(asked_again_in_silence(stack, &class, once), given_up(stack, &class, always));
    happened(stack).await;
}

async fn asked_again_in_silence(stack: &Stack, class: &Class, marker: &str) {
    let (student, mut stream) = begin(stack, class).await;
    stream.say(&argument(marker)).await;
    stream.answer().await;
    assert_eq!(stream.memory.all("ai_response_start").len(), 1);
    assert_eq!(student.turns(stack).await.len(), 2);
    stream.close().await;
}

/// A model that stays silent is given up; the turn is kept, and nothing was charged for nothing.
async fn given_up(stack: &Stack, class: &Class, marker: &str) {
    let (student, mut stream) = begin(stack, class).await;
    stream.say(&argument(marker)).await;
    told(&mut stream, "UPSTREAM_UNAVAILABLE").await;
    assert!(stream.memory.all("token_usage").is_empty(), "nothing is charged for nothing");
    kept_and_goes_on(stack, &student, &mut stream, marker).await;
    stream.close().await;
}

/// Reads on to an error that all see.
async fn told(stream: &mut Stream, code: &str) {
    let error = loop {
        match stream.next().await {
            Frame::Json(json) if json["type"] == "error" => break json,
            Frame::Json(_) | Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    };
    assert_eq!((&error["code"], &error["recoverable"]), (&json!(code), &json!(true)), "{error}");
    assert!(error["seq"].is_u64(), "it is an event: {error}");
    assert!(error["message"].as_str().unwrap().contains("Your turn is kept"), "{error}");
    // Half a minute and up to a quarter more, in which the model is left alone: what is said meanwhile waits for it.
    let left_alone = error["retryInMs"].as_i64().is_some_and(|ms| (30_000..38_000).contains(&ms));
    assert_eq!(left_alone, code == "UPSTREAM_QUOTA", "{error}");
}

/// The student's turn is there without an answer.
async fn kept(stack: &Stack, student: &Student, marker: &str) {
    let turns = student.turns(stack).await;
    assert_eq!(turns.len(), 1, "{turns:#?}");
    assert_eq!(turns[0]["text"], argument(marker));
}

/// The student's turn is there without an answer, and the next one is answered.
async fn kept_and_goes_on(stack: &Stack, student: &Student, stream: &mut Stream, marker: &str) {
    kept(stack, student, marker).await;
    stream.say(&argument("It was not answered, so once more.")).await;
    assert_eq!(stream.answer().await["index"], 2);
}

pub async fn gemini_quota_bad_key_bad_model(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let refusals = [
        ("Marker: quota.", 1011, QUOTA, "UPSTREAM_QUOTA"),
        ("Marker: key.", 1007, OLD_KEY, "UPSTREAM_UNAVAILABLE"),
    ];
    let plan = refusals.map(|(marker, code, reason, _)| fault(marker, "turn", close(code, reason)));
    stack.sim.plan(json!(plan)).await;
    let [quota, key] =
        refusals.map(|(marker, .., code)| refused_in_mid_dialogue(stack, &class, marker, code));
    join!(quota, key);
    happened(stack).await;

    // A model that took the setup is there, and takes our arguments.
    let no_model = json!({ "code": 1008, "reason": NO_MODEL });
    let argument_refused = json!({ "code": 1007, "reason": "Request contains an invalid argument." });
    for (refusal, code) in [
        (json!({ "httpStatus": 401 }), "UPSTREAM_UNAVAILABLE"),
        (json!({ "httpStatus": 429 }), "UPSTREAM_QUOTA"),
        (json!({ "rejectSetup": no_model }), "UPSTREAM_UNAVAILABLE"),
        (json!({ "rejectSetup": argument_refused }), "UPSTREAM_UNAVAILABLE"),
    ] {
        refused_at_the_door(stack, &class, refusal, code).await;
    }
}

async fn refused_in_mid_dialogue(stack: &Stack, class: &Class, marker: &str, code: &str) {
    let (student, mut stream) = begin(stack, class).await;
    stream.say(&argument(marker)).await;
    told(&mut stream, code).await;
    stream.quiet(HOT).await;
    let tries = stack.sim.connections_with(marker).await.len();
    assert_eq!(tries, 1, "what trying again does not mend is not tried again");
    let last = stream.memory.all("session_state").last().map(|event| event["session"].clone());
    assert_eq!(last, Some(json!("error")));
    // The student says more: it is tried, at once where nothing has to cool down.
    match code {
        "UPSTREAM_QUOTA" => kept(stack, &student, marker).await,
        _ => kept_and_goes_on(stack, &student, &mut stream, marker).await,
    }
    stream.close().await;
}

/// No turn was heard: the connection itself is refused, or its setup.
async fn refused_at_the_door(stack: &Stack, class: &Class, refusal: Value, code: &str) {
    let (student, mut stream) = begin(stack, class).await;
    // A second try would meet the second fault.
    stack.sim.plan(json!([{ "do": refusal, "times": 2 }])).await;
    let marker = "Marker: at the door.";
    stream.say(&argument(marker)).await;
    told(&mut stream, code).await;
    stream.quiet(HOT).await;
    let left = stack.sim.left_of_plan().await;
    assert_eq!(left[0]["times"], 1, "tried again, or never refused: {left}");
    stack.sim.plan(json!([])).await;
    match code {
        "UPSTREAM_QUOTA" => kept(stack, &student, marker).await,
        _ => kept_and_goes_on(stack, &student, &mut stream, marker).await,
    }
    stream.close().await;
}
