//! What is written waits for its verdict, though not for long.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{Analyser, EndReason, Speaker};
use mentora_gemini::{ClientMessage, Loss};
use mentora_session::{Effect, Input};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::ClientFrame;
use mentora_wire::stream::client::TurnTaking;
use serde_json::json;

use crate::scene::{BY_VERDICT, BY_WORD_LISTS, CLAIM, Scene, events, one_sided, verdict, weighed};
use crate::shared::STUDENT;
use crate::shared::client::audio_start;
use crate::shared::told::{refusals, replies, sent};

#[test]
fn what_is_written_waits_for_the_verdict_and_is_stored_once_with_it() {
    let mut scene = Scene::with(weighed());
    let effects = scene.write_as(CLAIM, "m1");
    assert_eq!((events(&effects), scene.state.turns().len()), (vec![], 0), "nothing is acknowledged");
    assert!(effects.iter().any(|e| matches!(e, Effect::OpenModel { .. })), "the model is fetched meanwhile");
    let inquiry = &scene.asked()[0].1;
    assert_eq!(inquiry.said, [(Speaker::Student, CLAIM.to_owned())]);
    assert!(inquiry.instruction.contains("Should uniforms be mandatory?"));

    let effects = scene.weighs(Some(one_sided()));
    assert_eq!((events(&effects), scene.decided()), (vec!["turn_stored", "decision"], BY_VERDICT));
    let said = sent(&scene.ready());
    let [ClientMessage::Said { parts }] = &said[..] else { panic!("{said:?}") };
    assert!(parts[0].starts_with("⟦move: devils_advocate⟧"), "{parts:?}");

    for reply in [Some(verdict(&json!({ "closure": 100 }))), None] {
        assert_eq!(scene.weighs(reply), [], "twice changes nothing");
    }
}

#[test]
fn a_verdict_that_does_not_come_in_time_is_not_waited_for() {
    let mut scene = Scene::with(weighed());
    scene.write_as(CLAIM, "m1");
    assert_eq!(events(&scene.wait(799)), Vec::<&str>::new());
    assert_eq!(events(&scene.wait(1)), ["turn_stored", "decision"], "the alarm");
    assert_eq!(scene.decided(), BY_WORD_LISTS);
    assert_eq!(scene.weighs(Some(one_sided())), [], "too late");
    assert_eq!(scene.decided(), BY_WORD_LISTS);
}

#[test]
fn a_model_that_fails_or_answers_nonsense_leaves_it_to_the_word_lists() {
    let cut = one_sided()[..30].to_owned();
    let beyond = verdict(&json!({ "claim": 900 }));
    let named = verdict(&json!({ "move": "conclude" }));
    for reply in [None, Some(String::new()), Some(cut), Some(beyond), Some(named), Some("{}".into())] {
        let mut scene = Scene::with(weighed());
        scene.write_as(CLAIM, "m1");
        let effects = scene.weighs(reply.clone());
        assert_eq!(
            (events(&effects), scene.decided()),
            (vec!["turn_stored", "decision"], BY_WORD_LISTS),
            "{reply:?}"
        );
    }
}

#[test]
fn a_move_that_the_teacher_has_left_out_is_not_made_whatever_the_verdict_says() {
    let mut config = weighed();
    config.dialectical_config.enabled_strategies = vec![Strategy::Challenge];
    let mut scene = Scene::with(config);
    scene.write_as(CLAIM, "m1");
    scene.weighs(Some(one_sided()));
    assert_eq!(scene.decided(), (Strategy::Continue, Some(Analyser::Gemini)));
}

#[test]
fn the_teachers_weights_hold_for_a_verdict_too() {
    let mut config = weighed();
    config.dialectical_config.strategy_weights.insert(Strategy::DevilsAdvocate, 0.1);
    let mut scene = Scene::with(config);
    scene.write_as(CLAIM, "m1");
    scene.weighs(Some(one_sided()));
    assert_eq!(scene.decided().0, Strategy::Continue);
}

