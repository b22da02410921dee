//! How a conversation ends, for each reason, and how it goes on when staff open it again.

#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

mod scene;
#[path = "../shared/mod.rs"]
mod shared;
mod summary;
mod time;

use mentora_core::documents::{AiConfig, ConversationState, EndReason, Speaker, TurnType};
use mentora_core::prompts;
use mentora_gemini::{ClientMessage, ServerEvent};
use mentora_session::record::Record;
use mentora_session::{Effect, FlushOutcome, Input, Way};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{ClientFrame, CloseCode, Event};
use scene::{HOUR, MINUTE, Scene, closes, endings, events, refusals, sent, told_figures};

const POINT: &str = "Uniforms reduce bullying because poor students look like everyone else in school.";
const AGAIN: &str = "But uniforms reduce bullying, since poor students look like everyone else in school.";
const CONCLUSION: &str = "You are right, I hadn't thought of that. So in the end I would say uniforms are only fair when they are cheap.";

/// A conversation in which something was said, and how it came to its end.
fn ended_by(reason: EndReason) -> Scene {
    let rules = AiConfig { auto_terminate: false, ..AiConfig::default() };
    let by_content = AiConfig::default();
    match reason {
        EndReason::MaxTurnsReached => {
            let mut scene = Scene::new(AiConfig { max_turns: 2, ..rules });
            scene.exchange(POINT);
            scene.exchange("And they are cheap.");
            scene
        }
        EndReason::ConclusionReached => {
            let mut scene = Scene::new(by_content);
            for text in [POINT, "Rich students still show their shoes, but it is less.", CONCLUSION] {
                scene.exchange(text);
            }
            scene
        }
        EndReason::CircularArgument => {
            let mut scene = Scene::new(by_content);
            for text in [POINT, AGAIN, "Teachers said so at the meeting in June last year.", POINT] {
                scene.exchange(text);
            }
            scene
        }
        EndReason::StudentEnded => {
            let mut scene = Scene::new(rules);
            scene.exchange(POINT);
            scene.frame(ClientFrame::Stop { reason: None });
            scene
        }
        EndReason::InstructorEnded | EndReason::OutOfCredits => {
            let mut scene = Scene::new(rules);
            scene.exchange(POINT);
            scene.end(reason);
            scene
        }
        EndReason::TimeLimit => {
            let mut scene = Scene::new(AiConfig { time_limit_minutes: Some(10), ..rules });
            scene.exchange(POINT);
            scene.wait(10 * MINUTE);
            scene
        }
        EndReason::Inactivity => {
            let mut scene = Scene::new(rules);
            scene.exchange(POINT);
            scene.store();
            scene.wait(72 * HOUR);
            scene
        }
        EndReason::Error => {
            let mut scene = Scene::new(rules);
            scene.exchange(POINT);
            scene.wait(2_000);
            let outcome = FlushOutcome::Refused("the conversation's document is gone".into());
            scene.feed(Input::Flushed { revision: 1, turns: 2, outcome });
            scene
        }
    }
}

const REASONS: [EndReason; 9] = [
    EndReason::MaxTurnsReached,
    EndReason::ConclusionReached,
    EndReason::CircularArgument,
    EndReason::StudentEnded,
    EndReason::InstructorEnded,
    EndReason::TimeLimit,
    EndReason::OutOfCredits,
    EndReason::Inactivity,
    EndReason::Error,
];

#[test]
fn for_each_reason_a_conversation_ends_once_and_everybody_is_told_why() {
    for reason in REASONS {
        let mut scene = ended_by(reason);
        assert_eq!(endings(&scene.effects), [reason]);
        let closed =
            Event::StateChange { state: ConversationState::Closed, reason: Some(reason), ends_at: None };
        assert_eq!(events(&scene.effects).iter().filter(|event| **event == closed).count(), 1, "{reason:?}");
        assert_eq!(closes(&scene.effects), [CloseCode::Ended], "{reason:?}");
        assert!(scene.summary().contains(POINT), "{reason:?}: {}", scene.summary());

        // Whatever comes now changes nothing.
        let turns = scene.state.turns().len();
        scene.end(EndReason::InstructorEnded);
        scene.connect();
        scene.wait(100 * HOUR);
        assert_eq!(endings(&scene.effects), [reason]);
        assert_eq!(scene.reason(), Some(reason));
        assert_eq!(scene.state.turns().len(), turns);
        assert!(closes(&scene.effects).iter().all(|code| *code == CloseCode::Ended));
    }
}

