//! Bad input: each gets the contract's clear answer, and the dialogue of another student goes on throughout.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as RawFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::house::House;
use crate::people::{Call, Class, Person, Student, ticket};
use crate::speech::Speech;
use crate::stack::Stack;
use crate::stream::{Encoding, Frame, Memory, Options, Pass, Refused, Stream};

const SETTLE: Duration = Duration::from_millis(400);

/// While `trouble` lasts, somebody else argues on: nothing of it may reach that stream, nor delay it for long.
async fn undisturbed(stack: &Stack, class: &Class, trouble: impl Future<Output = ()>) {
    let neighbour = class.student(stack, "neighbour").await;
    let mut stream = Stream::of(stack, &neighbour).await;
    let over = Cell::new(false);
    let argue = async {
        let mut turns = 0;
        while !over.get() || turns < 2 {
            turns += 1;
            stream
                .say(&format!("My point {turns} is that buses save space, because forty people fit in one."))
                .await;
            stream.answer().await;
        }
        turns
    };
    let watched = async {
        trouble.await;
        over.set(true);
    };
    let (turns, ()) = join(argue, watched).await;
    let memory = stream.close().await;
    assert_eq!(memory.all("turn_stored").len(), turns);
    assert_eq!(neighbour.turns(stack).await.len(), 2 * turns);
}

pub async fn rest_answers_what_is_wrong(stack: &Stack) {
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    undisturbed(stack, &class, async {
        tokens(stack, &student).await;
        foreign(stack, &student).await;
        bodies(stack, &class, &student).await;
    })
    .await;
}

async fn tokens(stack: &Stack, student: &Student) {
    let get = || Call::get(student.path(""));
    stack.call(get()).await.refused(401, "UNAUTHORIZED");
    stack.call(get().by("nonsense")).await.refused(401, "UNAUTHORIZED");
    let uid = student.person.uid.clone();
    for wrong in [
        json!({ "aud": "another-project" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "kid": "unknown" }),
    ] {
        let mut wish = wrong.clone();
        wish["uid"] = json!(uid);
        let token = stack.sim.id_token(wish).await;
        stack.call(get().by(&token)).await.refused(401, "UNAUTHORIZED");
    }
    let token = stack.sim.id_token(json!({ "uid": uid, "expired": true })).await;
    stack.call(get().by(&token)).await.refused(401, "TOKEN_EXPIRED");
    let token = stack.sim.id_token(json!({ "uid": uid })).await;
    assert_eq!(stack.call(get().by(&token)).await.ok()["userId"], uid);
    // One character of the signature.
    let (rest, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let tampered = format!("{rest}.{other}{}", &signature[1..]);
    stack.call(get().by(&tampered)).await.refused(401, "UNAUTHORIZED");
}

async fn foreign(stack: &Stack, student: &Student) {
    let stranger = Person::sign_in(stack, "stranger").await;
    let turn = json!({ "text": "Let me in.", "clientMessageId": "x" });
    stranger.get(stack, &student.path("")).await.refused(404, "NOT_FOUND");
    stranger.post(stack, &student.path("/turns"), &turn).await.refused(404, "NOT_FOUND");
    stranger.post(stack, &student.path("/end"), &json!({})).await.refused(404, "NOT_FOUND");
    stranger.post(stack, &student.path("/stream/tickets"), &json!({})).await.refused(404, "NOT_FOUND");
    for id in ["there-is-none", "%2e%2e", "a%00b", &"a".repeat(300)] {
        student.person.get(stack, &format!("/api/conversations/{id}")).await.refused(404, "NOT_FOUND");
    }
}

async fn bodies(stack: &Stack, class: &Class, student: &Student) {
    let path = student.path("/turns");
    let token = &student.person.token;
    let raw = |body: Vec<u8>, kind| Call::raw(Method::POST, path.clone(), body, kind).by(token);
    let large = json!({ "text": "x".repeat(1024 * 1024), "clientMessageId": "m" }).to_string().into_bytes();
    stack.call(raw(large, "application/json")).await.refused(413, "PAYLOAD_TOO_LARGE");
    let good = json!({ "text": "Hello.", "clientMessageId": "m" }).to_string().into_bytes();
    stack.call(raw(good, "text/plain")).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    for garbage in [&b""[..], b"{", b"[]", b"null", b"\xff\xfe\x00", b"{\"text\":\"\\ud800\"}"] {
        stack.call(raw(garbage.to_vec(), "application/json")).await.refused(400, "VALIDATION_ERROR");
    }
    let wrong = [
        (json!({ "text": "x".repeat(20_001), "clientMessageId": "m" }), "text"),
        (json!({ "text": "  ", "clientMessageId": "m" }), "text"),
        (json!({ "text": "Hello.", "clientMessageId": "" }), "clientMessageId"),
        (json!({ "text": "Hello.", "clientMessageId": 7 }), "clientMessageId"),
        (json!({ "text": "Hello.", "clientMessageId": "m", "admin": true }), "admin"),
        (json!({ "text": "Hello." }), "clientMessageId"),
    ];
    for (body, field) in wrong {
        let answer = student.person.post(stack, &path, &body).await;
        answer.refused(400, "VALIDATION_ERROR");
        let shown = answer.body.to_string();
        assert!(shown.contains(field), "the answer names {field}: {shown}");
    }
    let nested = json!({ "courseId": "c", "title": "t", "aiConfig": { "maxTurns": "many" } });
    let answer = class.teacher.post(stack, "/api/assignments", &nested).await;
    answer.refused(400, "VALIDATION_ERROR");
    assert_eq!(answer.body["error"]["details"]["fields"][0]["path"], "aiConfig.maxTurns", "{}", answer.body);
    let call = Call::raw(Method::DELETE, path.clone(), Vec::new(), "application/json").by(token);
    let answer = stack.call(call).await;
    answer.refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.headers["allow"], "POST");
    stack.call(Call::get("/api/nothing").by(token)).await.refused(404, "NOT_FOUND");
    assert_eq!(student.turns(stack).await.len(), 0, "nothing of it was stored");
}

