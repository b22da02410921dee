//! The conversation's object goes down in mid turn: killed as by a power cut, replaced by another version, torn down by a
//! panic somewhere in its isolate, or evicted when nothing happens.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::join;

use super::moment::{MOMENTS, Moment};
use crate::dialogue::chained;
use crate::house::House;
use crate::people::{Class, Student, unique};
use crate::readback;
use crate::sim::fault;
use crate::speech::Speech;
use crate::stack::{PANICS_AT, Stack, Store, Wanted};
use crate::stream::{Encoding, Frame, Memory, Options, Stream};

/// Longer than the runtime keeps an object that has nothing to do.
const EVICTED_AFTER: Duration = Duration::from_secs(14);

/// What strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strike {
    /// workerd and all that belongs to it is killed, and started again.
    PowerCut,
    /// Another version takes the place of the one that runs.
    Deploy,
    /// The code panics elsewhere in the isolate: memory is gone, connections stay.
    Panic,
}

const STRIKES: [Strike; 4] = [Strike::PowerCut, Strike::PowerCut, Strike::Deploy, Strike::Panic];

pub async fn object_evicted_deploy_panic(house: Arc<House>) {
    join!(struck(), evicted(house.any().await));
}

/// Conversations are struck together, each at another moment of its turn, and at yet another the next time.
async fn struck() {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let class = Class::open(&stack).await;
    let mut debates = join_all((0..MOMENTS.len()).map(|place| Debate::begin(&stack, &class, place))).await;
    let absent = class.student(&stack, "absent").await;
    for (round, strike) in STRIKES.into_iter().enumerate() {
        let holds = debates.iter().filter_map(|debate| debate.moment(round).hold(&debate.point(round)));
        let plan: Vec<Value> = holds.chain(Moment::TurnStored.hold(ABSENT)).collect();
        stack.sim.plan(json!(plan)).await;
        let reaching = debates.iter_mut().map(|debate| debate.reach(&stack, round));
        let mut streams = join_all(reaching).await;
        if round == 0 {
            leave(&stack, &absent).await;
        }
        let last_words =
            debates.iter_mut().zip(&mut streams).map(|(debate, stream)| debate.last_word(stream, round));
        join_all(last_words).await;

        eprintln!("Round {round}: {strike:?}.");
        match strike {
            Strike::PowerCut => stack.kill(),
            Strike::Deploy => stack.deploy().await,
            Strike::Panic => panic_elsewhere(&stack, &class).await,
        }
        stack.sim.plan(json!([])).await;
        let mut survivors = Vec::new();
        let ending =
            debates.iter_mut().zip(streams).map(|(debate, stream)| debate.cut_off(stream, strike, round));
        survivors.extend(join_all(ending).await);
        if strike == Strike::PowerCut {
            stack.revive().await;
        }
        let _watch = stack.watch();
        let going_on =
            debates.iter_mut().zip(survivors).map(|(debate, survivor)| debate.go_on(&stack, survivor, round));
        join_all(going_on).await;
    }
    let _watch = stack.watch();
    answered_though_nobody_came_back(&stack, &absent).await;
    for debate in &debates {
        debate.all_is_kept(&stack).await;
    }
}

/// A frame at which this version panics, in a conversation that is nobody's concern.
async fn panic_elsewhere(stack: &Stack, class: &Class) {
    let student = class.student(stack, "elsewhere").await;
    let mut stream = Stream::of(stack, &student).await;
    stream.say(PANICS_AT).await;
    stack.wrote("Critical").await;
    stream.vanish();
}

const ABSENT: &str = "Whoever rides for free rides more often, because nothing holds them back.";

/// Says something and never comes back.
async fn leave(stack: &Stack, student: &Student) {
    let mut stream = Stream::of(stack, student).await;
    stream.say(ABSENT).await;
    stream.until("turn_stored").await;
    stream.vanish();
}

/// Only the store is looked at: nothing wakes the conversation but its own alarm.
async fn answered_though_nobody_came_back(stack: &Stack, student: &Student) {
    let answered = |document: &Value| {
        let turns = document["turns"].as_array().map(Vec::as_slice).unwrap_or_default();
        turns.last().is_some_and(|turn| turn["speaker"] == "tutor" && turn["truncated"] == false)
    };
    let document = readback::until(stack, &student.conversation, answered).await;
    assert_eq!(document["turns"][0]["text"], ABSENT);
    chained(&document["turns"]);
}

