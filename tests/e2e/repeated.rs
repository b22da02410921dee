//! The same message sent twice, as a client does that does not know whether it arrived.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::house::House;
use crate::people::{Class, unique};
use crate::stream::{Memory, Options, Stream};

const TEXT: &str = "Tickets should cost nothing, because collecting the money costs money.";

pub async fn a_message_sent_twice_over_the_stream_is_one_turn(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    let id = unique("twice");
    stream.say_as(TEXT, &id).await;
    stream.say_as(TEXT, &id).await;
    stream.answer().await;
    // Again when it is answered, on another connection.
    let memory = stream.close().await;
    let mut stream = Stream::resume(stack, &student, memory, Options::default()).await;
    stream.say_as(TEXT, &id).await;
    stream.quiet(Duration::from_millis(500)).await;
    assert_eq!(stream.memory.all("turn_stored").len(), 1);
    assert_eq!(stream.memory.all("ai_response_end").len(), 1);
    assert_eq!(stream.memory.all("error").len(), 0);
    stream.close().await;
    assert_eq!(student.turns(stack).await.len(), 2);
}

pub async fn a_message_posted_twice_gets_the_same_turns(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
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
    assert_eq!(student.turns(stack).await.len(), 2);

    // A stream that begins at the beginning is told of it, once.
    let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    stream.say_as(TEXT, message["clientMessageId"].as_str().unwrap()).await;
    stream.quiet(Duration::from_millis(500)).await;
    assert_eq!(stream.memory.all("turn_stored").len(), 1);
    assert_eq!(stream.memory.all("ai_response_end").len(), 1);
    stream.close().await;
}
