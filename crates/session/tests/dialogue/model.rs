//! The model's socket in the course of a dialogue.

use mentora_core::documents::ConversationState;
use mentora_core::time::Millis;
use mentora_gemini::{ClientMessage, Loss, ServerEvent};
use mentora_session::Effect;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{Event, SessionState};

use crate::scene::{Scene, opened};
use crate::shared::told::{errors, events, sent};

#[test]
fn the_model_is_opened_on_demand_and_closed_when_idle_and_resumed_by_its_handle() {
    let mut scene = Scene::new();
    assert!(scene.effects.iter().all(|effect| !matches!(effect, Effect::OpenModel { .. })));
    scene.write("One thing.");
    scene.answer("Why?");
    scene.model(ServerEvent::Resumable(Some("h1".into())));
    let effects = scene.wait(31_000);
    assert!(effects.contains(&Effect::CloseModel), "{effects:?}");
    assert_eq!(scene.state.record().session, SessionState::Paused);
    scene.wait(100_000);
    let idle = scene.state.next_alarm().unwrap().since(Millis(scene.now));
    assert!(idle > 70 * 60 * 60 * 1_000, "an idle conversation wakes nobody for days");

    let setup = opened(&scene.write("Another thing entirely.")).unwrap();
    assert_eq!(setup.handle.as_deref(), Some("h1"));
    assert!(!setup.system_instruction.contains("One thing."), "a resumed session knows what was said");
}

#[test]
fn a_session_that_cannot_be_resumed_is_told_what_was_said() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.answer("Why so?");
    scene.wait(31_000);
    let setup = opened(&scene.write("Another thing entirely.")).unwrap();
    assert_eq!(setup.handle, None);
    assert!(setup.system_instruction.contains("One thing.") && setup.system_instruction.contains("Why so?"));
    assert!(!setup.system_instruction.contains("Another thing"), "it is sent as the turn to be answered");
}

#[test]
fn a_resumed_session_is_told_what_was_said_after_its_handle_was_given() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.answer("Why?");
    scene.model(ServerEvent::Resumable(Some("h1".into())));
    scene.write("Another thing entirely.");
    scene.answer("Says who?");
    // The socket is lost before the next handle came.
    scene.loses(Loss::RetryWithHandle);
    scene.wait(1_000);
    let setup = opened(&scene.write("My teacher says so, and she is right.")).unwrap();
    assert_eq!(setup.handle.as_deref(), Some("h1"));
    assert!(!setup.system_instruction.contains("One thing."));
    assert!(setup.system_instruction.contains("Another thing entirely."));
    assert!(setup.system_instruction.contains("Says who?"));
}

#[test]
fn a_turn_without_a_word_is_asked_again_once_in_silence_then_given_up() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.model(ServerEvent::SetupComplete);
    let effects = scene.model(ServerEvent::TurnComplete);
    assert!(matches!(&sent(&effects)[..], [ClientMessage::Said { .. }]), "{effects:?}");
    assert_eq!(events(&effects), []);
    let effects = scene.model(ServerEvent::TurnComplete);
    assert!(events(&effects).iter().any(|event| matches!(event, Event::Error(error) if error.recoverable)));
    assert_eq!(scene.state.record().state, ConversationState::AwaitingFollowup);
}

#[test]
fn a_refused_key_is_told_at_once_and_not_tried_again() {
    for (loss, code) in [
        (Loss::FatalAuth, ErrorCode::UpstreamUnavailable),
        (Loss::FatalConfig, ErrorCode::UpstreamUnavailable),
        (Loss::Quota, ErrorCode::UpstreamQuota),
    ] {
        let mut scene = Scene::new();
        scene.write("Screens are bad.");
        let effects = scene.loses(loss);
        assert_eq!(errors(&effects).iter().map(|error| error.code).collect::<Vec<_>>(), [code]);
        let later = scene.wait(120_000);
        assert_eq!(opened(&later), None, "{loss:?}");
        assert_eq!(scene.state.turns().len(), 1, "the student's turn is kept");
    }
}

#[test]
fn an_answer_that_breaks_off_is_kept_as_far_as_it_came_and_given_again() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("What makes", 400);
    scene.loses(Loss::RetryWithHandle);
    assert_eq!((scene.last_turn().text.as_str(), scene.last_turn().truncated), ("What makes", true));
    let effects = scene.wait(5_000);
    assert!(opened(&effects).is_some());
    scene.answer("What makes you think so?");
    assert_eq!(scene.texts(), ["Screens are bad.", "What makes", "What makes you think so?"]);
}

#[test]
fn a_model_that_says_it_will_go_is_left_after_the_answer() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("What makes", 400);
    let effects = scene.model(ServerEvent::GoAway { time_left_ms: 50_000 });
    assert!(!effects.contains(&Effect::CloseModel), "not in the middle of an answer");
    scene.model(ServerEvent::GenerationComplete);
    let effects = scene.model(ServerEvent::TurnComplete);
    assert!(effects.contains(&Effect::CloseModel));
}

#[test]
fn a_session_that_listens_and_never_speaks_is_replaced() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.answer("Why?");
    scene.model(ServerEvent::Resumable(Some("poisoned".into())));
    scene.write("Another thing entirely.");
    let effects = scene.wait(15_000);
    assert!(effects.contains(&Effect::CloseModel));
    assert_eq!(opened(&effects).unwrap().handle, None);
}
