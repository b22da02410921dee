//! The model promises no order between what it heard, what it says, and the ends of turns. Whatever comes when, the
//! student's turn is stored before the answer to it, once.

use mentora_core::documents::Speaker::{Student, Tutor};
use mentora_gemini::ServerEvent;
use mentora_wire::stream::ClientFrame;
use mentora_wire::stream::client::TurnTaking;

use crate::scene::Scene;

/// Something that happens, in the order of a row of the table.
enum Comes {
    Heard(&'static str),
    Answer,
    More,
    Generated,
    Over,
    Waits(i64),
}

use Comes::{Answer, Generated, Heard, More, Over, Waits};

const UNTRANSCRIBED: &str = "(not transcribed)";

/// What comes, and what the student has said then.
#[rustfmt::skip]
fn table() -> Vec<(&'static str, Vec<Comes>, &'static str)> {
    vec![
        ("before the answer", vec![Heard(" I think"), Heard(" so"), Answer, Generated, Over], "I think so"),
        ("within the answer", vec![Answer, Heard(" I think"), Heard(" so"), More, Generated, Over], "I think so"),
        ("around its beginning", vec![Heard(" I think"), Answer, Heard(" so"), More, Generated, Over], "I think so"),
        ("slowly", vec![Answer, Waits(500), Heard(" I"), Waits(600), Heard(" think"), Waits(600), Heard(" so"), More, Generated, Over], "I think so"),
        ("late within a long answer", vec![Answer, Waits(3_000), Heard(" I think so"), More, Generated, Over], "I think so"),
        ("while it is played", vec![Answer, Generated, Heard(" I think so"), Over], "I think so"),
        ("in empty pieces", vec![Heard(""), Heard(" I think so"), Heard(""), Answer, Heard(""), Generated, Over], "I think so"),
        ("not at all", vec![Answer, More, Generated, Over], UNTRANSCRIBED),
        ("after all is over", vec![Answer, More, Generated, Over, Heard(" I think so")], UNTRANSCRIBED),
        ("in letters", vec![Heard("Ca"), Heard("n I"), Answer, Heard(" pl"), Heard("ay?"), Generated, Over], "Can I play?"),
        ("and once more when it is over", vec![Heard(" I think so"), Answer, Waits(1_000), Generated, Over, Heard("")], "I think so"),
    ]
}

fn play(scene: &mut Scene, comes: &[Comes]) {
    for next in comes {
        scene.now += 10;
        match next {
            Heard(text) => drop(scene.heard(text)),
            Answer => drop(scene.speaks("Why", 400)),
            More => drop(scene.speaks(" so?", 400)),
            Generated => drop(scene.model(ServerEvent::GenerationComplete)),
            Over => scene.over(),
            Waits(ms) => drop(scene.wait(*ms)),
        }
    }
}

/// What stands in the conversation, whatever else is still to come.
fn check(scene: &Scene, order: &str, said: &str) {
    let stored = scene.said();
    assert_eq!(stored[0], (Student, said), "{order}: {stored:?}");
    assert_eq!(stored[1].0, Tutor, "{order}: {stored:?}");
    assert!(stored[1].1.starts_with("Why"), "{order}: {stored:?}");
    assert_eq!(stored.len(), 2, "{order}: {stored:?}");
    let turns = scene.state.turns();
    assert_eq!(turns[1].prev_hash, turns[0].hash, "{order}");
}

#[test]
fn by_hand_the_student_comes_before_the_tutor_whatever_the_order() {
    for (order, comes, said) in table() {
        let mut scene = Scene::new();
        scene.start(TurnTaking::Manual);
        scene.sound();
        scene.model(ServerEvent::SetupComplete);
        scene.frame(ClientFrame::AudioEnd {});
        play(&mut scene, &comes);
        check(&scene, order, said);
        scene.wait(60_000);
        check(&scene, order, said);
    }
}

#[test]
fn hands_free_the_student_comes_before_the_tutor_whatever_the_order() {
    for (order, comes, said) in table() {
        let mut scene = Scene::hands_free();
        play(&mut scene, &comes);
        check(&scene, order, said);
        scene.wait(60_000);
        check(&scene, order, said);
    }
}

#[test]
fn a_transcript_that_a_resumed_session_says_again_is_not_said_twice() {
    let mut scene = Scene::hands_free();
    scene.model(ServerEvent::Resumable(Some("h1".into())));
    scene.heard("How's that?");
    scene.loses_model();
    assert_eq!(scene.said(), [(Student, "How's that?")], "it is stored, and asked about in writing");
    scene.wait(1_000);
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("How", 400);
    scene.heard("How's that?");
    scene.speaks(" is what?", 400);
    scene.ends();
    scene.wait(60_000);
    assert_eq!(scene.said(), [(Student, "How's that?"), (Tutor, "How is what?")]);
}

#[test]
fn words_that_end_an_answer_late_begin_no_other() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    scene.speaks("Why", 400);
    scene.ends();
    // Its last word is transcribed when everything else is done.
    scene.model(ServerEvent::Spoke(" so?".into()));
    scene.wait(60_000);
    assert_eq!(scene.said(), [(Student, "I think so."), (Tutor, "Why")]);
}

#[test]
fn words_that_begin_an_answer_to_what_was_not_understood_are_kept_until_it_sounds() {
    let mut scene = Scene::hands_free();
    scene.model(ServerEvent::Spoke("Say that".into()));
    assert_eq!(scene.said(), []);
    scene.speaks(" again?", 800);
    scene.ends();
    assert_eq!(scene.said(), [(Student, UNTRANSCRIBED), (Tutor, "Say that again?")]);
}
