//! How long the student waited, and for whom.

use mentora_core::documents::Latency;
use mentora_gemini::{Loss, ServerEvent};
use mentora_session::Input;
use mentora_wire::stream::ClientFrame;

use crate::scene::{STUDENT, Scene};

impl Scene {
    fn passes(&mut self, ms: i64) {
        self.now += ms;
    }

    fn sounds(&mut self) {
        let generation = self.generation;
        self.feed(Input::ModelAudio { generation, bytes: 4_800, sample_rate: 24_000 });
    }

    fn latency(&self) -> Latency {
        self.last_turn().latency.unwrap()
    }
}

#[test]
fn opening_the_session_is_told_apart_from_our_own_share() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.passes(180);
    scene.ready();
    scene.passes(300);
    scene.says("Why?");
    scene.passes(50);
    scene.sounds();
    scene.passes(400);
    scene.ends();
    let expected = Latency {
        asked_ms: Some(180),
        opening_ms: Some(180),
        first_text_ms: Some(480),
        first_audio_ms: Some(530),
        total_ms: 930,
    };
    assert_eq!(scene.latency(), expected);
}

#[test]
fn an_open_session_is_asked_at_once() {
    let mut scene = Scene::new();
    scene.talk("One thing.", "Why?");
    scene.passes(5_000);
    scene.write("Another thing entirely.");
    scene.passes(200);
    scene.says("Says who?");
    scene.ends();
    let latency = scene.latency();
    assert_eq!((latency.asked_ms, latency.opening_ms), (Some(0), None));
    assert_eq!((latency.first_text_ms, latency.first_audio_ms, latency.total_ms), (Some(200), None, 200));
}

#[test]
fn tries_in_vain_count_as_opening() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.passes(100);
    scene.loses(Loss::RetryWithHandle);
    scene.wait(700);
    scene.passes(100);
    scene.ready();
    scene.says("Why?");
    scene.ends();
    assert_eq!((scene.latency().asked_ms, scene.latency().opening_ms), (Some(900), Some(900)));
}

#[test]
fn of_what_was_asked_twice_the_first_time_counts() {
    let mut scene = Scene::new();
    scene.write("One thing.");
    scene.passes(100);
    scene.ready();
    scene.passes(2_000);
    scene.model(ServerEvent::TurnComplete);
    scene.passes(300);
    scene.says("Why?");
    scene.ends();
    let latency = scene.latency();
    assert_eq!((latency.asked_ms, latency.first_text_ms), (Some(100), Some(2_400)));
}

#[test]
fn speech_that_the_model_has_heard_is_asked_about_when_it_ends() {
    let mut scene = Scene::new();
    scene.begin_to_speak();
    scene.passes(150);
    scene.ready();
    scene.passes(2_000);
    scene.feed(Input::Frame { connection: STUDENT, frame: ClientFrame::AudioEnd {} });
    scene.passes(250);
    scene.model(ServerEvent::HeardStudent("I think so".into()));
    scene.says("Why?");
    scene.ends();
    let latency = scene.latency();
    assert_eq!((latency.asked_ms, latency.opening_ms, latency.first_text_ms), (Some(0), None, Some(250)));
}
