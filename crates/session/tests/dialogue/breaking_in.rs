//! What is kept of an answer that the student breaks into, and of speech.

use mentora_core::documents::Speaker;
use mentora_gemini::{ClientMessage, ServerEvent, Usage};
use mentora_session::Effect;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{ClientFrame, Event};

use crate::scene::Scene;
use crate::shared::told::{events, sent};

#[test]
fn a_student_who_breaks_in_leaves_what_was_heard() {
    let mut scene = Scene::hearing();
    scene.write("Screens are bad.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("What makes you think", 1_000);
    scene.speaks(" that it is the screens?", 1_000);
    let effects = scene.frame(ClientFrame::Interrupt { heard_ms: Some(1_000) });
    let told = events(&effects);
    assert!(told.iter().any(|event| matches!(event, Event::Interrupted { heard_ms: 1_000, .. })));
    let turn = scene.last_turn();
    assert_eq!(turn.text, "What makes you think");
    assert_eq!(turn.generated_text.as_deref(), Some("What makes you think that it is the screens?"));
    assert!(turn.truncated && turn.heard_ms == Some(1_000));
    // What the model still says of it is not heard, and its end changes nothing but the bill.
    let before = scene.state.turns().to_vec();
    let effects = scene.model(ServerEvent::Spoke(" And another thing".into()));
    assert_eq!(events(&effects), []);
    scene.model(ServerEvent::Interrupted);
    scene.model(ServerEvent::Interrupted);
    scene.model(ServerEvent::Usage(Usage { input_text: 10, ..Usage::default() }));
    scene.model(ServerEvent::TurnComplete);
    scene.model(ServerEvent::Interrupted);
    assert_eq!(scene.state.turns().len(), before.len());
    assert_eq!(scene.last_turn().hash, before.last().unwrap().hash);
    assert_eq!(scene.last_turn().usage.unwrap().input.text, 10);
}

#[test]
fn a_student_who_writes_has_read_what_was_shown() {
    let mut scene = Scene::hearing();
    scene.write("Screens are bad.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("What makes you think so?", 4_000);
    scene.model(ServerEvent::GenerationComplete);
    scene.write("Because I read it somewhere.");
    let turn = &scene.state.turns()[1];
    assert_eq!((turn.text.as_str(), turn.truncated), ("What makes you think so?", false));
    assert_eq!(scene.last_turn().speaker, Speaker::Student);
}

#[test]
fn a_student_who_reads_and_interrupts_leaves_what_was_shown() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("You say", 1_000);
    scene.frame(ClientFrame::Interrupt { heard_ms: None });
    let turn = scene.last_turn();
    assert_eq!((turn.text.as_str(), turn.truncated, turn.heard_ms), ("You say", true, None));
}

#[test]
fn speech_becomes_a_turn_when_its_transcript_is_there() {
    let mut scene = Scene::hearing();
    scene.start(TurnTaking::Manual);
    let held = scene.utter(3_200);
    assert!(held.contains(&Effect::HoldAudio));
    let ready = scene.model(ServerEvent::SetupComplete);
    assert_eq!(sent(&ready), [ClientMessage::ActivityStart]);
    assert!(ready.contains(&Effect::ReleaseAudio { sample_rate: 16_000 }));
    let live = scene.utter(3_200);
    assert!(live.contains(&Effect::ForwardAudio { sample_rate: 16_000 }));
    let ended = scene.frame(ClientFrame::AudioEnd {});
    assert_eq!(sent(&ended), [ClientMessage::ActivityEnd]);
    // The tutor begins before the transcript is complete: the student's turn still comes first.
    scene.model(ServerEvent::HeardStudent(" I think".into()));
    scene.speaks("Why?", 500);
    scene.model(ServerEvent::HeardStudent(" so".into()));
    assert_eq!(scene.state.turns().len(), 0);
    scene.wait(1_000);
    assert_eq!(scene.last_turn().text, "I think so");
    scene.model(ServerEvent::GenerationComplete);
    scene.model(ServerEvent::TurnComplete);
    let speakers: Vec<_> = scene.state.turns().iter().map(|turn| turn.speaker).collect();
    assert_eq!(speakers, [Speaker::Student, Speaker::Tutor]);
}
