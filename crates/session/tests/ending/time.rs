//! The time limit and inactivity.

use mentora_core::documents::{AiConfig, EndReason};
use mentora_core::time::Millis;
use mentora_gemini::ServerEvent;
use mentora_session::{Effect, Input, Way};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{ClientFrame, CloseCode};

use crate::scene::{HOUR, MINUTE, Scene, closes, endings, refusals, warnings};

fn limited(minutes: u32) -> Scene {
    let limit = Some(minutes);
    Scene::new(AiConfig { time_limit_minutes: limit, auto_terminate: false, ..AiConfig::default() })
}

#[test]
fn the_time_runs_from_the_first_turn_and_not_from_when_the_page_was_opened() {
    let mut scene = limited(10);
    scene.wait(300 * HOUR);
    assert_eq!(scene.state.next_alarm(), None, "reading the question wakes nobody");
    scene.exchange("Screens are bad for sleep.");
    scene.wait(9 * MINUTE);
    assert_eq!(scene.reason(), None);
    scene.wait(MINUTE);
    assert_eq!(scene.reason(), Some(EndReason::TimeLimit));
}

#[test]
fn the_student_is_warned_once_five_minutes_before_or_in_the_last_fifth() {
    for (minutes, before) in [(45, 5 * MINUTE), (10, 2 * MINUTE), (1, MINUTE / 5)] {
        let mut scene = limited(minutes);
        let over = i64::from(minutes) * MINUTE;
        scene.exchange("Screens are bad for sleep.");
        scene.wait(over - before - 1);
        assert!(warnings(&scene.effects).is_empty());
        scene.wait(1);
        assert_eq!(warnings(&scene.effects), [over], "{minutes}");
        scene.exchange("And they are bad for the eyes.");
        scene.crash();
        scene.connect();
        scene.wait(before - 1);
        assert_eq!(warnings(&scene.effects), [over], "once, whoever dies");
        assert_eq!(scene.reason(), None);
        scene.wait(1);
        assert_eq!(scene.reason(), Some(EndReason::TimeLimit));
    }
}

#[test]
fn an_answer_under_way_comes_to_its_end_and_so_does_the_conversation() {
    let mut scene = limited(1);
    scene.exchange("Screens are bad for sleep.");
    scene.wait(MINUTE - 1_000);
    scene.write("They shine in blue.");
    scene.model(ServerEvent::SetupComplete);
    scene.model(ServerEvent::Spoke("And a lamp".into()));
    scene.wait(2_000);
    assert_eq!(scene.reason(), None, "the tutor is speaking");
    assert_eq!(refusals(&scene.write("Wait!")), [ErrorCode::ConversationClosed], "the student has spoken");
    scene.model(ServerEvent::Spoke(", does it not?".into()));
    scene.model(ServerEvent::GenerationComplete);
    assert_eq!(scene.reason(), Some(EndReason::TimeLimit));
    assert_eq!(scene.state.turns().last().unwrap().text, "And a lamp, does it not?");
    assert!(!scene.state.turns().last().unwrap().truncated);
}

#[test]
fn who_speaks_when_the_time_is_over_is_heard_and_answered() {
    let mut scene = limited(1);
    scene.exchange("Screens are bad for sleep.");
    scene.wait(MINUTE - 1_000);
    scene.start(TurnTaking::Manual);
    scene.utter(32_000);
    scene.wait(5_000);
    assert_eq!(scene.reason(), None, "the student is speaking");
    scene.frame(ClientFrame::AudioEnd {});
    scene.model(ServerEvent::HeardStudent("They keep me awake.".into()));
    scene.answer("Since when?");
    assert_eq!(scene.reason(), Some(EndReason::TimeLimit));
    let said: Vec<_> = scene.state.turns().iter().rev().take(2).map(|turn| turn.text.as_str()).collect();
    assert_eq!(said, ["Since when?", "They keep me awake."]);
}

#[test]
fn who_speaks_and_is_never_understood_does_not_keep_it_open() {
    let mut scene = limited(1);
    scene.exchange("Screens are bad for sleep.");
    scene.wait(MINUTE - 1_000);
    scene.write("They shine in blue.");
    // The model never answers, and is given up.
    scene.wait(10 * MINUTE);
    assert_eq!(scene.reason(), Some(EndReason::TimeLimit));
}

