//! Models that think: they complete turns before they are done, and say when they are.

use mentora_gemini::{ServerEvent, server};
use mentora_session::Input;

use crate::scene::{Scene, closes, codes};

const THINKING: &str = "gemini-3.8-live-extended-thinking";

impl Scene {
    /// A message of the model, as it is on the wire.
    fn hears(&mut self, message: &str) {
        for event in server::parse(message).unwrap() {
            self.model(event);
        }
    }
}

#[test]
fn an_answer_is_over_when_the_model_is_idle_and_not_when_it_completes_a_turn() {
    let mut scene = Scene::with_model(THINKING);
    scene.write("One thing.");
    scene.ready();
    scene.hears(r#"{"serverContent":{"outputTranscription":{"text":"Let me think."}}}"#);
    scene.hears(r#"{"serverContent":{"generationComplete":true}}"#);
    scene.hears(r#"{"serverContent":{"turnComplete":true,"interactionStatus":"IN_PROGRESS"}}"#);
    assert_eq!(scene.texts(), ["One thing."], "there is more to come");
    scene.wait(8_000);
    scene.hears(r#"{"serverContent":{"outputTranscription":{"text":" Why?"}}}"#);
    scene.hears(
        r#"{"serverContent":{"turnComplete":true,"interactionStatus":"IDLE"},"usageMetadata":{"promptTokenCount":9}}"#,
    );
    assert_eq!(scene.texts(), ["One thing.", "Let me think. Why?"]);
    assert_eq!(scene.last_turn().usage.unwrap().input.text, 9);
}

#[test]
fn a_model_that_only_says_that_it_is_idle_has_ended() {
    let mut scene = Scene::with_model(THINKING);
    scene.write("One thing.");
    scene.ready();
    scene.says("Why?");
    scene.hears(r#"{"serverContent":{"interactionStatus":"IDLE"}}"#);
    assert_eq!(scene.texts(), ["One thing.", "Why?"]);
}

#[test]
fn a_model_that_thinks_is_given_a_minute_and_no_more() {
    let mut scene = Scene::with_model(THINKING);
    scene.write("One thing.");
    scene.ready();
    for _ in 0..5 {
        assert_eq!(closes(&scene.wait(11_000)), 0);
        scene.hears(r#"{"serverContent":{"modelTurn":{"parts":[{"text":"**Plan**","thought":true}]}}}"#);
    }
    assert_eq!(closes(&scene.wait(6_000)), 1, "thinking is not answering");
    assert_eq!(codes(&scene.effects), [], "it is asked again");
}

#[test]
fn a_model_that_does_not_think_ends_with_its_generation() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.ready();
    scene.says("Why?");
    scene.model(ServerEvent::GenerationComplete);
    assert_eq!(scene.texts(), ["One thing.", "Why?"], "nobody listens, so it need not be played");
}

#[test]
fn an_answer_that_is_played_for_long_is_not_taken_for_stalled() {
    let mut scene = Scene::with_model(THINKING);
    scene.write("One thing.");
    scene.ready();
    scene.says("Why?");
    let generation = scene.generation;
    scene.feed(Input::ModelAudio { generation, bytes: 48_000 * 40, sample_rate: 24_000 });
    scene.model(ServerEvent::GenerationComplete);
    assert_eq!(closes(&scene.wait(39_000)), 0, "forty seconds of speech, which came at once");
    scene.hears(r#"{"serverContent":{"turnComplete":true,"interactionStatus":"IDLE"}}"#);
    assert_eq!((scene.texts(), scene.last_turn().truncated), (vec!["One thing.", "Why?"], false));
}

#[test]
fn a_model_that_never_says_that_it_is_idle_has_answered_all_the_same() {
    let mut scene = Scene::with_model(THINKING);
    scene.write("One thing.");
    scene.ready();
    scene.says("Why?");
    scene.model(ServerEvent::GenerationComplete);
    scene.wait(16_000);
    assert_eq!((scene.texts(), scene.last_turn().truncated), (vec!["One thing.", "Why?"], false));
}
