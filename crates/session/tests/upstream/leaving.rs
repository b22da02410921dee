//! GoAway: the model has said that it will close the socket.

use mentora_gemini::{ClientMessage, Loss, ServerEvent};
use mentora_session::Effect;

use crate::scene::{Scene, closes, codes, openings, sent};

#[test]
fn an_idle_session_is_left_at_once_and_the_next_is_opened_when_it_is_needed() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    let effects = scene.told_to_leave(50_000);
    assert_eq!((closes(&effects), openings(&effects).len()), (1, 0));
    assert_eq!(openings(&scene.wait(600_000)), [], "nobody asked for another");
    let setup = openings(&scene.write("Another thing entirely.")).remove(0);
    assert_eq!(setup.handle.as_deref(), Some("h1"));
}

#[test]
fn a_rotated_session_says_nothing_that_nobody_asked_for() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.told_to_leave(50_000);
    scene.write("Another thing entirely.");
    let effects = scene.ready();
    assert_eq!(sent(&effects).len(), 1, "the turn that waits, once: {effects:?}");
    scene.says("Says who?");
    scene.ends();
    assert_eq!(scene.texts(), ["One thing.", "Why?", "Another thing entirely.", "Says who?"]);
}

#[test]
fn an_answer_is_given_to_its_end_before_the_session_is_left() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.ready();
    scene.says("What makes");
    assert_eq!(closes(&scene.told_to_leave(50_000)), 0);
    scene.wait(10_000);
    scene.says(" you say so?");
    assert_eq!(closes(&scene.ends()), 1);
    assert_eq!(scene.last_turn().text, "What makes you say so?");
    assert!(!scene.last_turn().truncated);
}

#[test]
fn an_answer_that_outlasts_the_session_is_kept_as_far_as_it_came_and_given_again() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.write("Another thing entirely.");
    scene.says("What makes");
    scene.told_to_leave(10_000);
    let early = scene.wait(7_900);
    assert_eq!(closes(&early), 0);
    scene.says(" you");
    let effects = scene.wait(2_000);
    let close = effects.iter().position(|effect| *effect == Effect::CloseModel).unwrap();
    let open = effects.iter().position(|effect| matches!(effect, Effect::OpenModel { .. })).unwrap();
    assert!(close < open, "the old one is closed before the new one is opened");
    assert_eq!(openings(&effects)[0].handle.as_deref(), Some("h1"));
    assert_eq!(scene.last_turn().text, "What makes you");
    assert!(scene.last_turn().truncated);
    let effects = scene.ready();
    assert!(matches!(&sent(&effects)[..], [ClientMessage::Said { .. }]), "{effects:?}");
    scene.says("Says who?");
    scene.ends();
    let texts = ["One thing.", "Why?", "Another thing entirely.", "What makes you", "Says who?"];
    assert_eq!(scene.texts(), texts);
}

#[test]
fn a_student_who_speaks_is_not_interrupted_until_time_is_up() {
    let mut scene = Scene::new();
    scene.begin_to_speak();
    scene.ready();
    scene.told_to_leave(20_000);
    assert_eq!(closes(&scene.wait(17_000)), 0);
    let effects = scene.wait(2_000);
    assert_eq!((closes(&effects), codes(&effects).len()), (1, 1), "they are asked to say it again");
}

#[test]
fn told_twice_the_earlier_end_counts() {
    for times in [[50_000, 10_000], [10_000, 50_000]] {
        let mut scene = Scene::new();
        scene.write("One thing.");
        scene.ready();
        scene.says("What makes");
        for time in times {
            scene.told_to_leave(time);
        }
        assert_eq!(closes(&scene.wait(7_900)), 0, "{times:?}");
        scene.says(" you");
        assert_eq!(closes(&scene.wait(200)), 1, "{times:?}");
    }
}

#[test]
fn told_while_opening_it_is_remembered() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.told_to_leave(20_000);
    let effects = scene.ready();
    assert_eq!(sent(&effects).len(), 1, "there is time for an answer");
    scene.says("Why?");
    assert_eq!(closes(&scene.ends()), 1);
}

#[test]
fn a_model_that_never_leaves_time_is_given_up_after_a_few_tries() {
    let mut scene = Scene::new();
    let mut all = scene.write("One thing.");
    for _ in 0..20 {
        all.extend(scene.told_to_leave(0));
        all.extend(scene.ready());
        all.extend(scene.wait(5_000));
    }
    assert_eq!(openings(&all).len(), 3, "three tries, and no more");
    assert_eq!(codes(&all).len(), 1);
}

#[test]
fn the_close_that_was_announced_is_an_ordinary_loss() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.ready();
    scene.says("What makes");
    scene.told_to_leave(50_000);
    scene.loses(Loss::RetryWithHandle);
    assert_eq!(openings(&scene.wait(2_000)).len(), 1);
    scene.ready();
    scene.says("Why?");
    let effects = scene.ends();
    assert_eq!(closes(&effects), 0, "the new one was not told to leave");
    assert_eq!(scene.texts(), ["One thing.", "What makes", "Why?"]);
}

#[test]
fn without_a_goaway_a_lost_session_is_opened_again_when_it_is_needed() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    let effects = scene.loses(Loss::RetryWithHandle);
    assert_eq!((codes(&effects), openings(&scene.wait(60_000))), (vec![], vec![]), "nobody waits for it");
    assert_eq!(openings(&scene.write("Another thing."))[0].handle.as_deref(), Some("h1"));
}

#[test]
fn what_a_session_says_once_it_is_left_changes_nothing() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.told_to_leave(50_000);
    let turns = scene.state.turns().to_vec();
    let cost = scene.state.record().cost;
    scene.uses(7_000);
    scene.says("And");
    scene.model(ServerEvent::TurnComplete);
    scene.loses(Loss::FatalAuth);
    scene.wait(60_000);
    assert_eq!(scene.state.turns(), turns);
    assert_eq!(scene.state.record().cost, cost);
}

#[test]
fn a_time_that_nobody_can_mean_is_no_time_to_wait_for() {
    for time in [i64::MIN, -5_000, i64::MAX] {
        let mut scene = Scene::new();
        scene.write("One thing.");
        scene.ready();
        scene.says("Why?");
        scene.told_to_leave(time);
        scene.ends();
        scene.wait(60_000);
        assert_eq!(scene.state.record().owed, None, "{time}");
    }
}