#[test]
fn nothing_can_be_said_after_the_end() {
    for reason in REASONS {
        let mut scene = ended_by(reason);
        let (text, client_message_id) = ("One more thing.".to_owned(), "late".to_owned());
        let effects = scene.feed(Input::Call { call: 7, text, client_message_id });
        let refused = effects.iter().any(|effect| {
            matches!(effect, Effect::Reply { answer, .. }
                if answer.as_ref().as_ref().is_err_and(|refusal| refusal.code == ErrorCode::ConversationClosed))
        });
        assert!(refused, "{reason:?}: {effects:#?}");
    }
}

#[test]
fn each_end_is_stored_with_its_reason_and_then_counted_once() {
    for reason in REASONS.into_iter().filter(|reason| *reason != EndReason::Error) {
        let mut scene = ended_by(reason);
        scene.store();
        let told: Vec<_> = scene
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Tally { way, conversation } => Some((*way, conversation.clone())),
                _ => None,
            })
            .collect();
        let [(Way::In, conversation)] = &told[..] else { panic!("{reason:?}: {told:#?}") };
        assert_eq!(conversation.end_reason, Some(reason));
        assert_eq!(conversation.state, ConversationState::Closed);
        assert!(conversation.closed_at.is_some() && conversation.summary.is_some());
        assert_eq!(conversation.turns.len(), scene.state.turns().len());

        // Whoever dies before the figures answer tells them again, of the same end.
        let again = scene.crash();
        assert_eq!(told_figures(&again), [Way::In], "{reason:?}");
        assert_eq!(scene.reason(), Some(reason));
        scene.tallied(Way::In);
        scene.store();
        assert_eq!(told_figures(&scene.crash()), [], "{reason:?}");
    }
}

#[test]
fn staff_let_it_go_on_after_any_end_but_where_it_cannot() {
    for reason in REASONS {
        let mut scene = ended_by(reason);
        if reason != EndReason::Error {
            scene.store();
            scene.tallied(Way::In);
            scene.store();
        }
        if matches!(reason, EndReason::MaxTurnsReached | EndReason::Error) {
            assert_eq!(scene.reopen(), Err(ErrorCode::Conflict), "{reason:?}");
            assert_eq!(scene.reason(), Some(reason));
            continue;
        }
        assert_eq!(scene.reopen(), Ok(()), "{reason:?}");
        assert_eq!(scene.reason(), None);
        let before = scene.state.turns().len();
        scene.exchange("There is something that I forgot to say about the price of it.");
        assert_eq!(scene.state.turns().len(), before + 2, "{reason:?}");
        scene.wait(MINUTE);
        assert_eq!(scene.reason(), None, "{reason:?}: it ends anew only for a new reason");
        scene.end(EndReason::StudentEnded);
        assert_eq!(endings(&scene.effects), [reason, EndReason::StudentEnded]);
    }
}