#[test]
fn the_same_message_sent_again_while_it_is_weighed_is_one_turn() {
    let mut scene = Scene::with(weighed());
    scene.write_as(CLAIM, "m1");
    assert_eq!(scene.write_as(CLAIM, "m1"), []);
    let call = |call, id: &str| Input::Call { call, text: CLAIM.into(), client_message_id: id.into() };
    assert_eq!(scene.feed(call(7, "m1")), [], "a call waits with it");
    assert_eq!(refusals(&scene.feed(call(8, "m2"))), [ErrorCode::TurnInProgress]);
    assert_eq!(refusals(&scene.write_as("And more.", "m3")), [ErrorCode::TurnInProgress]);
    let speaking = scene.frame(audio_start("v1", TurnTaking::Manual));
    assert_eq!(refusals(&speaking), [ErrorCode::TurnInProgress], "nor can the student speak");
    scene.weighs(Some(one_sided()));
    assert_eq!((scene.asked().len(), scene.state.turns().len()), (1, 1));
    let answered = replies(&scene.replies("Why?"));
    assert_eq!(answered.iter().map(|(call, _)| *call).collect::<Vec<_>>(), [7]);
    assert_eq!(answered[0].1.decision.as_ref().unwrap().strategy, Strategy::DevilsAdvocate);
}

#[test]
fn a_student_who_leaves_while_it_is_weighed_finds_it_stored() {
    let mut scene = Scene::with(weighed());
    scene.write_as(CLAIM, "m1");
    scene.feed(Input::Disconnected { connection: STUDENT });
    scene.weighs(Some(one_sided()));
    assert_eq!(scene.decided(), BY_VERDICT);
    scene.connect();
    assert_eq!(events(&scene.write_as(CLAIM, "m1")), Vec::<&str>::new(), "and what is sent again is known");
}

#[test]
fn an_end_while_it_is_weighed_keeps_what_was_written() {
    for frame in [Some(ClientFrame::Stop { reason: None }), None] {
        let mut scene = Scene::with(weighed());
        scene.feed(Input::Call { call: 3, text: CLAIM.into(), client_message_id: "m1".into() });
        let effects = match frame {
            Some(frame) => scene.frame(frame),
            None => scene.feed(Input::End { reason: EndReason::InstructorEnded }),
        };
        assert!(scene.state.is_closed());
        assert_eq!((scene.state.turns().len(), scene.decided()), (1, BY_WORD_LISTS));
        let answered = replies(&effects);
        assert_eq!((answered.len(), answered[0].0), (1, 3), "whoever waits is told, without an answer");
        assert_eq!(scene.weighs(Some(one_sided())), []);
    }
}

#[test]
fn breaking_in_while_it_is_weighed_breaks_nothing() {
    let mut scene = Scene::with(weighed());
    scene.write_as(CLAIM, "m1");
    assert_eq!(scene.frame(ClientFrame::Interrupt { heard_ms: None }), []);
    scene.weighs(Some(one_sided()));
    assert_eq!(scene.decided(), BY_VERDICT);
}

#[test]
fn a_crash_while_it_is_weighed_forgets_it_and_the_client_sends_it_again() {
    let mut scene = Scene::with(weighed());
    scene.write_as(CLAIM, "m1");
    let late = scene.asked()[0].0;
    scene.crashes(Vec::new());
    assert_eq!(scene.feed(Input::Analysed { number: late, reply: Some(one_sided()) }), []);
    scene.connect();
    scene.write_as(CLAIM, "m1");
    scene.weighs(Some(one_sided()));
    assert_eq!((scene.state.turns().len(), scene.decided()), (1, BY_VERDICT));
}

#[test]
fn what_holds_no_word_is_not_weighed() {
    let mut scene = Scene::with(weighed());
    assert_eq!(events(&scene.write_as("…?!", "m1")), ["turn_stored", "decision"]);
    assert!(scene.asked().is_empty());
}

#[test]
fn a_model_that_refuses_is_not_opened_over_and_over_while_it_is_weighed() {
    let mut scene = Scene::with(weighed());
    scene.write_as(CLAIM, "m1");
    let effects = scene.loses(Loss::FatalAuth);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OpenModel { .. })), "{effects:?}");
    let effects = scene.weighs(None);
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::OpenModel { .. })),
        "the turn tries for itself"
    );
}
