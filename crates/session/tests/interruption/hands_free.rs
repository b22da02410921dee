//! A microphone that stays open over several turns.

use mentora_core::documents::AiConfig;
use mentora_core::documents::Speaker::{Student, Tutor};
use mentora_gemini::setup::Detection;
use mentora_gemini::{ClientMessage, Loss, ServerEvent};
use mentora_session::{Effect, Input};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame, SessionState};

use crate::scene::{STUDENT, Scene, broken_into, opened, refusals, sent};
use crate::shared::OWNER;
use crate::shared::client::connection;

const LISTENS: Detection = Detection::Automatic { silence_ms: 800, onset_ms: 100 };

#[test]
fn the_model_hears_the_student_turn_after_turn_and_nobody_presses_anything() {
    let mut scene = Scene::new();
    assert_eq!(opened(&scene.start(TurnTaking::Automatic)), [LISTENS]);
    assert!(scene.sound().contains(&Effect::HoldAudio));
    let ready = scene.model(ServerEvent::SetupComplete);
    assert!(ready.contains(&Effect::ReleaseAudio { sample_rate: 16_000 }));
    assert_eq!(sent(&ready), [], "nobody says where speech begins");
    for (said, answer) in [("I think so.", "Why?"), ("I read it.", "Where?"), ("Online.", "By whom?")] {
        assert!(scene.sound().contains(&Effect::ForwardAudio { sample_rate: 16_000 }));
        scene.heard(said);
        assert_eq!(scene.state.record().session, SessionState::UserSpeaking);
        scene.speaks(answer, 400);
        assert_eq!(scene.state.record().session, SessionState::AiResponding);
        assert!(scene.sound().contains(&Effect::ForwardAudio { sample_rate: 16_000 }), "it listens on");
        scene.ends();
        assert_eq!(scene.state.record().session, SessionState::Active);
    }
    let expected = ["I think so.", "Why?", "I read it.", "Where?", "Online.", "By whom?"];
    assert_eq!(scene.said().iter().map(|(_, text)| *text).collect::<Vec<_>>(), expected);
    let ids: Vec<_> =
        scene.state.turns().iter().filter_map(|turn| turn.client_message_id.as_deref()).collect();
    assert_eq!(ids, ["v1", "v1.2", "v1.3"]);
    assert_eq!(opened(&scene.effects).len(), 1, "one socket for all of it");
}

#[test]
fn what_the_student_says_over_the_tutor_is_the_next_turn() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    scene.speaks("What makes you think", 1_000);
    scene.speaks(" that it is the screens?", 1_000);
    scene.wait(1_000);
    assert_eq!(broken_into(&scene.model(ServerEvent::Interrupted)), [1_000]);
    assert_eq!(scene.state.turns().len(), 2, "stored at once");
    scene.heard(" Wait.");
    scene.over();
    scene.heard(" It is the light.");
    scene.speaks("Which light?", 400);
    scene.ends();
    assert_eq!(
        scene.said(),
        [
            (Student, "I think so."),
            (Tutor, "What makes you think"),
            (Student, "Wait. It is the light."),
            (Tutor, "Which light?"),
        ]
    );
}

#[test]
fn the_next_answer_may_begin_before_the_end_of_the_last_is_told() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    scene.speaks("What makes you think that?", 1_000);
    scene.wait(900);
    scene.model(ServerEvent::Interrupted);
    scene.heard(" Wait.");
    scene.speaks("Yes?", 400);
    scene.ends();
    assert_eq!(scene.said()[2..], [(Student, "Wait."), (Tutor, "Yes?")]);
}

#[test]
fn a_transcript_that_is_faster_than_the_interruption_is_not_lost() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    scene.speaks("What makes you think", 1_000);
    scene.wait(900);
    scene.heard(" Wait.");
    scene.wait(200);
    scene.model(ServerEvent::Interrupted);
    scene.over();
    scene.heard(" It is the light.");
    scene.speaks("Which light?", 400);
    scene.ends();
    assert_eq!(scene.said()[2], (Student, "Wait. It is the light."));
}

#[test]
fn a_student_who_goes_on_before_the_tutor_has_begun_says_one_thing() {
    let mut scene = Scene::hands_free();
    scene.heard("I think");
    scene.model(ServerEvent::Interrupted);
    scene.model(ServerEvent::TurnComplete);
    scene.wait(4_000);
    scene.heard(" that it is the light.");
    scene.speaks("Which light?", 400);
    scene.ends();
    assert_eq!(scene.said(), [(Student, "I think that it is the light."), (Tutor, "Which light?")]);
}

