//! Firestore fails: the dialogue goes on, and what was said arrives there later, in order and once.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::join;

use super::line::{Disturbance, Line};
use crate::dialogue::chained;
use crate::house::House;
use crate::people::{Class, Student};
use crate::readback;
use crate::stack::Stack;
use crate::statistics::counted;
use crate::stream::Stream;

const SAID: [&str; 2] = [
    "Free buses are fair, because the poor pay most for their way to work.",
    "And fewer cars make the air better for those who live near the road.",
];

pub async fn firestore_down_or_slow(house: Arc<House>) {
    let (line, stack) = house.disturbed().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    join!(
        the_dialogue_goes_on(line, stack, &class, Disturbance::Down),
        the_dialogue_goes_on(line, stack, &class, Disturbance::Slow),
    );
}

async fn the_dialogue_goes_on(line: &Line, stack: &Stack, class: &Class, what: Disturbance) {
    let student = class.student(stack, "student").await;
    let id = student.conversation.as_str();
    let mut stream = Stream::of(stack, &student).await;
    line.disturb(id, what, u32::MAX);
    // An error on the way would fail the reading of it.
    for text in SAID {
        stream.say(text).await;
        stream.answer().await;
    }
    stream.until("token_usage").await;
    if what == Disturbance::Down {
        stack.logged(|event| event["event"] == "outbox.retry" && event["conversation"] == id).await;
    }
    // What was said is gathered for half a second before it is written.
    line.meets(id).await;
    let document = readback::until(stack, id, |_| true).await;
    assert_eq!(turns(&document).len(), 0, "{what:?}, and yet it is there: {document:#}");
    line.mend(id);

    all_arrives(stack, &student, &mut stream).await;
    stream.close().await;
}

pub async fn firestore_commit_outcome_unknown(house: Arc<House>) {
    let (line, stack) = house.disturbed().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let id = student.conversation.as_str();
    let mut stream = Stream::of(stack, &student).await;
    // The first turns are written, and nobody is told of it.
    line.disturb(id, Disturbance::AnswerLost, 1);
    for text in SAID {
        stream.say(text).await;
        stream.answer().await;
    }
    stream.until("token_usage").await;
    all_arrives(stack, &student, &mut stream).await;
    assert_eq!(line.met(id), 1, "no answer was lost");

    // The end, too, and the count of it.
    line.disturb(id, Disturbance::AnswerLost, 2);
    stream.send(json!({ "type": "stop" })).await;
    stream.until("conversation_ended").await;
    stream.close().await;
    let ended = readback::until(stack, id, |document| document["state"] == "closed").await;
    assert_eq!(ended["endReason"], "student_ended");
    let figures = counted(stack, &class, 1).await;
    // Once it was told that it is counted, nothing more is written: a second count would have come with the repetition.
    stack.logged(|event| is_retry(event, id)).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(line.met(id), 2, "no answer was lost");
    let later = counted(stack, &class, 1).await;
    assert_eq!(later["sums"], figures["sums"]);
    let once = readback::until(stack, id, |_| true).await;
    assert_eq!(turns(&once), turns(&ended), "a turn was added again");
    line.mend(id);
}

fn is_retry(event: &Value, id: &str) -> bool {
    ["outbox.retry", "tally.retry"].iter().any(|name| event["event"] == *name) && event["conversation"] == id
}

/// All turns are there in the end, once and in order; the student has seen no error.
async fn all_arrives(stack: &Stack, student: &Student, stream: &mut Stream) {
    let all = |document: &Value| turns(document).len() >= 2 * SAID.len();
    let document = readback::until(stack, &student.conversation, all).await;
    let stored = turns(&document);
    assert_eq!(stored.len(), 2 * SAID.len(), "{document:#}");
    let said: Vec<&Value> = stored.iter().step_by(2).map(|turn| &turn["text"]).collect();
    assert_eq!(said, SAID);
    chained(&document["turns"]);
    assert_eq!(stream.memory.all("error").len(), 0);
}

fn turns(document: &Value) -> &[Value] {
    document["turns"].as_array().map(Vec::as_slice).unwrap_or_default()
}
