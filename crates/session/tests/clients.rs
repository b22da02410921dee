//! Clients of a conversation: how many, how fast, by which way, and what becomes of them.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

#[path = "shared/mod.rs"]
mod shared;

use mentora_core::documents::EndReason;
use mentora_core::ids::UserId;
use mentora_session::{Connection, ConnectionId, Effect, FlushOutcome, Input, Posted};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame, CloseCode, Event, PrivateFrame, Seq, StreamRole};
use shared::client::{audio_start, connection, text_input};
use shared::told::closes;
use shared::{OWNER, Scene, facts};

impl Scene {
    fn new() -> Self {
        Self::empty(facts(), AudioMode::None)
    }

    fn subscribe(&mut self, user: &str) -> (ConnectionId, Vec<Effect>) {
        let connection = self.connection(user);
        (connection.id, self.feed(Input::Subscribed(connection)))
    }

    fn post(&mut self, frame: ClientFrame) -> Vec<Effect> {
        let user = UserId::new(OWNER).unwrap();
        self.feed(Input::Posted { post: 7, user, posted: Posted::Frame(frame) })
    }

    fn post_sound(&mut self, bytes: usize) -> Vec<Effect> {
        let user = UserId::new(OWNER).unwrap();
        self.feed(Input::Posted { post: 7, user, posted: Posted::Sound(bytes) })
    }

    /// Rings the alarm when it is due, as often as it is within so long; what came of it, with the times.
    fn rest(&mut self, ms: i64) -> Vec<(i64, Effect)> {
        let end = self.now + ms;
        let mut all = Vec::new();
        while let Some(at) = self.state.next_alarm().filter(|at| at.0 <= end) {
            self.now = self.now.max(at.0);
            let effects = self.feed(Input::Alarm);
            let flush = effects.iter().find_map(|effect| match effect {
                Effect::Flush(batch) => Some((batch.revision, batch.upto)),
                _ => None,
            });
            all.extend(effects.into_iter().map(|effect| (self.now, effect)));
            if let Some((revision, turns)) = flush {
                let outcome = FlushOutcome::Done { update_time: "t".into() };
                self.feed(Input::Flushed { revision, turns, outcome });
            }
        }
        self.now = end;
        all
    }
}

fn text(id: &str) -> ClientFrame {
    text_input("Screens are fine.", id)
}

fn refusal(effects: &[Effect]) -> Option<ErrorCode> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refused { post: 7, refusal } => Some(refusal.code),
        _ => None,
    })
}

fn error_to(effects: &[Effect], id: ConnectionId) -> Option<ErrorCode> {
    effects.iter().find_map(|effect| match effect {
        Effect::TellOne { connection, frame } if *connection == id => match &**frame {
            PrivateFrame::Error(error) => Some(error.code),
            _ => None,
        },
        _ => None,
    })
}

fn stored(effects: &[Effect]) -> usize {
    let is =
        |effect: &&Effect| matches!(effect, Effect::Tell(e) if matches!(e.event, Event::TurnStored { .. }));
    effects.iter().filter(is).count()
}

fn sent_away(effects: &[(i64, Effect)], id: ConnectionId) -> Option<(i64, i64)> {
    effects.iter().find_map(|(at, effect)| match effect {
        Effect::SendAway { connection, retry_ms } if *connection == id => Some((*at, *retry_ms)),
        _ => None,
    })
}