#[test]
fn a_socket_that_listens_in_another_way_is_closed_before_the_next_is_opened() {
    let mut scene = Scene::new();
    scene.write("I think so.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("Why?", 400);
    scene.ends();
    scene.model(ServerEvent::Resumable(Some("h1".into())));
    let effects = scene.start(TurnTaking::Automatic);
    let at = |wanted: fn(&Effect) -> bool| effects.iter().position(wanted);
    let (closed, opened_at) =
        (at(|e| *e == Effect::CloseModel), at(|e| matches!(e, Effect::OpenModel { .. })));
    assert!(closed.is_some() && closed < opened_at, "{effects:#?}");
    let handle = effects.iter().find_map(|effect| match effect {
        Effect::OpenModel { setup, .. } => setup.handle.clone(),
        _ => None,
    });
    assert_eq!(handle.as_deref(), Some("h1"), "it is the same session");
    // And back, as soon as there is something to say by hand.
    scene.model(ServerEvent::SetupComplete);
    scene.frame(ClientFrame::AudioEnd {});
    let effects = scene.start(TurnTaking::Manual);
    assert_eq!(opened(&effects), [Detection::Manual]);
    assert!(effects.contains(&Effect::CloseModel));
}

#[test]
fn an_open_microphone_does_not_cut_off_the_tutor() {
    let mut scene = Scene::new();
    scene.write("I think so.");
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("What makes", 400);
    let effects = scene.start(TurnTaking::Automatic);
    assert_eq!((broken_into(&effects), opened(&effects)), (vec![], vec![]));
    let effects = scene.sound();
    assert!(!effects.contains(&Effect::HoldAudio), "that would be the tutor's own voice");
    scene.speaks(" you think so?", 400);
    scene.ends();
    assert_eq!(opened(&scene.sound()).len() + opened(&scene.effects).len(), 2);
    assert_eq!(scene.last_turn().text, "What makes you think so?");
}

#[test]
fn closing_the_microphone_ends_what_is_being_said_and_it_is_answered() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    let effects = scene.frame(ClientFrame::AudioEnd {});
    assert_eq!(sent(&effects), [ClientMessage::AudioStreamEnd]);
    scene.heard(" Or not.");
    scene.speaks("Which?", 400);
    scene.ends();
    assert_eq!(scene.said(), [(Student, "I think so. Or not."), (Tutor, "Which?")]);
    scene.wait(120_000);
    assert_eq!(scene.state.record().microphone, None);
    assert_eq!(scene.state.record().session, SessionState::Paused);
}

#[test]
fn an_answer_to_what_was_understood_only_after_the_microphone_was_closed_is_an_answer() {
    let mut scene = Scene::hands_free();
    scene.frame(ClientFrame::AudioEnd {});
    scene.wait(300);
    scene.speaks("Which?", 400);
    scene.heard(" This one.");
    scene.ends();
    assert_eq!(scene.said(), [(Student, "This one."), (Tutor, "Which?")]);
}

#[test]
fn a_microphone_that_was_closed_before_the_model_was_there_is_heard() {
    let mut scene = Scene::new();
    scene.start(TurnTaking::Automatic);
    scene.sound();
    scene.frame(ClientFrame::AudioEnd {});
    let effects = scene.model(ServerEvent::SetupComplete);
    assert!(effects.contains(&Effect::ReleaseAudio { sample_rate: 16_000 }));
    assert_eq!(sent(&effects), [ClientMessage::AudioStreamEnd]);
    scene.heard("I think so.");
    scene.speaks("Why?", 400);
    scene.ends();
    assert_eq!(scene.said(), [(Student, "I think so."), (Tutor, "Why?")]);
}

#[test]
fn silence_closes_the_microphone_and_says_so() {
    let mut scene = Scene::hands_free();
    for _ in 0..1_150 {
        assert_eq!(refusals(&scene.sound()), []);
    }
    let effects = scene.wait(10_000);
    assert_eq!(refusals(&effects), [(ErrorCode::ValidationError, Some("v1".into()))]);
    assert_eq!(sent(&effects), [ClientMessage::AudioStreamEnd]);
    // What was under way when it closed is no offence.
    for _ in 0..20 {
        assert_eq!(refusals(&scene.sound()), []);
    }
    scene.wait(120_000);
    assert_eq!(scene.state.next_alarm(), None, "and nobody is kept awake");
}

