//! The stream without WebSockets: server-sent events one way, POST the other, beside those who do have one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::house::House;
use crate::people::{Class, unique};
use crate::speech::Speech;
use crate::sse::{Piece, Reader, ask, post, say};
use crate::stack::{Stack, Store, Wanted};
use crate::stream::{Frame, Memory, Options, Pass, Stream};

/// The machine and the store settle what is under way.
const SETTLE: Duration = Duration::from_millis(500);

pub async fn a_student_without_websockets_writes_and_speaks(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut reader = Reader::of(stack, &student, Memory::default()).await;
    assert_eq!(reader.connected["role"], "speaker");

    let said = "Free buses would empty the streets, because driving costs more.";
    let id = say(stack, &student, said).await;
    let stored = reader.until("turn_stored").await;
    assert_eq!(stored["turn"]["clientMessageId"], id);
    let written = reader.answer().await;

    // A message sent again is taken, and is no second turn.
    let again = json!({ "type": "text_input", "text": said, "clientMessageId": id });
    assert_eq!(post(stack, &student, &again).await.ok()["results"][0]["accepted"], true);

    let speech = Speech::of(&stack.sim, "The city would pay for it with a tax on parking.").await;
    let config = json!({ "sampleRate": speech.rate, "encoding": "pcm", "channels": 1 });
    let mut frames =
        vec![json!({ "type": "audio_start", "config": config, "clientMessageId": unique("speech") })];
    frames.extend(
        speech.chunks().map(|chunk| json!({ "type": "audio_chunk", "data": STANDARD.encode(chunk) })),
    );
    frames.push(json!({ "type": "audio_end" }));
    for some in frames.chunks(32) {
        let answer = post(stack, &student, &json!(some)).await.ok();
        let results = answer["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["accepted"] == true), "{answer}");
        assert_eq!(results.len(), some.len());
    }
    reader.until("ai_audio_chunk").await;
    let heard = reader.answer().await;
    assert_eq!((written["index"].as_u64(), heard["index"].as_u64()), (Some(1), Some(3)));
    let turns = student.turns(stack).await;
    assert_eq!(turns.len(), 4, "{turns:?}");
    assert_eq!(turns[2]["modality"], "voice");

    // The end is told in words where a socket has a close code, and whoever comes back has nothing to come back for.
    assert_eq!(
        post(stack, &student, &json!([{ "type": "stop" }])).await.ok()["results"][0]["accepted"],
        true
    );
    reader.until("conversation_ended").await;
    let closed = reader.until("closed").await;
    assert_eq!(closed["code"], 4010, "{closed}");
    assert_eq!(reader.next().await, Piece::End(None));
    let refused = post(stack, &student, &again).await.ok();
    assert_eq!(refused["results"][0]["accepted"], true, "what is stored stays stored: {refused}");
    let other = json!({ "type": "text_input", "text": "One more.", "clientMessageId": unique("late") });
    let refused = post(stack, &student, &other).await.ok();
    assert_eq!(refused["results"][0]["error"]["code"], "CONVERSATION_CLOSED", "{refused}");
    let cursor = Some(reader.memory.cursor);
    let over = ask(stack, &student.person, &student.conversation, "", cursor).await;
    assert_eq!(over.status().as_u16(), 204);
}

pub async fn events_and_sockets_in_turns_see_each_seq_once(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut memory = Memory::default();
    for round in 0..3 {
        let mut socket = Stream::resume(stack, &student, memory, Options::default()).await;
        socket.say(&format!("Round {round}: buses pollute less, because many share one.")).await;
        // Left in mid answer: the rest is read by the other way.
        socket.until("turn_stored").await;
        let mut reader = Reader::of(stack, &student, socket.close().await).await;
        reader.answer().await;
        say(stack, &student, &format!("Round {round}: and trains even less, because rails are smooth."))
            .await;
        reader.until("turn_stored").await;
        memory = reader.memory.clone();
        drop(reader);
    }
    let mut socket = Stream::resume(stack, &student, memory, Options::default()).await;
    socket.answer().await;
    let memory = socket.close().await;
    // Pieces of answers that were stored meanwhile are left out of what is sent again; nothing else is.
    let seqs: Vec<u64> = memory.events.iter().filter_map(|event| event["seq"].as_u64()).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
    let ends = |kind: &str| memory.all(kind).len();
    assert_eq!((ends("turn_stored"), ends("ai_response_end")), (6, 6));
}

pub async fn the_newer_way_takes_over_and_the_older_listens(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let mut events = Reader::of(stack, &student, Memory::default()).await;
    let mut socket = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    assert_eq!(events.until("connected").await["role"], "listener");
    let mut again = Reader::of(stack, &student, Memory::default()).await;
    assert_eq!(again.connected["role"], "speaker");
    assert_eq!(socket.until("connected").await["role"], "listener");
    // Staff read along, and have nothing to say.
    let (teacher, conversation) = (&class.teacher, &student.conversation);
    let mut staff = Reader::open(stack, teacher, conversation, "", Memory::default()).await;
    assert_eq!(staff.connected["role"], "listener");
    let path = student.path("/stream/messages");
    let frame = json!({ "type": "text_input", "text": "I am the teacher.", "clientMessageId": "t" });
    teacher.post(stack, &path, &frame).await.refused(403, "FORBIDDEN");
    say(stack, &student, "Walking is free already, because nobody sells the pavement.").await;
    let told = again.answer().await;
    assert_eq!(told["hash"], events.answer().await["hash"]);
    assert_eq!(told["hash"], socket.answer().await["hash"]);
    assert_eq!(told["hash"], staff.answer().await["hash"]);
    assert!(staff.memory.all("decision")[0]["features"].is_object());
    assert!(again.memory.all("decision")[0].get("features").is_none());
}

pub async fn what_is_wrong_with_a_request_for_events_or_a_post_is_said(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let (person, conversation) = (&student.person, &student.conversation);
    for (query, last) in [("?audio=binary", None), ("?cursor=x", None), ("?role=king", None)] {
        assert_eq!(ask(stack, person, conversation, query, last).await.status().as_u16(), 400, "{query}");
    }
    let classmate = class.student(stack, "classmate").await;
    assert_eq!(ask(stack, &classmate.person, conversation, "", None).await.status().as_u16(), 404);
    assert_eq!(ask(stack, &class.teacher, conversation, "?role=speaker", None).await.status().as_u16(), 403);
    // A ticket opens one response, once.
    let ticket = student.ticket(stack).await;
    let query = format!("?ticket={ticket}");
    let stranger = &classmate.person;
    assert_eq!(ask(stack, stranger, conversation, &query, None).await.status().as_u16(), 200);
    let used = ask(stack, stranger, conversation, &query, None).await;
    assert_eq!(used.status().as_u16(), 401);
    assert!(used.text().await.unwrap().contains("already used"));

    let text = |text: &str| json!({ "type": "text_input", "text": text, "clientMessageId": "m" });
    let bad = json!([text("fine"), { "type": "sudo" }, text(" ")]);
    assert_eq!(post(stack, &student, &bad).await.offences(), ["[1]", "[2]"]);
    for bad in [json!([]), json!({}), json!("ping"), json!(vec![text("x"); 33])] {
        assert_eq!(post(stack, &student, &bad).await.offences(), [""], "{bad}");
    }
    let answer = post(stack, &student, &json!([{ "type": "hello" }, { "type": "ping" }])).await.ok();
    assert_eq!(answer["results"][0]["error"]["code"], "VALIDATION_ERROR", "{answer}");
    assert_eq!(answer["results"][1]["accepted"], true, "{answer}");
    assert_eq!(student.turns(stack).await.len(), 0, "nothing was said");
}

pub async fn a_reader_that_vanishes_while_it_speaks_has_said_what_it_said(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let reader = Reader::of(stack, &student, Memory::default()).await;
    let speech = Speech::of(&stack.sim, "Trams are safer than cars.").await;
    let config = json!({ "sampleRate": speech.rate, "encoding": "pcm", "channels": 1 });
    let start = json!({ "type": "audio_start", "config": config, "clientMessageId": unique("speech") });
    let chunks = speech
        .chunks()
        .take(30)
        .map(|chunk| json!({ "type": "audio_chunk", "data": STANDARD.encode(chunk) }));
    let frames: Vec<_> = std::iter::once(start).chain(chunks).collect();
    post(stack, &student, &json!(frames)).await.ok();
    drop(reader);
    let mut socket = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    assert_eq!(socket.until("turn_stored").await["turn"]["modality"], "voice");
    socket.answer().await;
    socket.close().await;
}

pub async fn fifty_listen_and_the_next_is_told_that_there_is_no_room(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let (teacher, conversation) = (&class.teacher, &student.conversation);
    let by_token = || Options::pass(Pass::Token(teacher.token.clone()));
    let mut listeners = Vec::new();
    for _ in 0..50 {
        let listener = Stream::open(stack, teacher, conversation, Memory::default(), by_token()).await;
        listeners.push(listener.unwrap_or_else(|refused| panic!("{refused:?}")));
    }
    let knocked = Stream::knock(stack, teacher, conversation, Memory::default(), Options::default()).await;
    let Ok(mut refused) = knocked else { panic!("refused by status") };
    let (code, reason) = refused.end().await;
    assert_eq!(code, 4008, "{reason}");
    assert!(reason.contains("50"), "{reason}");
    let events = ask(stack, teacher, conversation, "", None).await;
    assert_eq!(events.status().as_u16(), 429);
    assert!(events.headers().contains_key("retry-after"));
    // The student has a place, and everybody hears.
    let mut speaker = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    speaker.say("Cable cars are fun, because one sees the city.").await;
    let told = speaker.answer().await;
    for listener in &mut listeners {
        assert_eq!(listener.answer().await["hash"], told["hash"]);
    }
    // Whoever goes makes room.
    listeners.pop().unwrap().close().await;
    let next = Stream::open(stack, teacher, conversation, Memory::default(), by_token()).await;
    assert!(next.is_ok());
}

pub async fn a_flood_is_closed_and_a_neighbour_undisturbed(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let mut speaker = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    let by_token = Options::pass(Pass::Token(class.teacher.token.clone()));
    let flood = Stream::open(stack, &class.teacher, &student.conversation, Memory::default(), by_token).await;
    let mut flood = flood.unwrap_or_else(|refused| panic!("{refused:?}"));
    speaker.say("Ferries should be free too, because rivers are roads.").await;
    for _ in 0..1_500 {
        // The platform answers a bare `ping` by itself; this one wakes the object.
        flood.send(json!({ "type": "ping", "received": 1 })).await;
    }
    let error = loop {
        match flood.next().await {
            Frame::Json(frame) if frame["type"] == "error" => break frame,
            Frame::Json(_) => {}
            other => panic!("{other:?} before a word about it"),
        }
    };
    assert_eq!(error["code"], "RATE_LIMITED", "{error}");
    let (code, reason) = flood.end().await;
    assert_eq!(code, 4008, "{reason}");
    speaker.answer().await;
    speaker.say("And bicycles, because they are quiet.").await;
    speaker.answer().await;
    speaker.close().await;

    // Sound that comes faster than anybody speaks.
    let mut loud = Stream::resume(stack, &student, Memory::default(), Options::audio("binary")).await;
    let config = json!({ "sampleRate": 16_000, "encoding": "pcm", "channels": 1 });
    loud.send(json!({ "type": "audio_start", "config": config, "clientMessageId": unique("loud") })).await;
    for _ in 0..20 {
        loud.send_sound(&[0; 64_000], crate::stream::Encoding::Binary).await;
    }
    let (code, reason) = loud.end().await;
    assert_eq!(code, 4008, "{reason}");
}

pub async fn who_asks_for_ever_and_reads_nothing_is_closed(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let mut speaker = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
    for _ in 0..3 {
        // 60,000 bytes each.
        speaker.say(&"車".repeat(20_000)).await;
        speaker.answer().await;
    }
    let by_token = Options::pass(Pass::Token(class.teacher.token.clone()));
    let slow = Stream::open(stack, &class.teacher, &student.conversation, Memory::default(), by_token).await;
    let mut slow = slow.unwrap_or_else(|refused| panic!("{refused:?}"));
    // Each is answered with the whole past; what was asked for is no slowness until it is far too much.
    for _ in 0..120 {
        slow.send(json!({ "type": "hello", "cursor": 0 })).await;
    }
    let started = Instant::now();
    let (code, reason) = slow.end_unread().await;
    assert_eq!(code, 4013, "{reason} after {:?}", started.elapsed());
    // The others go on.
    speaker.say("Sledges, because it snows.").await;
    speaker.answer().await;
    speaker.close().await;
}

pub async fn a_worker_that_dies_ends_events_and_the_cursor_brings_the_rest(_: Arc<House>) {
    let mut stack = Stack::start(Wanted::new(Store::Embedded)).await;
    let student = Class::open(&stack).await.student(&stack, "student").await;
    let mut reader = Reader::of(&stack, &student, Memory::default()).await;
    let id = say(&stack, &student, "Airships should return, because they are slow.").await;
    reader.until("ai_text_chunk").await;
    stack.kill();
    let end = loop {
        match reader.next().await {
            Piece::Frame(_) | Piece::Comment => {}
            end => break end,
        }
    };
    assert!(matches!(end, Piece::Broken(_) | Piece::End(None)), "{end:?}");
    stack.revive().await;
    let mut reader = Reader::of(&stack, &student, reader.memory.clone()).await;
    reader.answer().await;
    let turns = student.turns(&stack).await;
    assert_eq!(turns.iter().filter(|turn| turn["clientMessageId"] == id.as_str()).count(), 1);
    tokio::time::sleep(SETTLE).await;
}

/// With `E2E_LONG=1`: it is most of a minute in which nothing is to happen.
pub async fn events_of_a_conversation_at_rest_end_with_advice(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let student = Class::open(stack).await.student(stack, "student").await;
    let mut reader = Reader::of(stack, &student, Memory::default()).await;
    let started = Instant::now();
    let mut comments = 0;
    let retry = loop {
        match reader.next().await {
            Piece::Comment => comments += 1,
            Piece::Frame(frame) => assert!(frame["seq"].is_u64(), "{frame}"),
            Piece::End(retry) => break retry,
            Piece::Broken(why) => panic!("{why}"),
        }
    };
    let stayed = started.elapsed();
    assert!((40..55).contains(&stayed.as_secs()), "{stayed:?}");
    assert!(comments >= 2, "a comment every 15 s: {comments}");
    assert!((3_000..=60_000).contains(&retry.expect("advice")), "{retry:?}");
    let mut reader = Reader::of(stack, &student, reader.memory.clone()).await;
    let started = Instant::now();
    while !matches!(reader.next().await, Piece::End(Some(_))) {}
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
