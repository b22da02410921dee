//! A microphone that stays open: nobody presses anything, the model hears where speech begins and ends.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::house::House;
use crate::people::Class;
use crate::sim::fault;
use crate::speech::Speech;
use crate::stream::{Encoding, Frame, Stream};

/// Pieces of 100 ms of silence by which the model knows that the student has finished.
const PAUSE: usize = 12;

pub async fn the_student_is_answered_and_breaks_in_by_speaking_alone(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    let said = ["Free buses help the poor. Marker: hands free.", "Wait, I mean the elderly.", "That is all."];
    let mut speeches = Vec::new();
    for text in said {
        speeches.push(Speech::of(&stack.sim, text).await);
    }
    // The tutor holds its breath after a second: time to break in.
    stack.sim.plan(json!([fault("Marker: hands free.", "chunks:10", json!({ "delayMs": 3_000 }))])).await;
    let id = stream.open_microphone(&speeches[0]).await;
    utter(&mut stream, &speeches[0]).await;
    let first = stored(&mut stream, 0, said[0]).await;
    assert_eq!(first["clientMessageId"], id, "the first turn has the id of the microphone");
    while stream.sounds.len() < 10 {
        assert!(matches!(stream.next().await, Frame::Sound(_) | Frame::Json(_)), "the stream has ended");
    }

    utter(&mut stream, &speeches[1]).await;
    let interrupted = stream.until("interrupted").await;
    let cut = stream.until("ai_response_end").await["turn"].clone();
    assert_eq!((&cut["index"], &cut["id"]), (&json!(1), &interrupted["turnId"]));
    assert_eq!(cut["truncated"], true);
    let second = stored(&mut stream, 2, said[1]).await;
    assert_eq!(second["clientMessageId"], format!("{id}.2"));
    assert_eq!(stream.answer().await["index"], 3);

    // Once the microphone is closed, what was said last is answered all the same.
    for chunk in speeches[2].chunks() {
        stream.send_sound(chunk, Encoding::Binary).await;
    }
    stream.send(json!({ "type": "audio_end" })).await;
    stored(&mut stream, 4, said[2]).await;
    assert_eq!(stream.answer().await["index"], 5);

    let turns = student.turns(stack).await;
    let texts: Vec<&Value> = turns.iter().step_by(2).map(|turn| &turn["text"]).collect();
    assert_eq!((turns.len(), texts), (6, said.each_ref().map(|text| json!(text)).iter().collect()));
    stream.close().await;
}

/// What the student says into the microphone, and the silence after it.
async fn utter(stream: &mut Stream, speech: &Speech) {
    let silence = vec![0; 2 * speech.rate as usize / 10];
    for chunk in speech.chunks().chain(std::iter::repeat_n(silence.as_slice(), PAUSE)) {
        stream.send_sound(chunk, Encoding::Binary).await;
    }
}

/// The student's turn, as it was understood.
async fn stored(stream: &mut Stream, index: u32, text: &str) -> Value {
    let turn = stream.until("turn_stored").await["turn"].clone();
    assert_eq!(
        (&turn["index"], &turn["text"], &turn["modality"]),
        (&json!(index), &json!(text), &json!("voice"))
    );
    turn
}
