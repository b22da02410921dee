//! What is spoken is answered before it was weighed: the verdict steers the next answer.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::AiConfig;
use mentora_gemini::{ClientMessage, ServerEvent};
use mentora_session::{Effect, FlushOutcome, Input, Write};
use mentora_wire::stream::ClientFrame;
use mentora_wire::stream::client::TurnTaking;
use serde_json::json;

use crate::scene::{
    BY_VERDICT, BY_WORD_LISTS, CLAIM, Scene, events, one_sided, open_ended, steered, verdict, weighed,
};
use crate::shared::client::audio_start;
use crate::shared::told::sent;

#[test]
fn speech_is_weighed_after_its_answer_has_begun_and_delays_nothing() {
    let mut scene = Scene::with(weighed());
    scene.speak("v1");
    scene.model(ServerEvent::HeardStudent(CLAIM.into()));
    scene.model(ServerEvent::Spoke("Why?".into()));
    assert!(scene.asked().is_empty(), "the transcript may go on");
    let effects = scene.model(ServerEvent::GenerationComplete);
    assert_eq!(events(&effects), ["turn_stored"], "stored at once");
    assert_eq!(scene.decided(), BY_WORD_LISTS);
    let flushed = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Flush(batch) => Some(batch.turns.len()),
            _ => None,
        })
    };
    assert_eq!(flushed(&scene.wait(600)), Some(0), "what may still be corrected is not final");
    scene.feed(Input::Flushed {
        revision: 0,
        turns: 0,
        outcome: FlushOutcome::Done { update_time: "t".into() },
    });

    let effects = scene.weighs(Some(one_sided()));
    assert_eq!((events(&effects), scene.decided()), (vec!["decision"], BY_VERDICT));
    let written = effects.iter().find_map(|effect| match effect {
        Effect::Write(Write::Turn(turn)) => Some(turn.is_intact()),
        _ => None,
    });
    assert_eq!(written, Some(true), "what was said is as it was sealed");
    scene.model(ServerEvent::TurnComplete);
    assert!(flushed(&scene.wait(30_000)).is_some_and(|turns| turns >= 1));
    assert_eq!(scene.weighs(Some(verdict(&json!({ "closure": 100 })))), [], "twice changes nothing");
}

#[test]
fn speech_without_a_verdict_keeps_the_decision_of_the_word_lists() {
    let mut scene = Scene::with(weighed());
    scene.spoken(CLAIM, "v1");
    assert_eq!(events(&scene.wait(800)), ["decision"]);
    assert_eq!(scene.decided(), BY_WORD_LISTS);
    scene.spoken("Nobody needs them.", "v2");
    let effects = scene.write_as("They are cheap because they last.", "m1");
    assert_eq!(events(&effects), ["decision"], "who goes on does not wait for a verdict on what was before");
}

#[test]
fn speech_steers_the_answer_to_the_speech_after_it() {
    let mut scene = Scene::with(open_ended());
    assert_eq!(steered(&scene.spoken(CLAIM, "v1")), None, "of the first nothing is known");
    assert_eq!(scene.decided().0, Strategy::Challenge);
    let effects = scene.spoken("Because they reduce bullying.", "v2");
    let messages = sent(&effects);
    let [ClientMessage::Steer { text }, ClientMessage::ActivityStart, ClientMessage::ActivityEnd] =
        &messages[..]
    else {
        panic!("{messages:?}")
    };
    assert!(text.starts_with("⟦move: challenge⟧ ⟦"), "{text}");
    let answer = scene.state.turns().last().unwrap();
    assert_eq!(
        answer.analysis.as_ref().unwrap().strategy,
        Some(Strategy::Challenge),
        "the move that was made"
    );
}

#[test]
fn the_verdict_on_speech_steers_the_next_answer() {
    let mut scene = Scene::with(weighed());
    scene.spoken(CLAIM, "v1");
    scene.weighs(Some(one_sided()));
    assert!(steered(&scene.spoken("And more.", "v2")).unwrap().starts_with("⟦move: devils_advocate⟧"));
}

#[test]
fn the_teachers_words_steer_speech_as_well() {
    let mut config = open_ended();
    config.dialectical_config.custom_prompts.insert(Strategy::Challenge, "Ask for a source.".into());
    let mut scene = Scene::with(config);
    scene.spoken(CLAIM, "v1");
    assert_eq!(steered(&scene.spoken("So.", "v2")).unwrap(), "⟦move: challenge⟧ ⟦Ask for a source.⟧");
}

#[test]
fn the_last_speech_is_answered_with_a_conclusion_and_the_one_before_with_the_last_question() {
    let mut scene = Scene::with(AiConfig { max_turns: 2, ..open_ended() });
    assert_eq!(steered(&scene.spoken(CLAIM, "v1")).unwrap(), mentora_core::prompts::closing());
    assert!(steered(&scene.spoken("Because they are cheap.", "v2")).unwrap().starts_with("⟦move: conclude⟧"));
    assert!(scene.state.is_closed());
}

#[test]
fn nothing_is_sent_between_turns_where_it_would_do_harm() {
    // A model that does not take it.
    let mut scene = Scene::with_model(AiConfig::default(), "gemini-3.8-live-extended-thinking");
    scene.spoken(CLAIM, "v1");
    assert_eq!(steered(&scene.spoken("So.", "v2")), None);

    // What was written had its move with it.
    let mut scene = Scene::with(AiConfig::default());
    scene.write_as(CLAIM, "m1");
    scene.replies("Why?");
    assert_eq!(steered(&scene.spoken("So.", "v1")), None);

    // An answer that is being generated: the student breaks in.
    let mut scene = Scene::with(AiConfig::default());
    scene.spoken(CLAIM, "v1");
    scene.speak("v2");
    scene.model(ServerEvent::HeardStudent("They are cheap.".into()));
    scene.model(ServerEvent::Spoke("And who".into()));
    let broken_into = scene.speak("v3");
    assert_eq!(sent(&broken_into), [ClientMessage::ActivityStart, ClientMessage::ActivityEnd]);
}

#[test]
fn speech_that_ended_before_the_model_was_ready_is_steered_too() {
    let mut scene = Scene::with(open_ended());
    scene.spoken(CLAIM, "v1");
    scene.wait(60_000);
    scene.frame(audio_start("v2", TurnTaking::Manual));
    scene.utter(32_000);
    scene.frame(ClientFrame::AudioEnd {});
    let messages = sent(&scene.model(ServerEvent::SetupComplete));
    assert!(
        matches!(
            &messages[..],
            [ClientMessage::Steer { .. }, ClientMessage::ActivityStart, ClientMessage::ActivityEnd]
        ),
        "{messages:?}"
    );
}