/// A student's conversation, over all that happens to it.
struct Debate {
    place: usize,
    student: Student,
    memory: Memory,
    /// Where the round began.
    since: u64,
    /// The message of the round.
    id: String,
    /// Turns whose storage was acknowledged.
    acknowledged: Vec<Value>,
    /// What was said, in order.
    said: Vec<String>,
}

impl Debate {
    async fn begin(stack: &Stack, class: &Class, place: usize) -> Self {
        let student = class.student(stack, "student").await;
        let (memory, id) = (Memory::default(), String::new());
        Self { place, student, memory, since: 0, id, acknowledged: Vec::new(), said: Vec::new() }
    }

    fn moment(&self, round: usize) -> Moment {
        MOMENTS[(self.place + 3 * round) % MOMENTS.len()]
    }

    /// What is said in a round; the plan knows it by this.
    fn point(&self, round: usize) -> String {
        format!("Point {round} of student {} is that trams are quiet, and people sleep better.", self.place)
    }

    /// Goes on to the moment.
    async fn reach(&mut self, stack: &Stack, round: usize) -> Stream {
        let memory = std::mem::take(&mut self.memory);
        self.since = memory.cursor;
        self.id = unique("struck");
        let mut stream = Stream::resume(stack, &self.student, memory, Options::audio("binary")).await;
        let (moment, text) = (self.moment(round), self.point(round));
        match moment {
            Moment::MidSpeech | Moment::SpeechEnded => speak(stack, &mut stream, &text, moment).await,
            Moment::Idle | Moment::MessageSent => {}
            _ => {
                stream.say_as(&text, &self.id).await;
                self.said.push(text);
                moment.reached(&mut stream).await;
            }
        }
        stream
    }

    /// What is done at the very last.
    async fn last_word(&mut self, stream: &mut Stream, round: usize) {
        match self.moment(round) {
            Moment::MessageSent => {
                stream.say_as(&self.point(round), &self.id).await;
                self.said.push(self.point(round));
            }
            Moment::SpeechEnded => stream.send(json!({ "type": "audio_end" })).await,
            _ => {}
        }
    }

    /// The strike has come; the connection, if it is still there.
    async fn cut_off(&mut self, mut stream: Stream, strike: Strike, round: usize) -> Option<Stream> {
        if strike == Strike::Panic {
            // Nobody tells the clients. The first frame wakes the object, which says where it stands.
            stream.send(json!({ "type": "playback", "turnId": "none", "heardMs": 0 })).await;
            return Some(stream);
        }
        self.memory = stream.drain().await;
        self.note_promises();
        let moment = self.moment(round);
        let late = moment.is_before_the_end() && is_answered(&self.memory, &self.point(round));
        assert!(!late, "it came too late to test {moment:?}");
        None
    }

    /// After the strike: what was told before is told again as it was, what was owed is given, and the dialogue goes on.
    async fn go_on(&mut self, stack: &Stack, survivor: Option<Stream>, round: usize) {
        let (moment, text) = (self.moment(round), self.point(round));
        let mut stream = match survivor {
            Some(stream) => stream,
            None => {
                let memory = std::mem::take(&mut self.memory);
                self.is_replayed(stack, &memory).await;
                Stream::resume(stack, &self.student, memory, Options::audio("binary")).await
            }
        };
        match moment {
            Moment::MidSpeech | Moment::SpeechEnded => {
                let understood = say_it_again(stack, &mut stream, &text, self.since).await;
                answered(&mut stream, &understood).await;
                self.said.push(understood);
            }
            Moment::AnswerEnded | Moment::Idle => {}
            Moment::MessageSent => {
                // Nobody told the client that it arrived, so it is sent again.
                stream.say_as(&text, &self.id).await;
                answered(&mut stream, &text).await;
            }
            _ => answered(&mut stream, &text).await,
        }
        let further = format!("And after point {round}, what about the drivers who lose their parking?");
        stream.say(&further).await;
        self.said.push(further.clone());
        answered(&mut stream, &further).await;
        stream.until("token_usage").await;
        self.memory = stream.close().await;
        self.note_promises();
    }

