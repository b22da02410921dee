//! Sound goes by way of the relay, and nobody can tell but by the log.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;
use crate::people::{Class, Student};
use crate::sim::Sim;
use crate::speech::Speech;
use crate::stack::{Stack, Store, Wanted};
use crate::stream::{Encoding, Frame, Memory, Options, Stream};

const PATIENCE: Duration = Duration::from_secs(30);
/// The pace of a microphone, twice as fast.
const CHUNK_EVERY: Duration = Duration::from_millis(50);

/// How the sound of an utterance or an answer went, as the log tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Carried {
    relayed_chunks: u64,
    relayed_bytes: u64,
    handled_chunks: u64,
    handled_bytes: u64,
}

impl Carried {
    /// Of the `nth` utterance or answer of a conversation.
    async fn of(stack: &Stack, conversation: &str, direction: &str, nth: usize) -> Self {
        let is = |event: &&Value| {
            event["event"] == "audio.carried"
                && event["conversation"] == conversation
                && event["direction"] == direction
        };
        let until = Instant::now() + PATIENCE;
        let event = loop {
            if let Some(event) = stack.events().iter().filter(is).nth(nth) {
                break event.clone();
            }
            assert!(Instant::now() < until, "no {direction} {nth} in the log\n{}", stack.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let number = |name: &str| event[name].as_u64().unwrap_or_else(|| panic!("{name} of {event}"));
        Self {
            relayed_chunks: number("relayedChunks"),
            relayed_bytes: number("relayedBytes"),
            handled_chunks: number("handledChunks"),
            handled_bytes: number("handledBytes"),
        }
    }

    fn bytes(self) -> u64 {
        self.relayed_bytes + self.handled_bytes
    }
}

/// Bytes of speech that the model has heard, of all students.
async fn heard(sim: &Sim) -> u64 {
    sim.connections().await.iter().map(crate::sim::Connection::heard).sum()
}

/// What is said before the answer is paid for is held back. That takes as long as a word; these students speak faster than
/// people do, so they wait for it.
async fn speak_once_paid_for(stack: &Stack, stream: &mut Stream, speech: &Speech, by: Encoding, before: u64) {
    stream.begin_to_speak(speech).await;
    let mut chunks = speech.chunks();
    stream.send_sound(chunks.next().unwrap(), by).await;
    let patience = Instant::now() + Duration::from_secs(20);
    while heard(&stack.sim).await == before {
        assert!(Instant::now() < patience, "the model hears nothing");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for chunk in chunks {
        stream.send_sound(chunk, by).await;
    }
    stream.send(json!({ "type": "audio_end" })).await;
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap()
}

pub async fn speech_and_answers_are_relayed_and_their_totals_are_exact(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut memory = Memory::default();
    for (turn, (mode, by)) in
        [("binary", Encoding::Binary), ("base64", Encoding::Base64)].into_iter().enumerate()
    {
        let mut stream = Stream::resume(stack, &student, memory, Options::audio(mode)).await;
        // The model is there when the student begins to speak.
        stream.say(&format!("Trams are quieter than cars, point {turn}.")).await;
        stream.answer().await;
        stream.until("token_usage").await;
        let first = stream.sounds.len();
        let before = heard(&stack.sim).await;
        let text = "Streets without cars are safer, because children can play there.";
        let speech = Speech::of(&stack.sim, text).await;
        speak_once_paid_for(stack, &mut stream, &speech, by, before).await;
        assert_eq!(stream.until("turn_stored").await["turn"]["text"], text);
        stream.answer().await;
        stream.until("token_usage").await;

        let said: u64 = speech.chunks().map(|chunk| length(chunk.len())).sum();
        let carried = Carried::of(stack, &student.conversation, "speech", turn).await;
        assert_eq!(carried.bytes(), said, "{carried:?}");
        assert_eq!(heard(&stack.sim).await - before, said, "the model heard every byte once");
        assert!(carried.handled_chunks <= 2 && carried.relayed_chunks >= 10, "{carried:?}");

        let came: u64 = stream.sounds[first..].iter().map(|sound| length(sound.pcm.len())).sum();
        let carried = Carried::of(stack, &student.conversation, "answer", 2 * turn + 1).await;
        assert_eq!(carried.bytes(), came, "{carried:?}");
        assert!(carried.handled_chunks <= 2 && carried.relayed_chunks >= 10, "{carried:?}");
        memory = stream.close().await;
    }
}

pub async fn speech_in_an_unusual_layout_is_understood_the_same(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say("Cars are loud, and loud streets make people ill.").await;
    stream.answer().await;
    stream.until("token_usage").await;
    let text = "Whoever lives at a loud street sleeps badly, and so works badly.";
    let speech = Speech::of(&stack.sim, text).await;
    let before = heard(&stack.sim).await;
    stream.begin_to_speak(&speech).await;
    let mut plain = 0;
    for (number, chunk) in speech.chunks().enumerate() {
        let data = STANDARD.encode(chunk);
        // Each third chunk is as the relay knows it: they must not overtake each other.
        let frame = match number % 3 {
            0 => format!(r#"{{"type":"audio_chunk","data":"{data}"}}"#),
            1 => format!(r#"{{"type":"audio_chunk","data":"{data}","sequenceNumber":{number}}}"#),
            _ => format!(r#"{{ "data": "{}", "type": "audio_chunk" }}"#, data.replace('=', "\\u003d")),
        };
        plain += u64::from(number % 3 == 0);
        stream.send_raw(Message::Text(frame.into())).await;
    }
    stream.send(json!({ "type": "audio_end" })).await;
    // The stand-in knows a recording by its sound: a chunk out of its place, or twice, and it would not.
    assert_eq!(stream.until("turn_stored").await["turn"]["text"], text);
    stream.answer().await;
    let said: u64 = speech.chunks().map(|chunk| length(chunk.len())).sum();
    assert_eq!(heard(&stack.sim).await - before, said);
    let carried = Carried::of(stack, &student.conversation, "speech", 0).await;
    assert_eq!(carried.bytes(), said);
    // The first is always handled.
    assert_eq!(carried.relayed_chunks, plain - 1, "{carried:?}");
    stream.close().await;
}

pub async fn everybody_hears_a_relayed_answer_in_the_form_they_want(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student: Student = class.student(stack, "student").await;
    let mut speaker = Stream::of(stack, &student).await;
    let options = || Options { role: Some("listener"), ..Options::audio("base64") };
    let mut listener = Stream::resume(stack, &student, Memory::default(), options()).await;
    let silent = Options { role: Some("listener"), ..Options::audio("none") };
    let mut reader = Stream::resume(stack, &student, Memory::default(), silent).await;
    speaker.say("A city is for people, since people built it.").await;
    speaker.answer().await;
    listener.answer().await;
    reader.answer().await;
    let sound = |stream: &Stream| -> Vec<u8> {
        stream.sounds.iter().flat_map(|sound| sound.pcm.iter().copied()).collect()
    };
    assert!(sound(&speaker).len() > 24_000);
    assert!(sound(&speaker) == sound(&listener), "both hear the same bytes");
    assert!(reader.sounds.is_empty());
    let carried = Carried::of(stack, &student.conversation, "answer", 0).await;
    assert_eq!(carried.bytes(), length(sound(&speaker).len()));
    for stream in [speaker, listener, reader] {
        stream.close().await;
    }
}

pub async fn a_panic_elsewhere_is_survived_and_leaves_no_model_behind(_: Arc<House>) {
    let script = Some("relay/trap.js");
    let stack = Stack::start(Wanted { script, ..Wanted::new(Store::Embedded) }).await;
    let _watch = stack.watch();
    let class = Class::open(&stack).await;
    let (student, other) = (class.student(&stack, "student").await, class.student(&stack, "neighbour").await);
    let mut stream = Stream::of(&stack, &student).await;
    let mut elsewhere = Stream::of(&stack, &other).await;
    the_entry_lists_every_handler(&mut elsewhere).await;

    stream.say("Parks are good for a city, because they cool it. Marker: panic.").await;
    stream.answer().await;
    stream.until("token_usage").await;
    let text = "Trees give shade, and whoever has shade needs no air conditioning at home.";
    let speech = Speech::of(&stack.sim, text).await;
    let chunks: Vec<&[u8]> = speech.chunks().collect();
    assert!(chunks.len() > 20, "too short for this test");
    stream.begin_to_speak(&speech).await;
    for chunk in &chunks[..4] {
        stream.send_sound(chunk, Encoding::Binary).await;
        tokio::time::sleep(CHUNK_EVERY).await;
    }
    let before = settled(&stack.sim).await;

    // Rust loses its memory, all of it in this isolate, while this student speaks.
    elsewhere.send_raw(Message::Text("trap".into())).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut relayed = 0;
    for chunk in &chunks[4..8] {
        stream.send_sound(chunk, Encoding::Binary).await;
        relayed += length(chunk.len());
    }
    assert_eq!(settled(&stack.sim).await - before, relayed, "what was granted is still relayed");
    // Nobody renews the grant: Rust is asked, finds that it knows nothing, and closes what was left.
    for chunk in &chunks[8..] {
        stream.send_sound(chunk, Encoding::Binary).await;
    }
    let told = told_what_became_of_it(&mut stream).await;
    assert!(told, "nobody told the student what became of the speech");
    // The rest of what was under way is no offence.
    let rest = stream.quiet(Duration::from_secs(1)).await;
    let refused = |frame: &Frame| matches!(frame, Frame::Json(json) if json["code"] == "VALIDATION_ERROR");
    assert!(!rest.iter().any(refused), "{rest:?}");
    let closed = Instant::now() + PATIENCE;
    while stack.sim.connections_with("Marker: panic.").await[0].closed().is_none() {
        assert!(Instant::now() < closed, "the model of the life before stays open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(heard(&stack.sim).await - before < length(chunks[4..].concat().len()), "it is cut off");

    // And all goes on, with one model, by way of the relay.
    let carried_before = lines(&stack, &student.conversation);
    stream.say("Then let me write it: trees give shade.").await;
    stream.answer().await;
    stream.until("token_usage").await;
    let again = "And trees are beautiful, which is worth something too, I believe.";
    let speech = Speech::of(&stack.sim, again).await;
    stream.speak(&speech, Encoding::Binary).await;
    assert_eq!(stream.until("turn_stored").await["turn"]["text"], again);
    stream.answer().await;
    let carried = Carried::of(&stack, &student.conversation, "speech", carried_before).await;
    assert!(carried.relayed_chunks > carried.handled_chunks, "{carried:?}");
    let open = stack.sim.connections().await.iter().filter(|model| model.closed().is_none()).count();
    assert_eq!(open, 1);
    stream.close().await;
    elsewhere.close().await;
}

/// What the relay calls, and what is Rust's own business.
const NO_HANDLERS: [&str; 6] =
    ["modelFrame", "modelClosed", "relayReport", "free", "__destroy_into_raw", "__wbg_ptr"];

async fn the_entry_lists_every_handler(stream: &mut Stream) {
    stream.send_raw(Message::Text("methods".into())).await;
    let methods = stream.until("pong").await;
    let names = |list: &str| -> BTreeSet<String> {
        methods[list].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let built = names("built");
    for called in ["modelFrame", "modelClosed", "relayReport"] {
        assert!(built.contains(called), "the relay calls {called}: {built:?}");
    }
    let handlers: BTreeSet<String> =
        built.into_iter().filter(|name| !NO_HANDLERS.contains(&name.as_str())).collect();
    assert_eq!(names("entry"), handlers);
}

/// Bytes that the model has heard, once nothing more comes.
async fn settled(sim: &Sim) -> u64 {
    let mut before = heard(sim).await;
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = heard(sim).await;
        if now == before {
            return now;
        }
        before = now;
    }
}

/// Whether the student is asked to say it again, or what was understood of it is stored and answered.
async fn told_what_became_of_it(stream: &mut Stream) -> bool {
    loop {
        match stream.next().await {
            Frame::Json(frame) if frame["type"] == "error" => {
                return frame["message"].as_str().is_some_and(|message| message.contains("say that again"));
            }
            Frame::Json(frame) if frame["type"] == "turn_stored" => return stream.answer().await.is_object(),
            Frame::Json(_) | Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    }
}

/// How many utterances of a conversation the log has told of.
fn lines(stack: &Stack, conversation: &str) -> usize {
    let is = |event: &&Value| {
        event["event"] == "audio.carried"
            && event["conversation"] == conversation
            && event["direction"] == "speech"
    };
    stack.events().iter().filter(is).count()
}