#[test]
fn the_last_question_comes_one_turn_before_the_end_and_the_end_is_the_tutors() {
    let mut scene = Scene::new(AiConfig { max_turns: 3, auto_terminate: false, ..AiConfig::default() });
    let guidance = |asked: &[ClientMessage]| match asked {
        [ClientMessage::Said { parts }] => parts[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_ne!(guidance(&scene.exchange(POINT)), prompts::closing());
    assert_eq!(guidance(&scene.exchange("Teachers said so in June.")), prompts::closing());
    let turn = &scene.state.turns()[2];
    let reason = turn.analysis.as_ref().unwrap().reason.as_deref();
    assert_eq!(reason, Some("One turn is left: the tutor asks where the student stands now."));
    assert_eq!(scene.state.turns()[3].kind, TurnType::Counterpoint);
    assert_eq!(scene.reason(), None);

    let last = scene.exchange("I stay with it, but only where they are cheap.");
    assert!(guidance(&last).starts_with("⟦move: conclude⟧"), "{last:?}");
    assert_eq!(scene.reason(), Some(EndReason::MaxTurnsReached));
    assert_eq!(scene.state.turns().last().unwrap().kind, TurnType::Summary);
    assert_eq!(refusals(&scene.effects), []);
}

#[test]
fn a_last_question_that_failed_is_asked_again_as_one() {
    let mut scene = Scene::new(AiConfig { max_turns: 2, auto_terminate: false, ..AiConfig::default() });
    scene.write(POINT);
    scene.model(ServerEvent::SetupComplete);
    // An answer without a word.
    let again = sent(&scene.model(ServerEvent::TurnComplete));
    let [ClientMessage::Said { parts }] = &again[..] else { panic!("{again:?}") };
    assert_eq!(parts[0], prompts::closing());
}

#[test]
fn an_end_in_mid_answer_keeps_what_was_shown_and_asks_no_more() {
    let mut scene = Scene::new(AiConfig::default());
    scene.write(POINT);
    scene.model(ServerEvent::SetupComplete);
    scene.model(ServerEvent::Spoke("What would a student".into()));
    let effects = scene.end(EndReason::OutOfCredits);
    let turn = scene.state.turns().last().unwrap();
    assert_eq!(
        (turn.speaker, turn.text.as_str(), turn.truncated),
        (Speaker::Tutor, "What would a student", true)
    );
    assert!(effects.contains(&Effect::CloseModel));
    assert_eq!(scene.reason(), Some(EndReason::OutOfCredits));
    assert!(sent(&scene.wait(HOUR)).is_empty());
}

#[test]
fn what_the_last_answer_took_is_charged_and_counted_and_then_the_model_is_left() {
    let mut scene = Scene::new(AiConfig { max_turns: 1, auto_terminate: false, ..AiConfig::default() });
    scene.exchange(POINT);
    let last = scene.state.turns().last().unwrap().clone();
    assert!(last.usage.is_some() && last.cost_micros.is_some(), "{last:?}");
    assert!(scene.effects.contains(&Effect::CloseModel));
    scene.store();
    let counted = scene.effects.iter().find_map(|effect| match effect {
        Effect::Tally { conversation, .. } => Some(conversation.cost_micros),
        _ => None,
    });
    assert_eq!(counted, last.cost_micros);

    // A model that never tells is left all the same.
    let mut scene = Scene::new(AiConfig { max_turns: 1, auto_terminate: false, ..AiConfig::default() });
    scene.write(POINT);
    scene.model(ServerEvent::SetupComplete);
    scene.model(ServerEvent::Spoke("So be it.".into()));
    scene.model(ServerEvent::GenerationComplete);
    assert_eq!(scene.reason(), Some(EndReason::MaxTurnsReached));
    assert!(!scene.effects.contains(&Effect::CloseModel));
    assert!(scene.wait(20_000).contains(&Effect::CloseModel));
}

#[test]
fn both_sides_turns_name_the_prompts_they_were_made_with() {
    let mut scene = Scene::new(AiConfig::default());
    scene.exchange(POINT);
    for turn in scene.state.turns() {
        assert_eq!(turn.prompt_version.as_deref(), Some(prompts::version()), "{turn:?}");
    }
}

#[test]
fn a_students_own_words_reach_the_model_in_their_section() {
    let mut scene = Scene::new(AiConfig::default());
    let mut record = scene.state.record().clone();
    std::sync::Arc::make_mut(&mut record.facts)
        .prompt_edits
        .insert("speech".into(), "Speak like a pirate.".into());
    scene.state = mentora_session::State::restore(record, Vec::new());
    scene.feed(Input::Woke { connections: Vec::new() });
    let (text, client_message_id) = (POINT.to_owned(), "m".to_owned());
    let effects = scene.feed(Input::Call { call: 1, text, client_message_id });
    let setup = effects.iter().find_map(|effect| match effect {
        Effect::OpenModel { setup, .. } => Some(setup.system_instruction.clone()),
        _ => None,
    });
    let setup = setup.unwrap();
    assert!(
        setup.contains("Speak like a pirate.") && setup.contains("## The student comes first"),
        "{setup}"
    );
    assert_eq!(scene.state.snapshot().prompt_edits["speech"], "Speak like a pirate.", "staff can see it");
}

#[test]
fn a_conversation_that_was_stored_before_there_were_clocks_still_loads() {
    let scene = ended_by(EndReason::StudentEnded);
    let mut stored = serde_json::to_value(scene.state.record()).unwrap();
    for name in ["timer", "summing"] {
        stored.as_object_mut().unwrap().remove(name).unwrap();
    }
    let record: Record = serde_json::from_value(stored).unwrap();
    assert_eq!(record.ended, scene.state.record().ended);
}