pub async fn strangers_do_not_get_in(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let (student, other) = (class.student(stack, "student").await, class.student(stack, "other").await);
    undisturbed(stack, &class, async {
        turned_away(stack, &student, Pass::Nothing, 4001).await;
        for nonsense in ["x", "a.b", &"a".repeat(2_000)] {
            turned_away(stack, &student, Pass::Ticket(nonsense.to_owned()), 4001).await;
        }
        let elsewhere = other.ticket(stack).await;
        turned_away(stack, &student, Pass::Ticket(elsewhere), 4001).await;
        let tampered = student.ticket(stack).await;
        let tampered = format!("{}x", &tampered[..tampered.len() - 1]);
        turned_away(stack, &student, Pass::Ticket(tampered), 4001).await;
        used_twice(stack, &student).await;

        // The teacher may listen, not speak.
        let mut options =
            Options::pass(Pass::Ticket(ticket(stack, &class.teacher, &student.conversation).await));
        options.role = Some("speaker");
        let (code, reason) = knock(stack, &student, options).await.unwrap().end().await;
        assert_eq!(code, 4003, "{reason}");

        // Programs that speak no `mentora.v1` are answered by HTTP.
        let mine = knock(stack, &student, Options::pass(Pass::Token(student.person.token.clone()))).await;
        assert!(mine.is_ok(), "an ID token opens the own stream");
        let strange = Options::pass(Pass::Token(other.person.token.clone()));
        assert_eq!(knock(stack, &student, strange).await.err(), Some(Refused(404)));
        let nonsense = Options::pass(Pass::Token("nonsense".to_owned()));
        assert_eq!(knock(stack, &student, nonsense).await.err(), Some(Refused(401)));
        stack.call(Call::get(student.path("/stream"))).await.refused(401, "UNAUTHORIZED");
        let no_upgrade = student.person.get(stack, &student.path("/stream")).await;
        no_upgrade.refused(400, "VALIDATION_ERROR");
    })
    .await;
}

async fn knock(stack: &Stack, student: &Student, options: Options) -> Result<Stream, Refused> {
    Stream::knock(stack, &student.person, &student.conversation, Memory::default(), options).await
}