#[test]
fn the_tutor_speaking_is_no_silence_of_the_student() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    scene.speaks("Why", 400);
    // Longer than the student may be silent, and not endless.
    for _ in 0..14 {
        scene.wait(10_000);
        scene.speaks(" oh why", 10_000);
    }
    scene.ends();
    assert!(refusals(&scene.wait(100_000)).is_empty());
    assert_eq!(refusals(&scene.wait(30_000)).len(), 1);
}

#[test]
fn who_speaks_for_a_minute_is_taken_to_have_finished() {
    let mut scene = Scene::hands_free();
    scene.heard("I think");
    let mut effects = Vec::new();
    for _ in 0..605 {
        effects.extend(scene.sound());
        if scene.now % 3_000 == 0 {
            scene.heard(" and on");
        }
    }
    assert_eq!(sent(&effects), [ClientMessage::AudioStreamEnd], "once");
    assert!(
        scene.sound().contains(&Effect::ForwardAudio { sample_rate: 16_000 }),
        "what comes after is heard"
    );
    scene.speaks("Stop.", 400);
    scene.ends();
    assert_eq!(scene.said().len(), 2);
}

#[test]
fn what_is_written_while_the_microphone_is_open_is_answered() {
    let mut scene = Scene::hands_free();
    let effects = scene.write("See the paper by Smith.");
    assert!(matches!(&sent(&effects)[..], [ClientMessage::Said { .. }]), "{effects:#?}");
    assert_eq!(opened(&effects), [], "any socket can be written to");
    scene.speaks("Which Smith?", 400);
    scene.ends();
    scene.heard("The younger.");
    scene.speaks("Why?", 400);
    scene.ends();
    let texts: Vec<_> = scene.said().iter().map(|(_, text)| *text).collect();
    assert_eq!(texts, ["See the paper by Smith.", "Which Smith?", "The younger.", "Why?"]);
}

#[test]
fn what_is_said_and_written_at_once_is_two_turns_and_one_answer() {
    let mut scene = Scene::hands_free();
    scene.heard("As it says here:");
    scene.write("See the paper by Smith.");
    scene.speaks("Which Smith?", 400);
    scene.ends();
    let texts: Vec<_> = scene.said().iter().map(|(_, text)| *text).collect();
    assert_eq!(texts, ["As it says here:", "See the paper by Smith.", "Which Smith?"]);
}

#[test]
fn a_student_who_speaks_before_a_written_question_is_answered_is_answered_once() {
    let mut scene = Scene::hands_free();
    scene.write("See the paper by Smith.");
    scene.heard(" The younger");
    scene.model(ServerEvent::Interrupted);
    scene.model(ServerEvent::TurnComplete);
    scene.heard(" one.");
    scene.speaks("I see.", 400);
    scene.ends();
    let texts: Vec<_> = scene.said().iter().map(|(_, text)| *text).collect();
    assert_eq!(texts, ["See the paper by Smith.", "The younger one.", "I see."]);
}

#[test]
fn a_model_that_hears_and_says_nothing_is_replaced_and_asked_in_writing() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    let effects = scene.wait(13_500);
    assert!(effects.contains(&Effect::CloseModel));
    assert_eq!(opened(&effects), [LISTENS], "the microphone is still open");
    assert_eq!(scene.said(), [(Student, "I think so.")]);
    let effects = scene.model(ServerEvent::SetupComplete);
    assert!(matches!(&sent(&effects)[..], [ClientMessage::Said { .. }]));
    scene.speaks("Why?", 400);
    scene.ends();
    scene.heard("I read it.");
    scene.speaks("Where?", 400);
    scene.ends();
    assert_eq!(scene.said().len(), 4);
}

#[test]
fn a_turn_without_a_word_is_asked_about_in_writing_at_once() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    let effects = scene.model(ServerEvent::TurnComplete);
    assert!(matches!(&sent(&effects)[..], [ClientMessage::Said { .. }]), "{effects:#?}");
    assert_eq!(opened(&effects), []);
}

#[test]
fn a_model_that_is_lost_in_silence_is_replaced_without_a_word() {
    let mut scene = Scene::hands_free();
    let effects = scene.loses(Loss::RetryWithHandle);
    assert_eq!(refusals(&effects), []);
    assert!(scene.sound().contains(&Effect::HoldAudio), "until there is another");
    let effects = scene.wait(1_000);
    assert_eq!(opened(&effects), [LISTENS]);
    assert!(scene.model(ServerEvent::SetupComplete).contains(&Effect::ReleaseAudio { sample_rate: 16_000 }));
    assert_eq!(scene.said(), []);
}

