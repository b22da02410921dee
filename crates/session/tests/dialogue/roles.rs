//! Who speaks, and who is sent away.

use mentora_session::{Effect, Input};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{CloseCode, StreamRole};

use crate::scene::Scene;
use crate::shared::told::{closes, refusals};
use crate::shared::{OWNER, STUDENT};

#[test]
fn a_newer_speaker_takes_over_and_the_older_listens() {
    let mut scene = Scene::new();
    let effects = scene.come(OWNER).1;
    assert!(effects.contains(&Effect::SetRole { connection: STUDENT, role: StreamRole::Listener }));
    let effects = scene.write("Do you hear me?");
    assert_eq!(refusals(&effects), [ErrorCode::Forbidden]);
}

#[test]
fn only_the_owner_speaks() {
    let mut scene = Scene::new();
    let (teacher, effects) = scene.come("teacher");
    assert!(effects.contains(&Effect::SetRole { connection: teacher, role: StreamRole::Listener }));
}

#[test]
fn the_fourth_bad_frame_ends_the_connection() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        let effects = scene.feed(Input::BadFrame { connection: STUDENT, problem: "x".into() });
        assert_eq!(refusals(&effects), [ErrorCode::ValidationError]);
    }
    let effects = scene.feed(Input::BadFrame { connection: STUDENT, problem: "x".into() });
    assert_eq!(closes(&effects), [(STUDENT, CloseCode::BadFrame)]);
}