fn role_told(effects: &[Effect], id: ConnectionId) -> Option<StreamRole> {
    effects.iter().find_map(|effect| match effect {
        Effect::TellOne { connection, frame } if *connection == id => match &**frame {
            PrivateFrame::Connected { role, .. } => Some(*role),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn fifty_listen_in_and_for_one_more_there_is_no_room_but_for_the_student() {
    let mut scene = Scene::new();
    let owner = UserId::new(OWNER).unwrap();
    for n in 0..50 {
        let teacher = UserId::new(format!("teacher{n}")).unwrap();
        assert!(scene.state.has_room_for(&teacher), "{n}");
        scene.come(teacher.as_str());
    }
    let late = UserId::new("teacher0").unwrap();
    assert!(!scene.state.has_room_for(&late));
    assert!(scene.state.has_room_for(&owner));
    scene.feed(Input::Disconnected { connection: ConnectionId(3) });
    assert!(scene.state.has_room_for(&late));
}

#[test]
fn of_the_students_own_connections_the_oldest_makes_room_for_the_sixth() {
    let mut scene = Scene::new();
    let (first, _) = scene.come(OWNER);
    for _ in 0..4 {
        let (_, effects) = scene.come(OWNER);
        assert_eq!(closes(&effects), []);
    }
    let (_, effects) = scene.subscribe(OWNER);
    assert_eq!(closes(&effects), [(first, CloseCode::TakenOver)]);
}

#[test]
fn a_crash_in_the_middle_of_making_room_leaves_no_sixth() {
    let mut scene = Scene::new();
    let connections: Vec<Connection> = (0..6).map(|_| scene.connection(OWNER)).collect();
    let first = connections[0].id;
    let effects = scene.feed(Input::Woke { connections });
    assert_eq!(closes(&effects), [(first, CloseCode::TakenOver)]);
}

#[test]
fn a_flood_of_frames_is_told_then_closed_and_disturbs_nobody_else() {
    let mut scene = Scene::new();
    let (student, _) = scene.come(OWNER);
    let (teacher, _) = scene.come("teacher");
    for _ in 0..200 {
        let effects = scene.frame_of(teacher, ClientFrame::Ping { received: None });
        assert_eq!(closes(&effects), []);
    }
    let effects = scene.frame_of(teacher, ClientFrame::Ping { received: None });
    assert_eq!(error_to(&effects, teacher), Some(ErrorCode::RateLimited));
    assert_eq!(closes(&effects), [(teacher, CloseCode::RateExceeded)]);
    assert_eq!(stored(&scene.frame_of(student, text("m"))), 1);
}

#[test]
fn two_hundred_frames_a_second_may_go_on_for_ever() {
    let mut scene = Scene::new();
    let (student, _) = scene.come(OWNER);
    for n in 0..5_000 {
        scene.now = n * 5;
        assert_eq!(closes(&scene.frame_of(student, ClientFrame::Ping { received: None })), [], "{n}");
    }
}

#[test]
fn bad_frames_count_as_frames() {
    let mut scene = Scene::new();
    let (student, _) = scene.come(OWNER);
    for _ in 0..200 {
        scene.frame_of(student, ClientFrame::Ping { received: None });
    }
    let effects = scene.feed(Input::BadFrame { connection: student, problem: "no".into() });
    assert_eq!(closes(&effects), [(student, CloseCode::RateExceeded)]);
}

#[test]
fn sound_may_come_half_as_fast_again_as_it_is_spoken_and_ten_seconds_at_once() {
    let mut scene = Scene::new();
    let (student, _) = scene.come(OWNER);
    scene.frame_of(student, audio_start("v", TurnTaking::Manual));
    // 3,200 bytes are 100 ms.
    let chunk = Input::AudioChunk { connection: student, bytes: 3_200 };
    for n in 0..100 {
        assert_eq!(closes(&scene.feed(chunk.clone())), [], "{n}");
    }
    for n in 0..100 {
        scene.now += 67;
        assert_eq!(closes(&scene.feed(chunk.clone())), [], "{n}");
    }
    let effects = scene.feed(chunk);
    assert_eq!(error_to(&effects, student), Some(ErrorCode::RateLimited));
    assert_eq!(closes(&effects), [(student, CloseCode::RateExceeded)]);
    // What was said until then counts as said, and that is stored, too.
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Write(_))), "{effects:?}");
    assert!(scene.state.record().owed.is_some());
}

#[test]
fn a_new_life_begins_with_a_full_allowance() {
    let mut scene = Scene::new();
    let (student, _) = scene.come(OWNER);
    for _ in 0..200 {
        scene.frame_of(student, ClientFrame::Ping { received: None });
    }
    scene.crashes(vec![connection(student, OWNER, AudioMode::None)]);
    assert_eq!(closes(&scene.frame_of(student, ClientFrame::Ping { received: None })), []);
}

#[test]
fn who_reads_too_slowly_is_closed_and_what_was_being_said_counts() {
    let mut scene = Scene::new();
    let (student, _) = scene.come(OWNER);
    scene.frame_of(student, audio_start("v", TurnTaking::Manual));
    scene.feed(Input::AudioChunk { connection: student, bytes: 3_200 });
    let effects = scene.feed(Input::TooSlow { connection: student });
    assert_eq!(closes(&effects), [(student, CloseCode::TooSlow)]);
    assert!(scene.state.record().owed.is_some());
    assert_eq!(closes(&scene.feed(Input::TooSlow { connection: ConnectionId(99) })).len(), 1, "harmless");
}

#[test]
fn events_that_have_nothing_to_tell_end_with_advice_and_the_longer_nothing_happens_the_rarer_they_are() {
    let mut scene = Scene::new();
    let mut awake = 0;
    let (reader, _) = scene.subscribe(OWNER);
    let (at, retry) = sent_away(&scene.rest(60_000), reader).unwrap();
    assert_eq!((at, retry), (45_000, 11_250), "45 s after the last event");
    assert_eq!(scene.state.next_alarm(), None, "nothing keeps the object awake");
    scene.now = 10 * 60_000;
    for _ in 0..20 {
        let came = scene.now;
        let (reader, _) = scene.subscribe(OWNER);
        let (at, retry) = sent_away(&scene.rest(10_000), reader).unwrap();
        assert_eq!((at - came, retry), (5_000, 60_000));
        awake += at - came;
        scene.now = at + retry;
    }
    assert!(awake * 10 < scene.now - 10 * 60_000, "awake for {awake} ms");
}

#[test]
fn events_go_on_while_something_happens() {
    let mut scene = Scene::new();
    let (reader, _) = scene.subscribe(OWNER);
    scene.rest(40_000);
    scene.frame_of(reader, text("m"));
    let effects = scene.rest(11_000);
    assert_eq!(sent_away(&effects, reader), None, "an answer is owed");
    scene.answer("And why?");
    let told = scene.now;
    let effects = scene.rest(120_000);
    let (at, _) = sent_away(&effects, reader).unwrap();
    assert!(at >= told + 45_000, "{at} is less than 45 s after {told}");
}

#[test]
fn a_socket_is_never_sent_away() {
    let mut scene = Scene::new();
    let (socket, _) = scene.come(OWNER);
    let effects = scene.rest(600_000);
    assert_eq!(sent_away(&effects, socket), None);
}

#[test]
fn a_socket_takes_over_from_events_and_events_from_a_socket() {
    let mut scene = Scene::new();
    let (events, _) = scene.subscribe(OWNER);
    let (socket, effects) = scene.come(OWNER);
    assert_eq!(role_told(&effects, events), Some(StreamRole::Listener));
    assert_eq!(role_told(&effects, socket), Some(StreamRole::Speaker));
    let (again, effects) = scene.subscribe(OWNER);
    assert_eq!(role_told(&effects, socket), Some(StreamRole::Listener));
    assert_eq!(role_told(&effects, again), Some(StreamRole::Speaker));
}

#[test]
fn events_are_told_what_was_missed_and_an_end_that_came_meanwhile() {
    let mut scene = Scene::new();
    scene.post(text("m"));
    scene.answer("And why?");
    scene.feed(Input::End { reason: EndReason::InstructorEnded });
    let newest = scene.state.record().last_seq;
    let (reader, effects) = scene.subscribe(OWNER);
    let replayed = |effect: &Effect| matches!(effect, Effect::Replay { connection, after: Seq(0), .. } if *connection == reader);
    assert!(effects.iter().any(replayed));
    assert_eq!(closes(&effects), [(reader, CloseCode::Ended)]);
    assert!(!scene.state.has_nothing_after(Seq(newest.0 - 1)));
    assert!(scene.state.has_nothing_after(newest));
}

#[test]
fn a_posted_text_is_one_turn_however_often_it_comes_and_needs_no_stream() {
    let mut scene = Scene::new();
    let effects = scene.post(text("m"));
    assert_eq!((stored(&effects), refusal(&effects)), (1, None));
    let effects = scene.post(text("m"));
    assert_eq!((stored(&effects), refusal(&effects)), (0, None));
    let effects = scene.post(text("another"));
    assert_eq!((stored(&effects), refusal(&effects)), (0, Some(ErrorCode::TurnInProgress)));
}

#[test]
fn a_refusal_of_what_was_posted_is_its_answer_and_not_told_on_the_stream() {
    let mut scene = Scene::new();
    let (reader, _) = scene.subscribe(OWNER);
    scene.post(text("m"));
    let effects = scene.post(text("another"));
    assert_eq!(refusal(&effects), Some(ErrorCode::TurnInProgress));
    assert_eq!(error_to(&effects, reader), None);
    let effects = scene.frame_of(reader, text("a third"));
    assert_eq!(
        error_to(&effects, reader),
        Some(ErrorCode::TurnInProgress),
        "and frames are answered as ever"
    );
}

#[test]
fn posted_speech_is_the_speakers_who_listens_by_events() {
    let mut scene = Scene::new();
    assert_eq!(
        refusal(&scene.post(audio_start("v", TurnTaking::Manual))),
        Some(ErrorCode::Conflict),
        "nobody listens"
    );
    assert_eq!(refusal(&scene.post_sound(3_200)), Some(ErrorCode::Conflict));
    let (reader, _) = scene.subscribe(OWNER);
    assert_eq!(refusal(&scene.post_sound(3_200)), Some(ErrorCode::ValidationError), "before `audio_start`");
    assert_eq!(refusal(&scene.post(audio_start("v", TurnTaking::Manual))), None);
    let effects = scene.post_sound(3_200);
    assert!(effects.contains(&Effect::HoldAudio), "{effects:?}");
    // The reader goes: what was said counts as said.
    scene.feed(Input::Disconnected { connection: reader });
    assert!(scene.state.record().owed.is_some());
}

#[test]
fn what_is_posted_is_limited_like_what_comes_on_a_socket() {
    let mut scene = Scene::new();
    for _ in 0..200 {
        assert_eq!(refusal(&scene.post(ClientFrame::Ping { received: None })), None);
    }
    assert_eq!(refusal(&scene.post(text("m"))), Some(ErrorCode::RateLimited));
    scene.now += 1_000;
    assert_eq!(refusal(&scene.post(text("m"))), None);
}

#[test]
fn hello_is_not_for_the_post_and_the_end_is() {
    let mut scene = Scene::new();
    let effects = scene.post(ClientFrame::Hello { cursor: None });
    assert_eq!(refusal(&effects), Some(ErrorCode::ValidationError));
    let (reader, _) = scene.subscribe(OWNER);
    let effects = scene.post(ClientFrame::Stop { reason: None });
    assert_eq!(closes(&effects), [(reader, CloseCode::Ended)]);
    assert_eq!(refusal(&scene.post(text("m"))), Some(ErrorCode::ConversationClosed));
}
