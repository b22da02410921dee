//! workerd is killed, as by a power cut, at moments chosen for the harm they could do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::dialogue::chained;
use crate::house::House;
use crate::people::{Class, Student, unique};
use crate::readback;
use crate::sim::Pace;
use crate::speech::Speech;
use crate::stack::{Stack, Store, Wanted};
use crate::stream::{Encoding, Frame, Memory, Options, Stream};

/// When it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The message is on its way: nobody knows whether it arrived.
    MessageSent,
    TurnStored,
    AnswerBegun,
    /// After so many pieces of the answer.
    MidAnswer(usize),
    AnswerEnded,
    /// The student is speaking.
    MidSpeech,
    /// The student has finished speaking; the transcript is not complete.
    SpeechEnded,
    Idle,
}

const MOMENTS: [Moment; 9] = [
    Moment::TurnStored,
    Moment::MidAnswer(1),
    Moment::MidAnswer(6),
    Moment::AnswerEnded,
    Moment::MidSpeech,
    Moment::MessageSent,
    Moment::AnswerBegun,
    Moment::SpeechEnded,
    Moment::Idle,
];

/// Says at which moment a test failed.
struct At(Moment);

impl Drop for At {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("It was killed at {:?}.", self.0);
        }
    }
}

/// What a student has been promised and has said.
#[derive(Default)]
struct Ledger {
    /// Turns whose storage was acknowledged.
    acknowledged: Vec<Value>,
    /// What was said, in order.
    said: Vec<String>,
}

pub async fn a_killed_worker_loses_nothing_it_has_acknowledged(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded, Pace::Slow)).await;
    let student = Class::open(&stack).await.student(&stack, "student").await;
    let mut memory = Memory::default();
    let mut ledger = Ledger::default();
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        let _at = At(moment);
        memory = killed(&mut stack, &student, moment, round, memory, &mut ledger).await;
    }
    let _watch = stack.watch();
    let told = student.read(&stack).await;
    let turns = told["turns"].as_array().unwrap();
    let texts: Vec<&str> = turns
        .iter()
        .filter(|turn| turn["speaker"] == "student")
        .filter_map(|turn| turn["text"].as_str())
        .collect();
    assert_eq!(texts, ledger.said, "each turn of the student is there once, in order");
    for promised in &ledger.acknowledged {
        let kept =
            turns.iter().find(|turn| turn["id"] == promised["id"]).expect("an acknowledged turn was lost");
        assert_eq!((&kept["hash"], &kept["text"]), (&promised["hash"], &promised["text"]));
    }
    // Every turn of the student was answered in the end, whatever was cut short before.
    for (place, turn) in turns.iter().enumerate() {
        assert_eq!(turn["index"], place);
        let last_word = turns.get(place + 1).is_none_or(|next| next["speaker"] == "student");
        assert!(
            !last_word || (turn["speaker"] == "tutor" && turn["truncated"] == false),
            "unanswered: {turn}"
        );
    }
    chained(&told["turns"]);
    let mut expected = told.clone();
    expected.as_object_mut().unwrap().remove("id");
    readback::conversation(&stack, &student.conversation, &expected).await;
}

/// One kill, the restart, and one more turn. What the client has seen then.
async fn killed(
    stack: &mut Stack,
    student: &Student,
    moment: Moment,
    round: usize,
    memory: Memory,
    ledger: &mut Ledger,
) -> Memory {
    let since = memory.cursor;
    let mut stream = Stream::resume(stack, student, memory, Options::audio("binary")).await;
    let text = format!(
        "Point {round} is that free buses are fair, because the poor pay most for their way to work."
    );
    let spoken =
        format!("Spoken point {round}: trams are quiet, and people sleep better when the streets are quiet.");
    let id = unique("killed");
    match moment {
        Moment::MidSpeech | Moment::SpeechEnded => speak(stack, &mut stream, &spoken, moment).await,
        Moment::Idle => {}
        _ => {
            stream.say_as(&text, &id).await;
            ledger.said.push(text.clone());
            await_moment(&mut stream, moment).await;
        }
    }
    stack.kill();
    let memory = stream.drain().await;
    note_promises(&memory, ledger);
    if matches!(moment, Moment::TurnStored | Moment::AnswerBegun | Moment::MidAnswer(_)) {
        assert!(!is_answered(&memory, &text), "it was killed too late to test {moment:?}");
    }
    stack.revive().await;

    let _watch = stack.watch();
    // Another connection is told all that was told before, once and in order.
    let mut whole = Stream::resume(stack, student, Memory::default(), Options::default()).await;
    whole.quiet(Duration::from_millis(300)).await;
    let from_the_beginning = whole.close().await;
    for seen in memory.events.iter().filter(|event| ["turn_stored", "ai_response_end"].contains(&kind(event)))
    {
        let replayed = from_the_beginning.events.iter().filter(|event| event["seq"] == seen["seq"]);
        assert_eq!(
            replayed.collect::<Vec<_>>(),
            [seen],
            "what was seen before the kill is replayed as it was"
        );
    }

    let mut stream = Stream::resume(stack, student, memory, Options::audio("binary")).await;
    match moment {
        Moment::MidSpeech | Moment::SpeechEnded => {
            let understood = say_it_again(stack, &mut stream, &spoken, since).await;
            answered(&mut stream, &understood).await;
            ledger.said.push(understood);
        }
        Moment::AnswerEnded | Moment::Idle => {}
        Moment::MessageSent => {
            // Nobody told the client that it arrived, so it is sent again.
            stream.say_as(&text, &id).await;
            answered(&mut stream, &text).await;
        }
        _ => answered(&mut stream, &text).await,
    }
    let further = format!("And after point {round}, what about the drivers who lose their parking?");
    stream.say(&further).await;
    ledger.said.push(further.clone());
    answered(&mut stream, &further).await;
    stream.until("token_usage").await;
    let memory = stream.close().await;
    note_promises(&memory, ledger);
    memory
}

