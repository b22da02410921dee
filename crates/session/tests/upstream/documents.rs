//! `streamingSessions/…`: one document for each opening, which follows what the session does.

use mentora_core::documents::EndReason;
use mentora_gemini::Loss;
use mentora_session::{Effect, FlushOutcome, Input, SessionVersion};
use mentora_wire::stream::SessionState;

use crate::scene::{Scene, openings, writes};

#[test]
fn a_document_follows_its_session_to_its_end() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    let first = writes(&scene.wait(2_000)).remove(0);
    assert_eq!((first.id.as_str(), &first.version), ("c-s1", &SessionVersion::Missing));
    assert_eq!(first.document.state, SessionState::Connecting);
    scene.ready();
    let answering = writes(&scene.wait(5_000)).pop().unwrap();
    assert_eq!(answering.document.state, SessionState::AiResponding);
    scene.says("Why?");
    scene.ends();
    let active = writes(&scene.wait(5_000)).pop().unwrap();
    assert_eq!(active.document.state, SessionState::Active);
    assert_eq!((active.document.token_usage.input, active.document.token_usage.output), (100, 25));
    assert_eq!(active.document.token_usage.estimated_cost, scene.state.record().cost);
    let ended = writes(&scene.wait(60_000)).pop().unwrap();
    assert_eq!(ended.document.state, SessionState::Paused);
    assert!(ended.document.ended_at.is_some() && ended.document.error_message.is_none());
    assert_eq!((ended.id.as_str(), ended.document.started_at), ("c-s1", first.document.started_at));
    assert_eq!(writes(&scene.wait(600_000)), [], "and then there is nothing more to say");
}

#[test]
fn the_next_opening_is_another_document() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.wait(60_000);
    scene.write("Another thing entirely.");
    let second = writes(&scene.wait(2_000)).pop().unwrap();
    assert_eq!((second.id.as_str(), &second.version), ("c-s2", &SessionVersion::Missing));
    assert_eq!(second.document.gemini_session_id.as_deref(), Some("h1"));
    assert_eq!(second.document.token_usage.input, 0);
}

#[test]
fn speech_says_what_it_is_like() {
    let mut scene = Scene::new();
    scene.begin_to_speak();
    scene.ready();
    let speaking = writes(&scene.wait(4_000)).pop().unwrap();
    assert_eq!(speaking.document.state, SessionState::UserSpeaking);
    assert_eq!(speaking.document.audio_config.unwrap().sample_rate, 16_000);
}

#[test]
fn the_conversation_names_its_session_while_it_runs() {
    let mut scene = Scene::new();
    assert_eq!(scene.state.snapshot().streaming_session, None);
    scene.write("One thing.");
    assert_eq!(scene.state.snapshot().streaming_session.unwrap().as_str(), "c-s1");
    scene.ready();
    scene.says("Why?");
    scene.ends();
    scene.wait(31_000);
    assert_eq!(scene.state.snapshot().streaming_session, None);
}

#[test]
fn a_failure_is_said_in_the_document() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.loses(Loss::FatalRegion);
    let failed = writes(&scene.wait(5_000)).pop().unwrap();
    assert_eq!(failed.document.state, SessionState::Error);
    assert!(failed.document.error_message.unwrap().contains("region") && failed.document.ended_at.is_some());
}

#[test]
fn the_end_of_the_conversation_is_the_end_of_its_session() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.feed(Input::End { reason: EndReason::StudentEnded });
    let closed = writes(&scene.wait(5_000)).pop().unwrap();
    assert_eq!(closed.document.state, SessionState::Closed);
    assert!(closed.document.ended_at.is_some());
}

#[test]
fn changes_are_gathered() {
    let mut scene = Scene::new();
    let mut all = Vec::new();
    for n in 0..20 {
        all.extend(scene.write(&format!("Thing number {n}.")));
        all.extend(scene.ready());
        scene.says("Why?");
        all.extend(scene.ends());
        all.extend(scene.wait(500));
    }
    let count = writes(&all).len();
    assert!((4..=6).contains(&count), "{count} writes in ten seconds");
}

#[test]
fn one_write_is_under_way_and_what_happens_meanwhile_is_in_the_next() {
    let mut scene = Scene::new();
    scene.keeps = false;
    scene.write("One thing.");
    let first = writes(&scene.wait(2_000)).remove(0);
    scene.ready();
    scene.says("Why?");
    scene.ends();
    assert_eq!(writes(&scene.wait(60_000)), [], "not before the first is answered");
    scene.kept(&first, FlushOutcome::Done { update_time: "v1".into() });
    let second = writes(&scene.wait(3_000)).remove(0);
    assert_eq!(second.version, SessionVersion::Known("v1".into()));
    assert_eq!(second.document.state, SessionState::Paused);
}

#[test]
fn a_write_of_which_nobody_knows_is_made_again_over_what_is_there() {
    let mut scene = Scene::new();
    scene.keeps = false;
    scene.write("One thing.");
    let first = writes(&scene.wait(2_000)).remove(0);
    scene.kept(&first, FlushOutcome::Unsure);
    let again = writes(&scene.wait(3_000)).remove(0);
    assert_eq!((&again.id, &again.version), (&first.id, &SessionVersion::Unknown));
}

#[test]
fn a_store_that_takes_no_sessions_holds_up_no_turns() {
    let mut scene = Scene::new();
    scene.keeps = false;
    let mut flushed = 0;
    for n in 0..19 {
        scene.talk(&format!("Thing number {n}."), "Why?");
        for effect in scene.wait(40_000) {
            match effect {
                Effect::KeepSession(write) => {
                    scene.kept(&write, FlushOutcome::Unavailable);
                }
                Effect::Flush(batch) => {
                    flushed = batch.upto;
                    let outcome = FlushOutcome::Done { update_time: "1".into() };
                    let (revision, turns) = (batch.revision, batch.upto);
                    scene.feed(Input::Flushed { revision, turns, outcome });
                }
                _ => {}
            }
        }
    }
    assert_eq!((flushed, scene.state.turns().len()), (38, 38));
    assert!(scene.state.record().sessions.opened > 16);
    assert!(scene.state.record().sessions.kept.len() <= 16, "what cannot be written does not pile up");
}

#[test]
fn a_document_that_is_refused_is_given_up_and_the_next_one_tried() {
    let mut scene = Scene::new();
    scene.keeps = false;
    scene.write("One thing.");
    let first = writes(&scene.wait(2_000)).remove(0);
    scene.kept(&first, FlushOutcome::Refused("no".into()));
    assert_eq!(writes(&scene.wait(5_000)), []);
    scene.ready();
    assert_eq!(writes(&scene.wait(5_000)).len(), 1, "what has changed since may be taken");
}

#[test]
fn a_session_that_was_open_when_the_object_died_is_marked_as_ended() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.wait(5_000);
    let effects = scene.dies();
    assert_eq!(openings(&effects), [], "nothing waits for an answer");
    let ended = writes(&scene.wait(2_000)).remove(0);
    assert_eq!((ended.id.as_str(), ended.document.state), ("c-s1", SessionState::Paused));
    assert!(ended.document.ended_at.is_some());
    assert_eq!(ended.version, SessionVersion::Unknown, "a write may have been under way");
    // And numbers are not given twice.
    scene.write("Another thing.");
    assert_eq!(writes(&scene.wait(5_000)).pop().unwrap().id.as_str(), "c-s2");
}
