//! Handles: which one is taken up, what a session that is resumed by it is told, and when one is given up.

use mentora_gemini::{Loss, ServerEvent};

use crate::scene::{Scene, closes, codes, openings, sent};

#[test]
fn an_update_without_a_handle_leaves_the_newest_one() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.write("Another thing entirely.");
    scene.model(ServerEvent::Resumable(None));
    scene.says("Says who?");
    scene.ends();
    scene.wait(31_000);
    assert_eq!(openings(&scene.write("My teacher does."))[0].handle.as_deref(), Some("h1"));
}

#[test]
fn of_two_handles_the_newer_is_taken() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.gets_handle("h2");
    scene.wait(31_000);
    assert_eq!(openings(&scene.write("Another thing."))[0].handle.as_deref(), Some("h2"));
}

#[test]
fn a_handle_that_came_in_the_middle_of_an_answer_may_not_know_it() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.ready();
    scene.says("What makes you");
    scene.gets_handle("in the middle");
    scene.says(" say so?");
    scene.ends();
    scene.wait(31_000);
    let setup = openings(&scene.write("Another thing entirely.")).remove(0);
    assert_eq!(setup.handle.as_deref(), Some("in the middle"));
    for told in ["One thing.", "What makes you say so?"] {
        assert!(setup.system_instruction.contains(told), "{told}");
    }
}

#[test]
fn a_turn_that_was_lost_after_such_a_handle_is_asked_again() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.ready();
    scene.says("What makes you");
    scene.gets_handle("in the middle");
    scene.loses(Loss::RetryWithHandle);
    let effects = scene.wait(2_000);
    assert_eq!(openings(&effects)[0].handle.as_deref(), Some("in the middle"));
    assert_eq!(sent(&scene.ready()).len(), 1);
}

#[test]
fn a_handle_that_nobody_knows_any_more_is_replaced_by_what_was_said() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.wait(31_000);
    scene.write("Another thing entirely.");
    scene.loses(Loss::RetryFresh);
    let effects = scene.wait(2_000);
    let setup = openings(&effects).remove(0);
    assert_eq!(setup.handle, None);
    assert!(setup.system_instruction.contains("One thing.") && setup.system_instruction.contains("Why?"));
    assert_eq!(codes(&effects), [], "the student notices nothing");
}

#[test]
fn a_handle_grows_too_old() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.wait(2 * 60 * 60 * 1_000);
    let setup = openings(&scene.write("Another thing entirely.")).remove(0);
    assert_eq!(setup.handle, None);
    assert!(setup.system_instruction.contains("One thing."));
}

/// A session that is resumed, accepts its setup, and never speaks.
#[test]
fn a_poisoned_handle_is_followed_by_fresh_sessions_and_these_by_an_end() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("poisoned");
    scene.wait(31_000);
    let mut all = scene.write("Another thing entirely.");
    for _ in 0..10 {
        all.extend(scene.ready());
        all.extend(scene.wait(20_000));
    }
    let handles: Vec<_> = openings(&all).into_iter().map(|setup| setup.handle).collect();
    assert_eq!(handles, [Some("poisoned".into()), None, None]);
    assert_eq!((closes(&all), codes(&all).len()), (3, 1));
    assert_eq!(scene.wait(3_600_000), [], "and then nothing happens any more");
}

#[test]
fn a_session_whose_setup_is_accepted_twice_is_one() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    assert_eq!(sent(&scene.ready()).len(), 1);
    assert_eq!(sent(&scene.ready()), []);
    scene.says("Why?");
    scene.ready();
    scene.ends();
    assert_eq!(scene.texts(), ["One thing.", "Why?"]);
    assert!(scene.last_turn().usage.is_some());
}
