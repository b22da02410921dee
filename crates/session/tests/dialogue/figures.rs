//! The end, the figures of the assignment, and how it goes on when staff open it again.

use mentora_core::documents::{AiConfig, ConversationState, EndReason, TurnType};
use mentora_session::{Effect, Input, TallyOutcome, Way};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{CloseCode, Event};

use crate::scene::Scene;
use crate::shared::told::{closes, events, refusals, told_figures};
use crate::shared::{STUDENT, open_ended};

impl Scene {
    fn tallied(&mut self, way: Way, outcome: TallyOutcome) -> Vec<Effect> {
        self.feed(Input::Tallied { way, outcome })
    }
}

fn reopened(effects: &[Effect]) -> Option<Result<(), ErrorCode>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Reopened(answer) => Some(answer.clone().map_err(|refusal| refusal.code)),
        _ => None,
    })
}

#[test]
fn the_last_turn_is_concluded_and_the_conversation_closed() {
    let ai_config = AiConfig { max_turns: 1, ..open_ended() };
    let mut scene = Scene::reader(ai_config);
    scene.write("Screens are bad.");
    scene.answer("Then let us leave it there: what will you try tonight?");
    assert_eq!(scene.last_turn().kind, TurnType::Summary);
    let record = scene.state.record();
    assert_eq!(record.state, ConversationState::Closed);
    assert_eq!(record.ended.as_ref().unwrap().reason, EndReason::MaxTurnsReached);
    assert!(record.ended.as_ref().unwrap().summary.contains("Screens are bad."));
    assert_eq!(closes(&scene.effects), [(STUDENT, CloseCode::Ended)]);
    let effects = scene.feed(Input::Call { call: 1, text: "More".into(), client_message_id: "x".into() });
    assert_eq!(refusals(&effects), [ErrorCode::ConversationClosed]);
}

/// A conversation that the student has ended, and that is counted.
fn counted() -> Scene {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.answer("Why?");
    scene.feed(Input::End { reason: EndReason::StudentEnded });
    scene.store();
    scene.tallied(Way::In, TallyOutcome::Done);
    scene
}

#[test]
fn the_figures_are_told_once_the_end_is_stored_and_again_until_they_know() {
    let mut scene = Scene::new();
    scene.write("Screens are bad.");
    scene.answer("Why?");
    scene.feed(Input::End { reason: EndReason::StudentEnded });
    assert_eq!(told_figures(&scene.effects), [], "not before it is stored");
    scene.store();
    assert_eq!(told_figures(&scene.effects), [Way::In]);
    scene.tallied(Way::In, TallyOutcome::Again);
    assert_eq!(told_figures(&scene.wait(5_000)), [Way::In]);
    scene.tallied(Way::In, TallyOutcome::Done);
    assert_eq!(told_figures(&scene.wait(1_000_000)), []);
    assert_eq!(scene.state.next_alarm(), None);
}

#[test]
fn a_conversation_that_is_opened_again_goes_on_once_it_is_counted_no_more() {
    let mut scene = counted();
    let seq = scene.state.record().last_seq;
    let effects = scene.feed(Input::Reopen);
    assert_eq!((told_figures(&effects), reopened(&effects)), (vec![Way::Out], None));
    assert!(scene.state.is_closed(), "not before the figures know");
    let effects = scene.tallied(Way::Out, TallyOutcome::Done);
    assert_eq!(reopened(&effects), Some(Ok(())));
    let state = ConversationState::AwaitingFollowup;
    assert!(
        events(&effects).contains(&Event::StateChange { state, reason: None, ends_at: None }),
        "{effects:#?}"
    );
    assert!(scene.state.record().last_seq > seq);
    scene.connect();
    scene.write("And they keep people awake.");
    scene.answer("Whom?");
    let turns = scene.state.turns();
    assert_eq!(turns.len(), 4);
    for pair in turns.windows(2) {
        assert_eq!(pair[1].prev_hash, pair[0].hash);
        assert!(pair[1].is_intact());
    }
    scene.feed(Input::End { reason: EndReason::StudentEnded });
    scene.store();
    assert_eq!(told_figures(&scene.effects).last(), Some(&Way::In));
}

#[test]
fn what_cannot_go_on_says_why_and_stays_counted() {
    let mut scene = counted();
    scene.feed(Input::Reopen);
    let refusal = mentora_session::Refusal::new(ErrorCode::Conflict, "Another is open.");
    let effects = scene.tallied(Way::Out, TallyOutcome::Refused(refusal));
    assert_eq!(reopened(&effects), Some(Err(ErrorCode::Conflict)));
    assert!(scene.state.is_closed());
    // Nobody knows for sure that it was counted before it was to go on, so the figures are told again.
    assert_eq!(told_figures(&effects), [Way::In]);

    let ai_config = AiConfig { max_turns: 1, ..open_ended() };
    let mut full = Scene::reader(ai_config);
    full.write("Screens are bad.");
    full.answer("Then let us leave it there.");
    assert_eq!(reopened(&full.feed(Input::Reopen)), Some(Err(ErrorCode::Conflict)));
}

#[test]
fn a_store_that_does_not_answer_is_told_to_who_waits_and_the_conversation_goes_on_later() {
    let mut scene = counted();
    scene.feed(Input::Reopen);
    let effects = scene.tallied(Way::Out, TallyOutcome::Again);
    assert_eq!(reopened(&effects), Some(Err(ErrorCode::UpstreamUnavailable)));
    assert_eq!(told_figures(&scene.wait(5_000)), [Way::Out]);
    scene.tallied(Way::Out, TallyOutcome::Done);
    assert!(!scene.state.is_closed());
}
