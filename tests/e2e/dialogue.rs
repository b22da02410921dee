//! A student argues with the tutor, by text and by voice, and all of it is kept.

use std::sync::Arc;

use mentora_core::documents::Turn;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use futures::{SinkExt as _, StreamExt as _};

use crate::house::House;
use crate::people::{Class, Student};
use crate::readback;
use crate::sim::Connection;
use crate::speech::Speech;
use crate::stack::Stack;
use crate::stream::{Encoding, Memory, Options, Sound, Stream};

const WRITTEN: [&str; 3] = [
    "I think public transport should be free, because it helps poor people get to work.",
    "A study in Tallinn found that more people took the bus when it was free.",
    "On the other hand somebody has to pay for it, and taxes would rise.",
];
const SPOKEN: [&str; 2] = [
    "People with cars should pay more, since they take the most space.",
    "Buses would be crowded, but that shows that they are needed.",
];

pub async fn the_worker_answers_by_text_and_voice_and_keeps_it_in_firestore(house: Arc<House>) {
    dialogue(house.firestore().await).await;
}

pub async fn the_worker_answers_by_text_and_voice_and_keeps_it_in_its_own_store(house: Arc<House>) {
    dialogue(house.embedded().await).await;
}

async fn dialogue(stack: &Stack) {
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;

    let mut stream = Stream::of(stack, &student).await;
    assert_eq!(stream.connected["role"], "speaker");
    assert_eq!(stream.connected["state"], "awaiting_idea");
    assert_eq!(stream.connected["audio"]["outputSampleRate"], 24_000);
    for text in &WRITTEN[..2] {
        let heard = stream.sounds.len();
        let id = stream.say(text).await;
        let stored = stream.until("turn_stored").await["turn"].clone();
        assert_eq!((&stored["text"], &stored["clientMessageId"]), (&json!(text), &json!(id)));
        heard_in_binary(&mut stream, &stored, heard).await;
    }
    let heard = stream.sounds.len();
    let said = Speech::of(&stack.sim, SPOKEN[0]).await;
    stream.speak(&said, Encoding::Binary).await;
    let stored = understood(&mut stream, SPOKEN[0]).await;
    // The tutor may have begun before the transcript was complete.
    heard_in_binary(&mut stream, &stored, heard).await;
    let memory = stream.close().await;

    let mut stream = Stream::resume(stack, &student, memory, Options::audio("base64")).await;
    assert_eq!(stream.connected["state"], "awaiting_followup");
    stream.say(WRITTEN[2]).await;
    let stored = stream.until("turn_stored").await["turn"].clone();
    heard_in_base64(&mut stream, &stored, 0).await;
    let heard = stream.sounds.len();
    let said = Speech::of(&stack.sim, SPOKEN[1]).await;
    stream.speak(&said, Encoding::Base64).await;
    let stored = understood(&mut stream, SPOKEN[1]).await;
    heard_in_base64(&mut stream, &stored, heard).await;
    let memory = stream.close().await;

    let told = student.read(stack).await;
    all_was_kept(&told, &memory);
    let mut expected = told.clone();
    expected.as_object_mut().unwrap().remove("id");
    let document = readback::conversation(stack, &student.conversation, &expected).await;
    chained(&document["turns"]);
    for text in WRITTEN {
        let connections = stack.sim.connections_with(text).await;
        assert!(
            !connections.is_empty() && connections.iter().all(Connection::was_accepted),
            "{connections:?}"
        );
    }
}

/// The transcript of a spoken turn, then the turn.
async fn understood(stream: &mut Stream, text: &str) -> Value {
    let transcription = stream.until("transcription").await;
    assert_eq!(transcription["speaker"], "student");
    let stored = stream.until("turn_stored").await["turn"].clone();
    assert_eq!((&stored["text"], &stored["modality"]), (&json!(text), &json!("voice")));
    let last = stream.memory.all("transcription").last().copied().cloned().unwrap();
    assert_eq!((&last["isFinal"], &last["text"]), (&json!(true), &json!(text)));
    assert_eq!(last["turnId"], stored["id"]);
    stored
}

async fn heard_in_binary(stream: &mut Stream, stored: &Value, from: usize) {
    let turn = answered(stream, stored).await;
    let sounds = &stream.sounds[from..];
    let mut milliseconds = 0;
    for Sound { place, pcm, .. } in sounds {
        let (index, offset) = place.expect("a binary frame");
        assert_eq!(json!(index), turn["index"]);
        assert_eq!(offset, milliseconds, "the pieces follow each other");
        milliseconds += u32::try_from(pcm.len()).unwrap() / 48;
    }
    assert!(milliseconds > 500, "{milliseconds} ms of voice are no sentence");
}

async fn heard_in_base64(stream: &mut Stream, stored: &Value, from: usize) {
    let turn = answered(stream, stored).await;
    let sounds = &stream.sounds[from..];
    assert!(
        sounds.iter().all(|sound| sound.place.is_none() && sound.turn_id.as_deref() == turn["id"].as_str())
    );
    let bytes: usize = sounds.iter().map(|sound| sound.pcm.len()).sum();
    assert!(bytes > 24_000, "{bytes} bytes of voice are no sentence");
}

