//! The student's own connection fails: what was missed is told once, and what is sent again is one turn.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::join;

use crate::house::House;
use crate::people::{Class, Student, unique};
use crate::sim::fault;
use crate::speech::Speech;
use crate::stack::Stack;
use crate::stream::{Encoding, Memory, Options, Stream};

const TEXT: &str = "Tickets should cost nothing, because collecting the money costs money.";

pub async fn client_drops_and_returns(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    // The tutor holds its breath in mid answer: time to be away.
    let hold = |marker| fault(marker, "chunks:3", json!({ "delayMs": 1_500 }));
    stack.sim.plan(json!([hold("Marker: back in time."), hold("Marker: back too late.")])).await;
    join!(
        away(stack, &class, "Marker: back in time.", Return::InMidAnswer),
        away(stack, &class, "Marker: back too late.", Return::WhenItIsOver),
        away_while_speaking(stack, &class),
    );
    assert_eq!(stack.sim.left_of_plan().await, json!([]), "the answer was not held");
}

/// When a client comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Return {
    InMidAnswer,
    WhenItIsOver,
}

/// The connection is cut in mid answer; somebody else listens all the time.
async fn away(stack: &Stack, class: &Class, marker: &str, back: Return) {
    let student = class.student(stack, "student").await;
    let listening = Options { role: Some("listener"), ..Options::default() };
    let mut witness = Stream::resume(stack, &student, Memory::default(), listening).await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say(&format!("{TEXT} {marker}")).await;
    stream.until("ai_text_chunk").await;
    let memory = stream.vanish();
    if back == Return::WhenItIsOver {
        witness.answer().await;
    }
    let mut stream = Stream::resume(stack, &student, memory, Options::default()).await;
    let answer = match back {
        Return::InMidAnswer => stream.answer().await,
        Return::WhenItIsOver => stream.until("ai_response_end").await["turn"].clone(),
    };
    assert_eq!((&answer["index"], &answer["truncated"]), (&json!(1), &json!(false)));
    if back == Return::InMidAnswer {
        let streamed = stream.memory.streamed(answer["id"].as_str().unwrap());
        assert_eq!(streamed.trim(), answer["text"].as_str().unwrap(), "a piece was missed, or told twice");
    }
    stream.until("token_usage").await;
    witness.until("token_usage").await;
    // That each `seq` is seen once and rises, the stream has looked at. Pieces of an answer are told no more when it is whole.
    assert_eq!(lasting(&stream.memory), lasting(&witness.memory));
    stream.close().await;
    witness.close().await;
    assert_eq!(student.turns(stack).await.len(), 2);
}

fn lasting(memory: &Memory) -> Vec<&Value> {
    memory.events.iter().filter(|event| event["type"] != "ai_text_chunk").collect()
}

/// What a student was saying whose connection breaks counts as said.
async fn away_while_speaking(stack: &Stack, class: &Class) {
    let student = class.student(stack, "student").await;
    let said = "Somebody who walks all day needs no bus, and pays for it all the same.";
    let speech = Speech::of(&stack.sim, said).await;
    let mut stream = Stream::of(stack, &student).await;
    stream.begin_to_speak(&speech).await;
    for chunk in speech.chunks() {
        stream.send_sound(chunk, Encoding::Binary).await;
    }
    stream.until("session_state").await;
    let mut stream = Stream::resume(stack, &student, stream.vanish(), Options::default()).await;
    let stored = stream.until("turn_stored").await["turn"].clone();
    let understood = stored["text"].as_str().unwrap();
    assert!(said.starts_with(understood), "{understood:?} was never said");
    assert_eq!(stream.answer().await["index"], 1);
    stream.close().await;
    assert_eq!(student.turns(stack).await.len(), 2);
}

pub async fn same_message_sent_twice(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    join!(sent_twice(stack, &class), posted_twice(stack, &class));
}

/// Over the stream, as a client does that does not know whether it arrived.
async fn sent_twice(stack: &Stack, class: &Class) {
    let student = class.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    let id = unique("twice");
    stream.say_as(TEXT, &id).await;
    stream.say_as(TEXT, &id).await;
    stream.answer().await;
    stream.until("token_usage").await;
    // Again when it is answered, on another connection.
    let memory = stream.close().await;
    let mut stream = Stream::resume(stack, &student, memory, Options::default()).await;
    stream.say_as(TEXT, &id).await;
    stream.quiet(Duration::from_millis(500)).await;
    told_once(&stream);
    stream.close().await;
    one_turn_one_charge(stack, &student).await;
}

async fn posted_twice(stack: &Stack, class: &Class) {
    let student = class.student(stack, "student").await;
    let message = json!({ "text": TEXT, "clientMessageId": unique("posted") });
    let first = student.person.post(stack, &student.path("/turns"), &message).await.ok();
    assert_eq!((&first["userTurn"]["text"], &first["userTurn"]["index"]), (&json!(TEXT), &json!(0)));
    assert_eq!((&first["aiTurn"]["speaker"], &first["aiTurn"]["index"]), (&json!("tutor"), &json!(1)));
    assert_eq!(first["decision"]["strategy"], first["userTurn"]["analysis"]["strategy"]);
    assert_eq!(first["state"], "awaiting_followup");
    let again = student.person.post(stack, &student.path("/turns"), &message).await.ok();
    for turn in ["userTurn", "aiTurn"] {
        assert_eq!((&again[turn]["id"], &again[turn]["hash"]), (&first[turn]["id"], &first[turn]["hash"]));
    }

    // A stream that begins at the beginning is told of it, once.
    let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    stream.say_as(TEXT, message["clientMessageId"].as_str().unwrap()).await;
    stream.quiet(Duration::from_millis(500)).await;
    told_once(&stream);
    stream.close().await;
    one_turn_one_charge(stack, &student).await;
}

fn told_once(stream: &Stream) {
    for (kind, times) in [("turn_stored", 1), ("ai_response_end", 1), ("token_usage", 1), ("error", 0)] {
        assert_eq!(stream.memory.all(kind).len(), times, "{kind}");
    }
}

async fn one_turn_one_charge(stack: &Stack, student: &Student) {
    let conversation = student.read(stack).await;
    let turns = conversation["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 2, "{conversation:#}");
    assert!(conversation["costMicros"].as_i64() > Some(0), "{conversation:#}");
    assert_eq!(conversation["costMicros"], turns[1]["costMicros"], "it is charged once");
}
