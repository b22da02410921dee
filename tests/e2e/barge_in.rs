//! The student breaks into an answer. What was generated, what was shown and what was heard are kept apart.

use std::sync::Arc;

use serde_json::json;

use crate::house::House;
use crate::people::Class;
use crate::sim::fault;
use crate::speech::Speech;
use crate::stream::{Encoding, Frame, Stream};

pub async fn what_was_heard_is_stored_as_said_and_the_rest_is_kept_beside_it(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    // The tutor holds its breath after 1.2 s of speech: time to break in.
    stack.sim.plan(json!([fault("Marker: barge.", "chunks:12", json!({ "delayMs": 3_000 }))])).await;
    stream.say("Free buses help the poor, because a ticket costs them an hour of work. Marker: barge.").await;
    let begun = stream.until("ai_response_start").await;
    sounds(&mut stream, 12).await;
    stream.send(json!({ "type": "interrupt", "heardMs": 700 })).await;

    let interrupted = stream.until("interrupted").await;
    assert_eq!((&interrupted["turnId"], &interrupted["heardMs"]), (&begun["turnId"], &json!(700)));
    let turn = stream.until("ai_response_end").await["turn"].clone();
    assert_eq!((&turn["truncated"], &turn["heardMs"]), (&json!(true), &json!(700)));
    let (heard, generated) = (turn["text"].as_str().unwrap(), turn["generatedText"].as_str().unwrap());
    assert!(!heard.is_empty() && heard.len() < generated.len(), "{heard:?} of {generated:?}");
    assert!(generated.starts_with(heard), "{heard:?} is no beginning of {generated:?}");
    assert_eq!(generated, stream.memory.streamed(turn["id"].as_str().unwrap()).trim());

    stream.say("And what is more, they would drive less.").await;
    let next = stream.answer().await;
    assert_eq!(next["index"], 3);
    let turns = student.turns(stack).await;
    assert_eq!(turns.len(), 4, "{turns:#?}");
    assert_eq!((&turns[1]["text"], &turns[1]["generatedText"]), (&turn["text"], &turn["generatedText"]));
    // Nothing of the answer that was broken into is told after it was stored.
    let after = stream.memory.all("ai_text_chunk").into_iter().filter(|chunk| chunk["turnId"] == turn["id"]);
    let stored = stream.memory.all("ai_response_end")[0]["seq"].as_u64();
    assert_eq!(after.filter(|chunk| chunk["seq"].as_u64() > stored).count(), 0);
    stream.close().await;
}

pub async fn speaking_breaks_into_the_answer(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    stack.sim.plan(json!([fault("Marker: speak over.", "chunks:10", json!({ "delayMs": 2_000 }))])).await;
    stream.say("Nobody needs a car in a city, since trams are faster. Marker: speak over.").await;
    stream.until("ai_response_start").await;
    sounds(&mut stream, 10).await;
    let said = "Wait, I want to add something about bicycles.";
    let speech = Speech::of(&stack.sim, said).await;
    stream.speak(&speech, Encoding::Binary).await;

    stream.until("interrupted").await;
    let first = stream.until("ai_response_end").await["turn"].clone();
    assert_eq!((&first["index"], &first["truncated"]), (&json!(1), &json!(true)));
    let stored = stream.until("turn_stored").await["turn"].clone();
    assert_eq!((&stored["index"], &stored["text"]), (&json!(2), &json!(said)));
    assert_eq!(stream.answer().await["index"], 3);
    stream.close().await;
}

/// Reads on until so many pieces of sound have come.
async fn sounds(stream: &mut Stream, count: usize) {
    while stream.sounds.len() < count {
        match stream.next().await {
            Frame::Json(json) => assert_ne!(json["type"], "error", "{json}"),
            Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    }
}
