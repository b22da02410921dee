//! What came of it: quotations at once, the text model's words when they come.

use mentora_core::documents::{AiConfig, EndReason};
use mentora_core::time::Millis;
use mentora_session::{Effect, Input, Way};

use crate::scene::{HOUR, Scene, asked_for_summary, told_figures};

const GOOD: &str = r#"{"position":"You began against screens.","change":"You saw that lamps shine, too.","question":"Is it the light?"}"#;
const TEXT: &str = "You began against screens.\nYou saw that lamps shine, too.\nIs it the light?";

fn ended() -> Scene {
    let mut scene = Scene::new(AiConfig::default());
    scene.exchange("Screens are bad for sleep.");
    scene.end(EndReason::StudentEnded);
    scene
}

fn answered(scene: &mut Scene, answer: Option<&str>) -> Vec<Effect> {
    let ended_at = asked_for_summary(&scene.effects).last().copied().unwrap();
    scene.feed(Input::Summarised { ended_at, answer: answer.map(str::to_owned) })
}

fn stored_summaries(effects: &[Effect]) -> Vec<String> {
    let stored = |effect: &Effect| match effect {
        Effect::Flush(batch) => batch.conversation.summary.clone(),
        _ => None,
    };
    effects.iter().filter_map(stored).collect()
}

#[test]
fn the_end_has_quotations_at_once_and_the_models_words_when_they_come() {
    let mut scene = ended();
    let quotations = scene.summary().to_owned();
    assert!(quotations.contains("Screens are bad for sleep."), "{quotations}");
    scene.store();
    answered(&mut scene, Some(GOOD));
    assert_eq!(scene.summary(), TEXT);
    scene.store();
    assert_eq!(stored_summaries(&scene.effects), [quotations.as_str(), TEXT]);
    assert_eq!(scene.state.snapshot().summary.as_deref(), Some(TEXT));
    answered(&mut scene, Some(r#"{"position":"a","change":"b","question":"c"}"#));
    assert_eq!(scene.summary(), TEXT, "the second answer is nobody's");
    scene.tallied(Way::In);
    assert_eq!(scene.state.next_alarm(), None);
}

#[test]
fn the_model_is_asked_with_what_was_said_as_a_message_and_not_as_an_instruction() {
    let scene = ended();
    let asked = scene.effects.iter().find_map(|effect| match effect {
        Effect::Summarise { question, .. } => Some((**question).clone()),
        _ => None,
    });
    let asked = asked.unwrap();
    assert_eq!(asked.record, "Student: Screens are bad for sleep.\nTutor: Why so?");
    assert!(asked.instruction.contains("Do screens harm sleep?"), "{asked:?}");
    assert!(!asked.instruction.contains("bad for sleep"));
}

#[test]
fn neither_the_end_nor_its_count_waits_for_the_model() {
    let mut scene = ended();
    scene.store();
    assert_eq!(told_figures(&scene.effects), [Way::In]);
    scene.tallied(Way::In);
    assert_eq!(scene.reason(), Some(EndReason::StudentEnded));
}

#[test]
fn a_model_that_fails_is_asked_three_times_and_then_the_quotations_stay() {
    for failing in [None, Some("no JSON"), Some("{}")] {
        let mut scene = ended();
        let quotations = scene.summary().to_owned();
        for asked in 1..=3 {
            assert_eq!(asked_for_summary(&scene.effects).len(), asked);
            answered(&mut scene, failing);
            scene.wait(10_000);
        }
        scene.wait(HOUR);
        assert_eq!(asked_for_summary(&scene.effects).len(), 3, "{failing:?}");
        assert_eq!(scene.summary(), quotations);
    }
}

#[test]
fn a_model_that_never_answers_is_not_waited_for() {
    let mut scene = ended();
    scene.wait(HOUR);
    assert_eq!(asked_for_summary(&scene.effects).len(), 3);
    scene.store();
    scene.tallied(Way::In);
    assert_eq!(scene.state.next_alarm(), None);
}

#[test]
fn who_dies_while_it_is_asked_asks_again_and_takes_either_answer_once() {
    let mut scene = ended();
    scene.crash();
    assert_eq!(
        asked_for_summary(&scene.effects).len(),
        1,
        "not at once: it may have been the model that killed us"
    );
    scene.wait(30_000);
    assert_eq!(asked_for_summary(&scene.effects).len(), 2);
    answered(&mut scene, Some(GOOD));
    answered(&mut scene, Some("late"));
    scene.crash();
    scene.wait(HOUR);
    assert_eq!(scene.summary(), TEXT);
    assert_eq!(asked_for_summary(&scene.effects).len(), 2);
}

#[test]
fn a_summary_of_an_end_that_was_taken_back_is_nobodys() {
    let mut scene = ended();
    scene.store();
    scene.tallied(Way::In);
    let first = asked_for_summary(&scene.effects)[0];
    assert_eq!(scene.reopen(), Ok(()));
    scene.now += 5_000;
    scene.feed(Input::Summarised { ended_at: first, answer: Some(GOOD.into()) });
    assert_eq!(scene.reason(), None);
    scene.exchange("I slept badly again, and the screen was off.");
    scene.end(EndReason::StudentEnded);
    assert_ne!(asked_for_summary(&scene.effects).last(), Some(&first));
    scene.feed(Input::Summarised { ended_at: first, answer: Some(GOOD.into()) });
    assert_ne!(scene.summary(), TEXT, "it sums up less than was said");
}

#[test]
fn where_nothing_was_said_nothing_is_asked() {
    let mut scene = Scene::new(AiConfig::default());
    scene.end(EndReason::InstructorEnded);
    assert_eq!(asked_for_summary(&scene.effects), Vec::<Millis>::new());
    assert_eq!(scene.summary(), "Nothing was said.");
}

#[test]
fn the_quotations_are_in_the_students_language() {
    let mut scene = Scene::new(AiConfig::default());
    scene.exchange("螢幕對睡眠不好。");
    scene.exchange("因為光線太亮了。");
    scene.end(EndReason::StudentEnded);
    assert_eq!(
        scene.summary(),
        "對話從「螢幕對睡眠不好。」開始。經過導師 2 次回應與學生 2 次發言，結束於「因為光線太亮了。」。"
    );
}