/// The move, the streamed answer, its end, what it cost. The tutor's turn.
async fn answered(stream: &mut Stream, stored: &Value) -> Value {
    let turn = stream.answer().await;
    let usage = stream.until("token_usage").await;
    let of = |kind: &str| -> Vec<Value> {
        let events = stream.memory.all(kind).into_iter();
        events.filter(|event| event["turnId"] == turn["id"]).cloned().collect()
    };
    let index = stored["index"].as_u64().unwrap();
    assert_eq!(turn["index"], index + 1);
    let decisions = stream.memory.all("decision");
    let decision = decisions.iter().find(|decision| decision["turnId"] == stored["id"]).expect("a decision");
    assert_eq!(decision["strategy"], stored["analysis"]["strategy"]);
    assert!(decision.get("features").is_none(), "a student does not see what was measured: {decision}");
    let begun = of("ai_response_start");
    assert_eq!(begun.len(), 1);
    assert_eq!(begun[0]["turnIndex"], turn["index"]);
    assert_eq!(begun[0]["strategy"], turn["analysis"]["strategy"]);
    assert!(of("ai_text_chunk").len() > 1, "the text is streamed");
    let streamed = stream.memory.streamed(turn["id"].as_str().unwrap());
    assert_eq!(streamed.trim(), turn["text"].as_str().unwrap());
    assert_eq!(usage["turnId"], turn["id"]);
    assert!(usage["output"]["audio"].as_u64().unwrap() > 0, "{usage}");
    assert!(usage["costMicros"].as_i64().unwrap() > 0, "{usage}");
    turn
}

/// What REST tells is what the stream told: complete, in order, once.
fn all_was_kept(told: &Value, memory: &Memory) {
    let turns = told["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 2 * (WRITTEN.len() + SPOKEN.len()));
    let said = [WRITTEN[0], WRITTEN[1], SPOKEN[0], WRITTEN[2], SPOKEN[1]];
    let texts: Vec<_> =
        turns.iter().filter(|turn| turn["speaker"] == "student").map(|turn| &turn["text"]).collect();
    assert_eq!(texts, said);
    for (place, turn) in turns.iter().enumerate() {
        assert_eq!(turn["index"], place);
        assert_eq!(turn["speaker"], ["student", "tutor"][place % 2]);
        let kind = if place % 2 == 0 { "turn_stored" } else { "ai_response_end" };
        let tellings: Vec<_> =
            memory.all(kind).into_iter().filter(|event| event["turn"]["id"] == turn["id"]).collect();
        assert_eq!(tellings.len(), 1, "{kind} of turn {place}");
        assert_eq!(
            (&tellings[0]["turn"]["hash"], &tellings[0]["turn"]["text"]),
            (&turn["hash"], &turn["text"])
        );
        if place % 2 == 1 {
            assert!(turn["costMicros"].as_i64().unwrap() > 0, "{turn}");
        }
    }
    let spent = memory.all("token_usage").last().map(|usage| usage["totalCostMicros"].clone());
    assert_eq!(Some(told["costMicros"].clone()), spent);
    chained(&told["turns"]);
}

/// Each turn is what it was when it was sealed, and sealed upon the one before.
pub fn chained(turns: &Value) {
    let turns: Vec<Turn> = serde_json::from_value(turns.clone()).unwrap();
    let mut before = String::new();
    for turn in &turns {
        assert_eq!(turn.prev_hash, before, "turn {}", turn.index);
        assert!(turn.is_intact(), "turn {} was changed: {turn:?}", turn.index);
        before.clone_from(&turn.hash);
    }
}

pub async fn every_setup_was_taken_by_a_strict_model(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    // The stand-in is strict: a field that Google does not know ends the connection.
    let url = stack.sim.base.replacen("http", "ws", 1);
    let url =
        format!("{url}/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=any");
    let (mut socket, _) = connect_async(url).await.unwrap();
    let setup = json!({ "setup": { "model": "models/gemini-3.8-live", "mentora": true } });
    socket.send(Message::Text(setup.to_string().into())).await.unwrap();
    match socket.next().await {
        Some(Ok(Message::Close(Some(close)))) => assert_eq!(u16::from(close.code), 1007, "{}", close.reason),
        other => panic!("a setup with an unknown field was not refused: {other:?}"),
    }

    let student: Student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say("Free buses are fair, because everybody can use them. Marker: strict.").await;
    stream.answer().await;
    let connections = stack.sim.connections_with("Marker: strict.").await;
    assert_eq!(connections.len(), 1);
    let setup = connections[0].setup().expect("a setup");
    assert!(connections[0].was_accepted(), "{setup}");
    assert_eq!(setup["generationConfig"]["responseModalities"], json!(["AUDIO"]));
    for removed in ["enableAffectiveDialog", "thinkingConfig"] {
        assert!(setup["generationConfig"].get(removed).is_none(), "{setup}");
    }
    assert!(setup.get("proactivity").is_none(), "{setup}");
    assert!(
        setup["sessionResumption"].is_object() && setup["outputAudioTranscription"].is_object(),
        "{setup}"
    );
    assert_eq!(setup["realtimeInputConfig"]["automaticActivityDetection"]["disabled"], true);
    stream.close().await;
}