#[test]
fn an_alarm_that_rings_late_gives_nobody_more_time() {
    let mut scene = limited(10);
    scene.exchange("Screens are bad for sleep.");
    scene.now += 11 * MINUTE;
    let effects = scene.write("One more thing.");
    assert_eq!(endings(&effects), [EndReason::TimeLimit]);
    assert_eq!(scene.state.turns().len(), 2);
    assert!(warnings(&scene.effects).is_empty(), "there is nothing left to warn of");
}

#[test]
fn who_comes_after_the_time_is_told_of_the_end_once() {
    for hello in [false, true] {
        let mut scene = limited(10);
        scene.exchange("Screens are bad for sleep.");
        scene.now += 11 * MINUTE;
        let effects = match hello {
            true => scene.frame(ClientFrame::Hello { cursor: None }),
            false => scene.connect(),
        };
        // What is replayed is read after all was written: what is told beside it would be told twice.
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Replay { .. })));
        assert!(endings(&effects).is_empty(), "{effects:#?}");
        assert!(scene.state.next_alarm().unwrap() <= Millis(scene.now), "the alarm rings at once");
        let effects = scene.feed(Input::Alarm);
        assert_eq!(
            (endings(&effects), closes(&effects)),
            (vec![EndReason::TimeLimit], vec![CloseCode::Ended])
        );
    }
}

#[test]
fn a_clock_that_jumps_ends_it_once() {
    let mut scene = limited(10);
    scene.exchange("Screens are bad for sleep.");
    scene.now += 1_000 * HOUR;
    scene.crash();
    scene.feed(Input::Alarm);
    scene.feed(Input::Alarm);
    assert_eq!(endings(&scene.effects), [EndReason::TimeLimit], "of two reasons the nearer one");
    scene.now -= 2_000 * HOUR;
    scene.feed(Input::Alarm);
    assert_eq!(endings(&scene.effects).len(), 1);
}

#[test]
fn opened_again_it_has_the_whole_time_once_more_from_the_next_turn() {
    let mut scene = limited(10);
    scene.exchange("Screens are bad for sleep.");
    scene.wait(10 * MINUTE);
    scene.store();
    scene.tallied(Way::In);
    scene.store();
    assert_eq!(scene.reopen(), Ok(()));
    scene.wait(HOUR);
    assert_eq!(scene.reason(), None, "nobody has said anything yet");
    let from = scene.now;
    scene.exchange("I slept badly again.");
    scene.wait(8 * MINUTE);
    assert_eq!(warnings(&scene.effects).last(), Some(&(from + 10 * MINUTE)));
    scene.wait(2 * MINUTE);
    assert_eq!(scene.reason(), Some(EndReason::TimeLimit));
}

#[test]
fn what_nobody_touches_for_three_days_ends() {
    let mut scene = Scene::new(AiConfig::default());
    scene.exchange("Screens are bad for sleep.");
    scene.store();
    scene.wait(72 * HOUR - 3_000);
    assert_eq!(scene.reason(), None);
    scene.wait(3_000);
    assert_eq!(scene.reason(), Some(EndReason::Inactivity));
}

#[test]
fn where_nothing_was_said_there_is_nothing_to_end() {
    let mut scene = Scene::new(AiConfig::default());
    scene.wait(10_000 * HOUR);
    assert_eq!(scene.reason(), None);
}

#[test]
fn who_comes_back_at_the_last_moment_goes_on() {
    let mut scene = Scene::new(AiConfig::default());
    scene.exchange("Screens are bad for sleep.");
    // The alarm is late, and the student earlier.
    scene.now += 73 * HOUR;
    scene.write("I have read a study about it.");
    assert_eq!(scene.reason(), None);
    scene.answer("What did it say?");
    assert_eq!(scene.state.next_alarm().map(|at| at > Millis(scene.now)), Some(true));
    assert_eq!(scene.state.turns().len(), 4);
    // To look at the page is not to do something.
    scene.wait(72 * HOUR - 1_000);
    scene.connect();
    scene.wait(1_000);
    assert_eq!(scene.reason(), Some(EndReason::Inactivity));
}

#[test]
fn a_dialogue_of_days_has_two_weeks() {
    let mut scene = Scene::new(AiConfig { response_delay_hours: 24.0, ..AiConfig::default() });
    scene.write("Screens are bad for sleep.");
    // Who waits for the tutor is not inactive.
    scene.wait(30 * 24 * HOUR);
    scene.feed(Input::TakeBack { post: 1 });
    scene.wait(13 * 24 * HOUR);
    assert_eq!(scene.reason(), None);
    scene.wait(24 * HOUR);
    assert_eq!(scene.reason(), Some(EndReason::Inactivity));
}
