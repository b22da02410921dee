//! `interrupted` of the model, and `interrupt` of the student, at every odd moment.

use mentora_core::documents::Speaker::{Student, Tutor};
use mentora_core::documents::Turn;
use mentora_gemini::ServerEvent;
use mentora_session::{Connection, ConnectionId, Input};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::ClientFrame;
use mentora_wire::stream::client::TurnTaking;

use crate::scene::{STUDENT, Scene, broken_into, refusals};

/// How the student says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Text,
    ByHand,
    HandsFree,
}

const WAYS: [Way; 3] = [Way::Text, Way::ByHand, Way::HandsFree];

/// The student has said something, and the model is about to answer.
fn asked(way: Way) -> Scene {
    match way {
        Way::Text => {
            let mut scene = Scene::new();
            scene.write("I think so.");
            scene.model(ServerEvent::SetupComplete);
            scene
        }
        Way::ByHand => {
            let mut scene = Scene::new();
            scene.start(TurnTaking::Manual);
            scene.sound();
            scene.model(ServerEvent::SetupComplete);
            scene.frame(ClientFrame::AudioEnd {});
            scene.heard("I think so.");
            scene
        }
        Way::HandsFree => {
            let mut scene = Scene::hands_free();
            scene.heard("I think so.");
            scene
        }
    }
}

fn interrupted(scene: &mut Scene) -> Vec<mentora_session::Effect> {
    scene.model(ServerEvent::Interrupted)
}

/// Everything that must not change: what is stored, and what it hashes to.
fn kept(scene: &Scene) -> Vec<Turn> {
    scene.state.turns().to_vec()
}

#[test]
fn interrupted_before_any_answer_changes_nothing() {
    for way in WAYS {
        let mut scene = asked(way);
        for _ in 0..2 {
            let effects = interrupted(&mut scene);
            assert_eq!(broken_into(&effects), [0; 0], "{way:?}");
        }
        scene.speaks("Why?", 400);
        scene.ends();
        assert_eq!(scene.said(), [(Student, "I think so."), (Tutor, "Why?")], "{way:?}");
        assert!(!scene.last_turn().truncated, "{way:?}");
    }
}

#[test]
fn interrupted_after_the_turn_late_or_twice_changes_nothing() {
    for way in WAYS {
        let mut scene = asked(way);
        scene.speaks("Why?", 400);
        scene.ends();
        let before = kept(&scene);
        for _ in 0..3 {
            let effects = interrupted(&mut scene);
            assert_eq!(broken_into(&effects), [0; 0], "{way:?}");
            scene.now += 5_000;
        }
        assert_eq!(kept(&scene), before, "{way:?}");
        // And the next turn is as any other.
        scene.write("Because I read it.");
        scene.speaks("Where?", 400);
        scene.ends();
        assert_eq!(scene.said()[2..], [(Student, "Because I read it."), (Tutor, "Where?")], "{way:?}");
    }
}

#[test]
fn interrupted_with_nothing_open_changes_nothing() {
    for way in WAYS {
        let mut scene = match way {
            Way::HandsFree => Scene::hands_free(),
            Way::Text | Way::ByHand => {
                let mut scene = asked(way);
                scene.speaks("Why?", 400);
                scene.ends();
                scene.wait(3_000);
                scene
            }
        };
        let before = kept(&scene);
        let effects = interrupted(&mut scene);
        assert_eq!((broken_into(&effects), refusals(&effects)), (vec![], vec![]), "{way:?}");
        scene.over();
        assert_eq!(kept(&scene), before, "{way:?}");
    }
}

#[test]
fn interrupted_within_an_answer_stores_once_what_reached_the_student() {
    for way in WAYS {
        let mut scene = asked(way);
        scene.speaks("What makes you think", 1_000);
        scene.now += 1_000;
        scene.speaks(" that it is the screens?", 1_000);
        let effects = interrupted(&mut scene);
        let before = kept(&scene);
        interrupted(&mut scene);
        scene.over();
        interrupted(&mut scene);
        let turn = scene.last_turn();
        assert!(turn.truncated, "{way:?}");
        assert_eq!(turn.usage.unwrap().input.text, 100, "{way:?}: what was generated is metered");
        let hashes = |turns: &[Turn]| turns.iter().map(|turn| turn.hash.clone()).collect::<Vec<_>>();
        assert_eq!(hashes(&kept(&scene)), hashes(&before), "{way:?}");
        if way == Way::HandsFree {
            // The student broke in: the model would not have stopped otherwise.
            assert_eq!(broken_into(&effects), [1_000], "{way:?}");
            assert_eq!((turn.text.as_str(), turn.heard_ms), ("What makes you think", Some(1_000)));
            assert_eq!(turn.generated_text.as_deref(), Some("What makes you think that it is the screens?"));
        } else {
            // Nobody speaks, so the model stopped by itself; all that came is played.
            assert_eq!(broken_into(&effects), [0; 0], "{way:?}");
            assert_eq!(turn.text, "What makes you think that it is the screens?", "{way:?}");
        }
    }
}