async fn await_moment(stream: &mut Stream, moment: Moment) {
    match moment {
        Moment::TurnStored => drop(stream.until("turn_stored").await),
        Moment::AnswerBegun => drop(stream.until("ai_response_start").await),
        Moment::MidAnswer(pieces) => {
            for _ in 0..pieces {
                stream.until("ai_text_chunk").await;
            }
        }
        Moment::AnswerEnded => drop(stream.answer().await),
        Moment::MessageSent | Moment::MidSpeech | Moment::SpeechEnded | Moment::Idle => {}
    }
}

/// Speaks at the speed of speech, to the end or to the middle.
async fn speak(stack: &Stack, stream: &mut Stream, text: &str, moment: Moment) {
    let speech = Speech::of(&stack.sim, text).await;
    stream.begin_to_speak(&speech).await;
    let chunks: Vec<&[u8]> = speech.chunks().collect();
    let upto = if moment == Moment::MidSpeech { chunks.len() / 2 } else { chunks.len() };
    for chunk in &chunks[..upto] {
        stream.send_sound(chunk, Encoding::Binary).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if moment == Moment::SpeechEnded {
        stream.send(json!({ "type": "audio_end" })).await;
    } else {
        stream.until("session_state").await;
    }
}

/// The client reads until the text is answered as a whole; it may know that already.
async fn answered(stream: &mut Stream, text: &str) {
    while !is_answered(&stream.memory, text) {
        stream.until("ai_response_end").await;
    }
}

fn is_answered(memory: &Memory, text: &str) -> bool {
    let stored = memory.all("turn_stored").into_iter().find(|event| event["turn"]["text"] == text);
    let Some(index) = stored.and_then(|event| event["turn"]["index"].as_u64()) else { return false };
    let whole =
        |event: &&Value| event["turn"]["index"].as_u64() > Some(index) && event["turn"]["truncated"] == false;
    memory.all("ai_response_end").iter().any(whole)
}

/// What was being said is either stored as far as it was understood, or asked for again: never both, never neither.
/// The text that is stored in the end.
async fn say_it_again(stack: &Stack, stream: &mut Stream, text: &str, since: u64) -> String {
    loop {
        let turns =
            stream.memory.all("turn_stored").into_iter().filter(|event| event["seq"].as_u64() > Some(since));
        if let Some(understood) = turns.filter_map(|event| event["turn"]["text"].as_str()).next() {
            assert!(text.starts_with(understood), "{understood:?} was never said");
            return understood.to_owned();
        }
        match stream.next().await {
            Frame::Json(error) if kind(&error) == "error" => {
                assert_eq!(error["code"], "UPSTREAM_UNAVAILABLE", "{error}");
                assert!(error["message"].as_str().unwrap().contains("say that again"), "{error}");
                break;
            }
            Frame::Json(_) | Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    }
    let speech = Speech::of(&stack.sim, text).await;
    stream.speak(&speech, Encoding::Binary).await;
    text.to_owned()
}

pub async fn a_turn_is_answered_and_kept_though_nobody_comes_back(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded, Pace::Slow)).await;
    let student = Class::open(&stack).await.student(&stack, "student").await;
    let mut stream = Stream::of(&stack, &student).await;
    let text = "Whoever rides for free rides more often, because nothing holds them back.";
    stream.say(text).await;
    stream.until("turn_stored").await;
    stack.kill();
    stream.drain().await;
    stack.revive().await;

    let _watch = stack.watch();
    // Only the store is looked at: nothing wakes the conversation but its own alarm.
    let turns = readback::until(&stack, &student.conversation, |document| {
        let turns = document["turns"].as_array().map(Vec::as_slice).unwrap_or_default();
        turns.last().is_some_and(|turn| turn["speaker"] == "tutor" && turn["truncated"] == false)
    });
    let turns = turns.await["turns"].clone();
    assert_eq!(turns[0]["text"], text);
    chained(&turns);
}

fn note_promises(memory: &Memory, ledger: &mut Ledger) {
    let told = memory.events.iter().filter(|event| ["turn_stored", "ai_response_end"].contains(&kind(event)));
    ledger.acknowledged = told.map(|event| event["turn"].clone()).collect();
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}
