//! The model promises no order between what it heard, what it says, and the ends of turns. Whatever comes when, the
//! student's turn is stored before the answer to it, once.

use mentora_core::documents::Speaker::{self, Student, Tutor};
use mentora_gemini::{Loss, ServerEvent, Usage};
use mentora_wire::stream::ClientFrame;
use mentora_wire::stream::client::TurnTaking;

use crate::scene::{Scene, broken_into};

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
        ("when all is over", vec![Answer, More, Generated, Over, Waits(400), Heard(" I think so"), Waits(700)], "I think so"),
        ("when all is over, in pieces", vec![Answer, Generated, Over, Heard(" I"), Waits(100), Heard(" think"), Heard(" so"), Waits(700)], "I think so"),
        ("when all is over twice", vec![Answer, Generated, Over, Heard(" I think so"), Over, Waits(700)], "I think so"),
        ("when the model has not said that all was generated", vec![Answer, Over, Heard(" I think so"), Waits(700)], "I think so"),
        ("not at all", vec![Answer, More, Generated, Over, Waits(700)], UNTRANSCRIBED),
        ("too late", vec![Answer, More, Generated, Over, Waits(700), Heard(" I think so")], UNTRANSCRIBED),
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
            Over => drop(scene.over()),
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

/// A student who spoke by hand, and was answered before a word was understood.
fn answered() -> Scene {
    let mut scene = Scene::new();
    scene.start(TurnTaking::Manual);
    scene.sound();
    scene.model(ServerEvent::SetupComplete);
    scene.frame(ClientFrame::AudioEnd {});
    scene.speaks("Why?", 400);
    scene.now += 400;
    scene.ends();
    assert_eq!(scene.said(), [], "neither is acknowledged yet");
    scene
}

const ANSWERED: [(Speaker, &str); 2] = [(Student, UNTRANSCRIBED), (Tutor, "Why?")];

#[test]
fn who_goes_on_does_not_wait_for_the_grace_of_the_last_turn() {
    let mut scene = answered();
    scene.write("Because I do.");
    assert_eq!(scene.said()[..2], ANSWERED);
    assert_eq!(scene.said()[2], (Student, "Because I do."));
    assert!(broken_into(&scene.effects).is_empty(), "it had been played");

    let mut scene = answered();
    scene.start(TurnTaking::Manual);
    assert_eq!(scene.said(), ANSWERED);
    assert!(broken_into(&scene.effects).is_empty());

    let mut scene = answered();
    scene.frame(ClientFrame::Interrupt { heard_ms: Some(100) });
    assert_eq!(scene.said(), ANSWERED);
    assert!(!scene.last_turn().truncated);
}

#[test]
fn a_grace_that_is_cut_short_keeps_the_turn_the_answer_and_its_price() {
    let cuts: [fn(&mut Scene); 3] = [
        |scene| drop(scene.crashes(Vec::new())),
        |scene| drop(scene.loses(Loss::RetryWithHandle)),
        |scene| drop(scene.frame(ClientFrame::Stop { reason: None })),
    ];
    for (n, cut) in cuts.into_iter().enumerate() {
        let mut scene = answered();
        cut(&mut scene);
        assert_eq!(scene.said(), ANSWERED, "{n}");
        assert!(scene.last_turn().usage.is_some(), "{n}: its tokens had been told");
        scene.wait(30_000);
        assert_eq!(scene.said(), ANSWERED, "{n}");
    }
}

#[test]
fn tokens_that_are_told_within_the_grace_are_charged() {
    let mut scene = answered();
    scene.heard(" I think so");
    scene.model(ServerEvent::Usage(Usage { input_text: 100, output_audio: 50, ..Usage::default() }));
    scene.wait(700);
    assert_eq!(scene.said(), [(Student, "I think so"), (Tutor, "Why?")]);
    assert_eq!(scene.last_turn().usage.map(|usage| usage.output.audio), Some(50), "the last report counts");
}

#[test]
fn what_an_open_microphone_hears_next_does_not_prolong_the_grace() {
    let mut scene = Scene::hands_free();
    scene.speaks("Why?", 400);
    scene.ends();
    for _ in 0..5 {
        scene.heard(" on");
        scene.wait(200);
    }
    assert_eq!(scene.said()[0], (Student, "on on on on"));
    // And an answer that begins is to the next turn.
    let mut scene = Scene::hands_free();
    scene.speaks("Why?", 400);
    scene.ends();
    scene.speaks("And how?", 400);
    assert_eq!(scene.said(), ANSWERED);
    scene.ends();
    scene.wait(700);
    assert_eq!(scene.said()[2..], [(Student, UNTRANSCRIBED), (Tutor, "And how?")]);
}

#[test]
fn a_transcript_that_a_resumed_session_says_again_is_not_said_twice() {
    let mut scene = Scene::hands_free();
    scene.model(ServerEvent::Resumable(Some("h1".into())));
    scene.heard("How's that?");
    scene.loses(Loss::RetryWithHandle);
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
    scene.wait(700);
    assert_eq!(scene.said(), [(Student, UNTRANSCRIBED), (Tutor, "Say that again?")]);
}
