//! Every meaning of a close: what is tried again, how often, and what the student is told.

use mentora_gemini::{Loss, ServerEvent};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::SessionState;
use mentora_wire::stream::client::TurnTaking;

use crate::scene::{Scene, codes, errors, events, openings, sent};

/// Meaning, how many openings a turn is worth when each is lost while it is opened and then while it answers, what the
/// student is told at the end, and a word of it.
const TABLE: [(Loss, usize, usize, ErrorCode, &str); 6] = [
    (Loss::RetryWithHandle, 3, 3, ErrorCode::UpstreamUnavailable, "again"),
    (Loss::RetryFresh, 3, 3, ErrorCode::UpstreamUnavailable, "again"),
    (Loss::FatalAuth, 1, 1, ErrorCode::UpstreamUnavailable, "teacher"),
    // A session that was accepted was not configured wrongly.
    (Loss::FatalConfig, 1, 3, ErrorCode::UpstreamUnavailable, "again"),
    (Loss::FatalRegion, 1, 1, ErrorCode::UpstreamUnavailable, "region"),
    (Loss::Quota, 1, 1, ErrorCode::UpstreamQuota, "quota"),
];

#[test]
fn each_loss_is_tried_again_as_often_as_it_can_help_and_told_once() {
    for (loss, while_opening, while_answering, code, word) in TABLE {
        for (accepted, expected) in [(false, while_opening), (true, while_answering)] {
            let mut scene = Scene::new();
            let mut all = scene.write("Screens are bad.");
            for _ in 0..10 {
                if accepted {
                    all.extend(scene.ready());
                }
                all.extend(scene.loses(loss));
                all.extend(scene.wait(60_000));
            }
            let what = format!("{loss:?}, accepted: {accepted}");
            assert_eq!(openings(&all).len(), expected, "{what}");
            assert_eq!(codes(&all), [code], "{what}");
            let error = &errors(&all)[0];
            let word = if loss == Loss::FatalConfig && !accepted { "teacher" } else { word };
            assert!(
                error.recoverable && (error.message.contains(word) || accepted),
                "{what}: {}",
                error.message
            );
            assert_eq!(scene.texts(), ["Screens are bad."], "{what}: the turn is kept");
            assert_eq!(scene.state.record().session, SessionState::Error, "{what}");
            // What the student says next is tried anew.
            let mut next = scene.write("Are they not?");
            next.extend(scene.wait(60_000));
            assert!(!openings(&next).is_empty(), "{what}");
        }
    }
}

#[test]
fn a_quota_that_is_used_up_is_left_alone_for_a_while() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    let effects = scene.loses(Loss::Quota);
    let wait = errors(&effects)[0].retry_in_ms.unwrap();
    assert!((30_000..40_000).contains(&wait), "{wait}");
    scene.wait(1_000);
    let mut early = scene.write("Are they not?");
    early.extend(scene.wait(28_000));
    assert_eq!(openings(&early), [], "not yet");
    assert_eq!(codes(&early), [], "the turn waits");
    assert_eq!(scene.state.record().session, SessionState::Connecting);
    assert_eq!(openings(&scene.wait(10_000)).len(), 1);
    scene.ready();
    scene.says("Why?");
    scene.ends();
    assert_eq!(scene.last_turn().text, "Why?");
}

#[test]
fn a_session_that_is_accepted_and_lost_over_and_over_is_not_opened_for_ever() {
    // The student holds the floor and has said nothing yet: nothing is asked, and the session is wanted.
    let mut scene = Scene::new();
    let mut all = scene.start(TurnTaking::Manual);
    for _ in 0..30 {
        all.extend(scene.ready());
        all.extend(scene.loses(Loss::RetryWithHandle));
        all.extend(scene.wait(2_500));
    }
    assert_eq!(openings(&all).len(), 3);
    assert_eq!(codes(&all).len(), 1, "they are asked to say it again");
}

#[test]
fn pauses_between_tries_grow_and_differ_between_conversations() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    let mut pauses = Vec::new();
    for _ in 0..2 {
        scene.loses(Loss::RetryWithHandle);
        let before = scene.now;
        while openings(&scene.wait(10)).is_empty() {}
        pauses.push(scene.now - before);
    }
    assert!((500..640).contains(&pauses[0]) && (1_000..1_270).contains(&pauses[1]), "{pauses:?}");
}

#[test]
fn a_handle_is_tried_twice_before_it_is_given_up() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.wait(31_000);
    let mut all = scene.write("Another thing entirely.");
    for _ in 0..2 {
        scene.loses(Loss::RetryWithHandle);
        all.extend(scene.wait(3_000));
    }
    let handles: Vec<_> = openings(&all).into_iter().map(|setup| setup.handle).collect();
    assert_eq!(handles, [Some("h1".into()), Some("h1".into()), None]);
    assert!(openings(&all)[2].system_instruction.contains("One thing."), "and what was said is told");
}

#[test]
fn a_setup_that_is_never_answered_is_given_up_without_its_handle() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.gets_handle("h1");
    scene.wait(31_000);
    let first = scene.write("Another thing entirely.");
    assert_eq!(openings(&first)[0].handle.as_deref(), Some("h1"));
    assert_eq!(openings(&scene.wait(11_900)), []);
    let second = scene.wait(2_000);
    assert_eq!(openings(&second)[0].handle, None);
    let rest = scene.wait(120_000);
    assert_eq!((openings(&rest).len(), codes(&rest)), (1, vec![ErrorCode::UpstreamUnavailable]));
}

#[test]
fn an_empty_turn_is_asked_again_once_and_charged_once() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.ready();
    scene.uses(400);
    let effects = scene.model(ServerEvent::TurnComplete);
    assert_eq!((sent(&effects).len(), events(&effects)), (1, vec![]), "in silence");
    scene.says("Why?");
    scene.ends();
    assert_eq!(scene.state.record().token_usage.input.text, 100, "nothing is charged for nothing");
    let told = scene.effects.clone();
    let metered =
        |event: &mentora_wire::stream::Event| matches!(event, mentora_wire::stream::Event::TokenUsage { .. });
    assert_eq!(events(&told).iter().filter(|event| metered(event)).count(), 1);
}

#[test]
fn a_second_empty_turn_is_told() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.ready();
    scene.model(ServerEvent::TurnComplete);
    let effects = scene.model(ServerEvent::TurnComplete);
    assert_eq!((sent(&effects), codes(&effects)), (vec![], vec![ErrorCode::UpstreamUnavailable]));
    assert_eq!(scene.state.record().cost.0, 0);
}