/// A browser cannot read the status of a refused upgrade: it is let in and shown out.
async fn turned_away(stack: &Stack, student: &Student, pass: Pass, code: u16) {
    let shown = format!("{pass:?}");
    let mut stream = knock(stack, student, Options::pass(pass)).await.expect("a WebSocket");
    let (got, reason) = stream.end().await;
    assert_eq!(got, code, "{shown}: {reason}");
    assert!(reason.len() > 10, "{shown}: {reason:?} says nothing");
}

async fn used_twice(stack: &Stack, student: &Student) {
    let ticket = student.ticket(stack).await;
    let pass = || Options::pass(Pass::Ticket(ticket.clone()));
    let first = Stream::resume(stack, student, Memory::default(), pass()).await;
    let (code, reason) = knock(stack, student, pass()).await.expect("a WebSocket").end().await;
    assert_eq!(code, 4001, "{reason}");
    assert!(reason.contains("already used"), "{reason}");
    first.close().await;
}

pub async fn bad_frames_are_answered_and_the_fourth_ends_the_connection(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    let text = |text: &str| Message::Text(text.to_owned().into());
    let long =
        json!({ "type": "text_input", "text": "x".repeat(20_001), "clientMessageId": "m" }).to_string();
    let garbage: Vec<Message> = vec![
        text(""),
        text("{"),
        text("null"),
        text("hello"),
        text(r#"{"type":"sudo"}"#),
        text(r#"{"type":"text_input","text":"x","clientMessageId":"m","admin":true}"#),
        text(r#"{"type":"text_input","text":7,"clientMessageId":"m"}"#),
        text(r#"{"type":"text_input","text":" ","clientMessageId":"m"}"#),
        text(&long),
        text(
            r#"{"type":"audio_start","config":{"sampleRate":1,"encoding":"pcm","channels":1},"clientMessageId":"m"}"#,
        ),
        text(r#"{"type":"audio_chunk","data":"!!!"}"#),
        text(r#"{"type":"interrupt","heardMs":-1}"#),
        text(r#"{"type":7}"#),
        text(r#"[{"type":"ping"}]"#),
        text(&"[".repeat(10_000)),
        text(&format!(r#"{{"type":"text_input","clientMessageId":"m","text":{}"#, r#"{"a":"#.repeat(10_000))),
        Message::Binary(vec![1, 2, 3].into()),
        Message::Binary(Vec::new().into()),
        Message::Binary((0..=255).cycle().take(4_096).collect::<Vec<u8>>().into()),
        Message::Binary(vec![0; 64 * 1024 + 2].into()),
    ];
    undisturbed(stack, &class, async {
        let mut memory = Memory::default();
        for frames in garbage.chunks(3) {
            let mut stream = Stream::resume(stack, &student, memory, Options::default()).await;
            for frame in frames {
                stream.send_raw(frame.clone()).await;
                bad_frame(&mut stream, frame).await;
            }
            // Three are tolerated: the connection still serves.
            stream.send(json!({ "type": "ping" })).await;
            stream.until("pong").await;
            if frames.len() == 3 {
                stream.send_raw(text("a fourth")).await;
                let (code, reason) = stream.end().await;
                assert_eq!(code, 4000, "{reason}");
            }
            memory = stream.drain().await;
        }
        let mut stream = Stream::resume(stack, &student, memory, Options::default()).await;
        let most = "x".repeat(20_000);
        stream.say(&most).await;
        assert_eq!(stream.until("turn_stored").await["turn"]["text"], most, "20,000 are allowed");
        stream.answer().await;
        stream.close().await;
        assert_eq!(student.turns(stack).await.len(), 2, "nothing else was stored");
    })
    .await;
}

/// An error to this client alone, with words that help.
async fn bad_frame(stream: &mut Stream, frame: &Message) {
    let error = loop {
        match stream.next().await {
            Frame::Json(json) if json["type"] == "error" => break json,
            Frame::Json(json) => assert!(json["seq"].is_u64(), "{json}"),
            other => panic!("{other:?} after {frame:?}"),
        }
    };
    let shown: String = format!("{frame:?}").chars().take(200).collect();
    assert_eq!(error["code"], "VALIDATION_ERROR", "{shown}: {error}");
    assert!(error.get("seq").is_none(), "others do not see it: {error}");
    assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
}

/// RFC 6455, section 8.1: the connection fails with 1007, unless whoever received it makes do.
pub async fn text_that_is_no_text_disturbs_nobody(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    undisturbed(stack, &class, async {
        let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
        let bytes = b"{\"type\":\"text_input\",\"text\":\"\xff\xfe\xc0\x80\"}".to_vec();
        let frame = RawFrame::message(bytes, OpCode::Data(Data::Text), true);
        stream.send_raw(Message::Frame(frame)).await;
        match stream.next().await {
            Frame::Closed(code, reason) => assert!([1007, 4000].contains(&code), "{code} {reason}"),
            Frame::Json(error) => assert_eq!(error["code"], "VALIDATION_ERROR", "{error}"),
            other => panic!("{other:?}"),
        }
        drop(stream);
        assert_eq!(student.turns(stack).await.len(), 0);
    })
    .await;
}

pub async fn frames_too_large_disturb_nobody(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    undisturbed(stack, &class, async {
        let frame = |bytes: usize| {
            let text = "x".repeat(bytes);
            Message::Text(
                json!({ "type": "text_input", "text": text, "clientMessageId": "m" }).to_string().into(),
            )
        };
        let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
        for large in [frame(300_000), Message::Binary(vec![0; 300_000].into()), frame(1_000_000)] {
            stream.send_raw(large.clone()).await;
            bad_frame(&mut stream, &large).await;
        }
        drop(stream);
        // Beyond 1 MiB the platform may hang up by itself; it says so.
        for beyond in [frame(2_000_000), Message::Binary(vec![0; 2_000_000].into())] {
            let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
            stream.send_raw(beyond).await;
            match stream.next().await {
                Frame::Closed(code, reason) => assert!([1009, 4000].contains(&code), "{code} {reason}"),
                Frame::Json(error) => assert_eq!(error["code"], "VALIDATION_ERROR", "{error}"),
                other => panic!("{other:?}"),
            }
        }
        // The student is let in again, and heard.
        let mut stream = Stream::resume(stack, &student, Memory::default(), Options::default()).await;
        stream.say("Small frames are better, because they arrive.").await;
        stream.answer().await;
        stream.close().await;
    })
    .await;
}

pub async fn a_listener_only_listens(house: Arc<House>) {
    let stack = house.any().await;
    let _watch = stack.watch();
    let class = Class::open(stack).await;
    let student = class.student(stack, "student").await;
    undisturbed(stack, &class, async {
        let mut speaker = Stream::of(stack, &student).await;
        let teacher = &class.teacher;
        let own = ticket(stack, teacher, &student.conversation).await;
        let options = Options { pass: Pass::Ticket(own), ..Options::audio("base64") };
        let listener = Stream::open(stack, teacher, &student.conversation, Memory::default(), options).await;
        let mut listener = listener.unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!(listener.connected["role"], "listener");
        let chunk = Speech::of(&stack.sim, "Let me speak for my student.").await;
        listener.say("I am the teacher and speak for my student.").await;
        forbidden(&mut listener).await;
        listener.begin_to_speak(&chunk).await;
        forbidden(&mut listener).await;
        listener.send_sound(chunk.chunks().next().unwrap(), Encoding::Base64).await;
        forbidden(&mut listener).await;
        for frame in ["interrupt", "stop"] {
            listener.send(json!({ "type": frame })).await;
            forbidden(&mut listener).await;
        }
        // It hears and sees all, what was measured included.
        speaker.say("The teacher listens, because that is how it should be.").await;
        let told = speaker.answer().await;
        let seen = listener.answer().await;
        assert_eq!(told["hash"], seen["hash"]);
        assert!(!listener.sounds.is_empty());
        assert!(listener.memory.all("decision")[0]["features"].is_object());
        assert!(speaker.quiet(SETTLE).await.iter().all(|frame| !is_error(frame)));
        speaker.close().await;
        listener.close().await;
        assert_eq!(student.turns(stack).await.len(), 2);
    })
    .await;
}

fn is_error(frame: &Frame) -> bool {
    matches!(frame, Frame::Json(json) if json["type"] == "error")
}

async fn forbidden(listener: &mut Stream) {
    let error: Value = listener.until("error").await;
    assert_eq!(error["code"], "FORBIDDEN", "{error}");
    assert!(error.get("seq").is_none(), "{error}");
}