#[test]
fn interrupted_while_the_answer_is_played_is_the_student_breaking_in_only_hands_free() {
    for way in WAYS {
        let mut scene = asked(way);
        scene.speaks("What makes you think that it is the screens?", 4_000);
        scene.model(ServerEvent::GenerationComplete);
        scene.now += 2_000;
        let effects = interrupted(&mut scene);
        scene.over();
        let turn = scene.last_turn();
        if way == Way::HandsFree {
            assert_eq!(broken_into(&effects), [2_000]);
            assert!(turn.truncated && turn.heard_ms == Some(2_000), "{turn:#?}");
        } else {
            assert_eq!((broken_into(&effects), turn.truncated), (vec![], false), "{way:?}");
        }
    }
}

#[test]
fn the_button_stops_the_tutor_once_at_what_was_heard() {
    for way in WAYS {
        let mut scene = asked(way);
        scene.speaks("What makes you think", 1_000);
        scene.speaks(" that it is the screens?", 1_000);
        let effects = scene.frame(ClientFrame::Interrupt { heard_ms: Some(1_000) });
        assert_eq!(broken_into(&effects), [1_000], "{way:?}");
        assert_eq!(scene.last_turn().text, "What makes you think", "{way:?}");
        let before = kept(&scene);
        let again = scene.frame(ClientFrame::Interrupt { heard_ms: Some(1_000) });
        assert_eq!((broken_into(&again), refusals(&again)), (vec![], vec![]), "{way:?}");
        // What the model still says of it is not heard, not even when it interrupts itself at last.
        scene.speaks(" Tell me.", 500);
        interrupted(&mut scene);
        scene.over();
        assert_eq!(kept(&scene).len(), before.len(), "{way:?}");
        assert_eq!(scene.last_turn().text, "What makes you think", "{way:?}");
    }
}

#[test]
fn nobody_has_heard_more_than_there_was() {
    for way in WAYS {
        let mut scene = asked(way);
        scene.speaks("What makes you think so?", 1_000);
        let effects = scene.frame(ClientFrame::Interrupt { heard_ms: Some(60_000) });
        assert_eq!(broken_into(&effects), [1_000], "{way:?}");
        let turn = scene.last_turn();
        assert_eq!((turn.text.as_str(), turn.truncated), ("What makes you think so?", true), "{way:?}");
    }
}

#[test]
fn a_report_of_playback_says_more_than_the_clock() {
    let mut scene = asked(Way::HandsFree);
    scene.speaks("What makes you think", 1_000);
    scene.speaks(" that it is the screens?", 1_000);
    let turn_id = "c-1".to_owned();
    scene.frame(ClientFrame::Playback { turn_id: turn_id.clone(), heard_ms: 500 });
    scene.frame(ClientFrame::Playback { turn_id: "c-0".into(), heard_ms: 1_900 });
    scene.now += 1_800;
    assert_eq!(broken_into(&interrupted(&mut scene)), [500]);
    // A report that comes after the end is of nothing.
    let before = kept(&scene);
    scene.frame(ClientFrame::Playback { turn_id, heard_ms: 2_000 });
    assert_eq!(kept(&scene), before);
}

#[test]
fn who_only_listens_cannot_stop_the_tutor() {
    for way in WAYS {
        let mut scene = asked(way);
        let teacher = ConnectionId(2);
        let connection = Connection { staff: true, ..scene.connection("teacher") };
        scene.feed(Input::Connected(connection));
        scene.speaks("What makes you think so?", 1_000);
        let frame = ClientFrame::Interrupt { heard_ms: None };
        let effects = scene.feed(Input::Frame { connection: teacher, frame });
        assert_eq!(refusals(&effects), [(ErrorCode::Forbidden, None)], "{way:?}");
        assert_eq!(broken_into(&effects), [0; 0], "{way:?}");
        scene.ends();
        assert!(!scene.last_turn().truncated, "{way:?}");
    }
}

#[test]
fn with_nothing_to_stop_the_button_does_nothing() {
    let mut scene = Scene::new();
    assert_eq!(broken_into(&scene.frame(ClientFrame::Interrupt { heard_ms: Some(10) })), [0; 0]);
    let mut scene = asked(Way::Text);
    assert_eq!(broken_into(&scene.frame(ClientFrame::Interrupt { heard_ms: Some(10) })), [0; 0]);
    scene.feed(Input::Disconnected { connection: STUDENT });
    scene.speaks("Why?", 400);
    scene.ends();
    assert_eq!(scene.said(), [(Student, "I think so."), (Tutor, "Why?")]);
}

#[test]
fn an_answer_that_was_heard_as_far_as_it_had_come_is_cut_short_all_the_same() {
    for (complete, way) in [false, true].into_iter().flat_map(|complete| WAYS.map(|way| (complete, way))) {
        let mut scene = asked(way);
        scene.speaks("What makes you", 1_000);
        if complete {
            scene.model(ServerEvent::GenerationComplete);
        }
        scene.frame(ClientFrame::Interrupt { heard_ms: Some(1_000) });
        let turn = scene.last_turn();
        assert_eq!((turn.text.as_str(), turn.truncated), ("What makes you", !complete), "{way:?}");
        assert_eq!((turn.heard_ms, &turn.generated_text), (Some(1_000), &None));
    }
}