#[test]
fn a_model_that_says_it_will_go_is_left_when_nobody_speaks() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    let effects = scene.model(ServerEvent::GoAway { time_left_ms: 50_000 });
    assert!(!effects.contains(&Effect::CloseModel), "not while the student speaks");
    scene.speaks("Why?", 400);
    scene.ends();
    let effects = [scene.sound(), scene.effects.clone()].concat();
    assert!(effects.contains(&Effect::CloseModel));
    assert_eq!(opened(&scene.effects), [LISTENS, LISTENS]);
}

#[test]
fn without_a_model_the_microphone_is_closed_and_the_student_told() {
    for loss in [Loss::Quota, Loss::FatalAuth] {
        let mut scene = Scene::hands_free();
        let effects = scene.feed(Input::ModelLost { generation: 1, loss, detail: String::new() });
        let [(_, Some(id))] = &refusals(&effects)[..] else { panic!("{effects:#?}") };
        assert_eq!(id, "v1");
        for _ in 0..20 {
            assert_eq!(refusals(&scene.sound()), [], "what is under way is no offence");
        }
        assert_eq!(opened(&scene.wait(300_000)), [], "{loss:?}");
    }
}

#[test]
fn a_client_that_is_gone_has_closed_its_microphone() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    let effects = scene.feed(Input::Disconnected { connection: STUDENT });
    assert_eq!(sent(&effects), [ClientMessage::AudioStreamEnd]);
    scene.speaks("Why?", 400);
    scene.ends();
    assert_eq!(scene.said(), [(Student, "I think so."), (Tutor, "Why?")]);
}

#[test]
fn a_microphone_outlives_a_crash_if_its_client_does() {
    let mut scene = Scene::hands_free();
    scene.heard("I think so.");
    let effects = scene.crashes(vec![connection(STUDENT, OWNER, AudioMode::Binary)]);
    assert_eq!(scene.said(), [(Student, "I think so.")], "what was understood is not lost");
    assert_eq!(opened(&effects), [LISTENS]);
    scene.model(ServerEvent::SetupComplete);
    scene.speaks("Why?", 400);
    scene.ends();
    assert!(scene.sound().contains(&Effect::ForwardAudio { sample_rate: 16_000 }));
    scene.heard("I read it.");
    scene.speaks("Where?", 400);
    scene.ends();
    assert_eq!(scene.last_turn().text, "Where?");
    assert_eq!(scene.state.turns()[2].client_message_id.as_deref(), Some("v1.2"));

    let effects = scene.crashes(vec![]);
    assert_eq!((opened(&effects), &scene.state.record().microphone), (vec![], &None));
}

#[test]
fn one_speaks_in_one_way_at_a_time() {
    let mut scene = Scene::hands_free();
    for turn_taking in [TurnTaking::Manual, TurnTaking::Automatic] {
        let effects = scene.start(turn_taking);
        let [(code, _)] = &refusals(&effects)[..] else { panic!("{effects:#?}") };
        assert_eq!(*code, ErrorCode::TurnInProgress);
    }
    assert!(scene.sound().contains(&Effect::ForwardAudio { sample_rate: 16_000 }), "the first goes on");
    let mut scene = Scene::new();
    scene.start(TurnTaking::Manual);
    assert_eq!(refusals(&scene.start(TurnTaking::Automatic)).len(), 1);
}

#[test]
fn where_the_tutor_answers_later_the_student_says_when_it_is_enough() {
    let mut scene = Scene::with(AiConfig { response_delay_hours: 2.0, ..AiConfig::default() });
    let effects = scene.start(TurnTaking::Automatic);
    assert_eq!(refusals(&effects), [(ErrorCode::ValidationError, Some("v1".into()))]);
    assert_eq!(refusals(&scene.start(TurnTaking::Manual)), []);
}

#[test]
fn the_last_answer_closes_the_microphone_with_the_conversation() {
    let mut scene = Scene::with(AiConfig { max_turns: 1, auto_terminate: false, ..AiConfig::default() });
    scene.start(TurnTaking::Automatic);
    scene.sound();
    scene.model(ServerEvent::SetupComplete);
    scene.sound();
    scene.heard("I think so.");
    scene.speaks("Let us leave it there.", 400);
    scene.wait(800);
    scene.model(ServerEvent::Interrupted);
    assert!(scene.state.is_closed());
    assert_eq!(scene.state.record().microphone, None);
    scene.heard(" But");
    scene.over();
    assert_eq!(scene.state.turns().len(), 2);
}