    /// Another connection is told all that was told before, once and in order.
    async fn is_replayed(&self, stack: &Stack, memory: &Memory) {
        let mut whole = Stream::resume(stack, &self.student, Memory::default(), Options::default()).await;
        whole.quiet(Duration::from_millis(200)).await;
        let from_the_beginning = whole.close().await;
        for seen in promises(memory) {
            let replayed = from_the_beginning.events.iter().filter(|event| event["seq"] == seen["seq"]);
            assert_eq!(replayed.collect::<Vec<_>>(), [seen], "what was seen before is replayed as it was");
        }
    }

    fn note_promises(&mut self) {
        self.acknowledged = promises(&self.memory).map(|event| event["turn"].clone()).collect();
    }

    /// Each turn of the student is there once, in order, and was answered; each acknowledged one is what it was.
    async fn all_is_kept(&self, stack: &Stack) {
        let told = self.student.read(stack).await;
        let turns = told["turns"].as_array().unwrap();
        let texts: Vec<&str> = turns
            .iter()
            .filter(|turn| turn["speaker"] == "student")
            .filter_map(|turn| turn["text"].as_str())
            .collect();
        assert_eq!(texts, self.said, "each turn of the student is there once, in order");
        for promised in &self.acknowledged {
            let kept = turns.iter().find(|turn| turn["id"] == promised["id"]);
            let kept = kept.expect("an acknowledged turn was lost");
            assert_eq!((&kept["hash"], &kept["text"]), (&promised["hash"], &promised["text"]));
        }
        for (place, turn) in turns.iter().enumerate() {
            assert_eq!(turn["index"], place);
            let last_word = turns.get(place + 1).is_none_or(|next| next["speaker"] == "student");
            let is_whole = turn["speaker"] == "tutor" && turn["truncated"] == false;
            assert!(!last_word || is_whole, "unanswered: {turn}");
        }
        chained(&told["turns"]);
        let mut expected = told.clone();
        expected.as_object_mut().unwrap().remove("id");
        readback::conversation(stack, &self.student.conversation, &expected).await;
    }
}

fn promises(memory: &Memory) -> impl Iterator<Item = &Value> {
    memory.events.iter().filter(|event| ["turn_stored", "ai_response_end"].contains(&kind(event)))
}

/// Speaks at twice the speed of speech, to the end or to the middle.
async fn speak(stack: &Stack, stream: &mut Stream, text: &str, moment: Moment) {
    let speech = Speech::of(&stack.sim, text).await;
    stream.begin_to_speak(&speech).await;
    let chunks: Vec<&[u8]> = speech.chunks().collect();
    let upto = if moment == Moment::MidSpeech { chunks.len() / 2 } else { chunks.len() };
    for chunk in &chunks[..upto] {
        stream.send_sound(chunk, Encoding::Binary).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stream.until("session_state").await;
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

/// Nothing happens, so the object is evicted; its client's connection stays and is as good as before.
async fn evicted(stack: &Stack) {
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut stream = Stream::of(stack, &student).await;
    // An open socket of the model would keep the object.
    stack.sim.plan(json!([fault("Marker: evicted.", "turnComplete", json!({ "drop": true }))])).await;
    stream.say("Night buses should be free, because walking home is dangerous. Marker: evicted.").await;
    let first = stream.answer().await;
    stream.quiet(EVICTED_AFTER).await;
    stream.say("I would also light the stops. Marker: back from nothing.").await;
    let mut began_anew = false;
    let next = loop {
        match stream.next().await {
            Frame::Json(frame) if kind(&frame) == "connected" => began_anew = true,
            Frame::Json(frame) if kind(&frame) == "ai_response_end" => break frame["turn"].clone(),
            Frame::Json(frame) => assert_ne!(kind(&frame), "error", "{frame}"),
            Frame::Sound(_) => {}
            end => panic!("{end:?}"),
        }
    };
    assert!(began_anew, "the object was never evicted");
    assert_eq!((&next["index"], &next["truncated"]), (&json!(3), &json!(false)));
    stream.close().await;
    let turns = student.turns(stack).await;
    assert_eq!((turns.len(), &turns[1]["hash"]), (4, &first["hash"]));
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}
