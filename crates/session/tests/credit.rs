//! Paying for answers: hold, then settle or release.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "shared/mod.rs"]
mod shared;

use mentora_core::ids::{UserId, WalletId};
use mentora_core::money::Micros;
use mentora_gemini::{Loss, ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{Effect, HoldOutcome, Input, PaymentOutcome};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::server::Shortage;
use mentora_wire::stream::{AudioMode, Event};
use shared::{OWNER, Scene, facts};

fn wallet() -> WalletId {
    WalletId::of_user(&UserId::new(OWNER).unwrap())
}

impl Scene {
    fn paid_by(payer: Option<WalletId>) -> Self {
        Self::empty(Facts { payer, ..facts() }, AudioMode::None)
    }

    fn say(&mut self, text: &str) -> Vec<Effect> {
        let client_message_id = self.next_id();
        self.feed(Input::Call { call: 1, text: text.into(), client_message_id })
    }

    fn held(&mut self, hold: u32, outcome: HoldOutcome) -> Vec<Effect> {
        self.feed(Input::Held { hold, outcome })
    }
}

fn held(effects: &[Effect]) -> Vec<(u32, Micros)> {
    let hold = |effect: &Effect| match effect {
        Effect::Hold { hold, amount, .. } => Some((*hold, *amount)),
        _ => None,
    };
    effects.iter().filter_map(hold).collect()
}

fn settled(effects: &[Effect]) -> Vec<(u32, String, Micros)> {
    let settle = |effect: &Effect| match effect {
        Effect::Settle { hold, turn_id, amount, .. } => Some((*hold, turn_id.to_string(), *amount)),
        _ => None,
    };
    effects.iter().filter_map(settle).collect()
}

fn released(effects: &[Effect]) -> Vec<u32> {
    let release = |effect: &Effect| match effect {
        Effect::Release { hold, .. } => Some(*hold),
        _ => None,
    };
    effects.iter().filter_map(release).collect()
}

fn opens(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::OpenModel { .. }))
}

fn shortage() -> Shortage {
    Shortage { required_micros: Micros(48_000), available_micros: Micros(7), wallet_id: wallet() }
}

#[test]
fn without_a_payer_nothing_is_held_and_the_model_is_opened_at_once() {
    let effects = Scene::paid_by(None).say("Screens are bad.");
    assert!(opens(&effects) && held(&effects).is_empty());
}

#[test]
fn an_answer_is_held_for_before_the_model_is_opened_and_settled_when_its_tokens_are_known() {
    let mut scene = Scene::paid_by(Some(wallet()));
    let effects = scene.say("Screens are bad.");
    assert!(!opens(&effects), "a refusal must cost nothing");
    let [(1, amount)] = held(&effects)[..] else { panic!("{effects:?}") };
    assert!(amount > Micros(33_000), "the longest answer at least: {amount:?}");

    assert!(opens(&scene.held(1, HoldOutcome::Granted)));
    scene.model(ServerEvent::SetupComplete);
    scene.model(ServerEvent::Spoke("Why?".into()));
    scene.model(ServerEvent::GenerationComplete);
    let usage = Usage { input_text: 1_200, output_audio: 200, ..Usage::default() };
    scene.model(ServerEvent::Usage(usage));
    let effects = scene.model(ServerEvent::TurnComplete);
    assert_eq!(settled(&effects), [(1, "c-1".to_owned(), Micros(3_300))]);

    let outcome = PaymentOutcome::Done { balance_micros: Micros(96_700), low: true };
    let effects = scene.feed(Input::Paid { hold: 1, outcome });
    let credits = Event::Credits { wallet_id: wallet(), balance_micros: Micros(96_700), low: true };
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Tell(event) if event.event == credits)));
    assert!(settled(&scene.wait(100_000)).is_empty(), "it is told once");
}

#[test]
fn who_cannot_pay_keeps_the_turn_and_the_next_one_tries_again() {
    let mut scene = Scene::paid_by(Some(wallet()));
    scene.say("Screens are bad.");
    let effects = scene.held(1, HoldOutcome::Refused(shortage()));
    assert!(!opens(&effects));
    let told = effects.iter().any(|effect| {
        matches!(effect, Effect::Tell(event) if matches!(&event.event, Event::Error(error)
            if error.code == ErrorCode::InsufficientCredits && error.details == Some(shortage())))
    });
    assert!(told, "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Reply { answer, .. } if answer.is_err())));
    assert_eq!(released(&effects), [1], "an earlier request of it may still be under way");
    assert_eq!(scene.state.turns().len(), 1);
    assert_eq!(held(&scene.say("They keep me awake."))[0].0, 2);
}

#[test]
fn a_hold_of_unknown_outcome_is_asked_for_again_by_its_number_and_then_given_up() {
    let mut scene = Scene::paid_by(Some(wallet()));
    scene.say("Screens are bad.");
    scene.held(1, HoldOutcome::Unsure);
    assert_eq!(held(&scene.wait(1_000)).iter().map(|(hold, _)| *hold).collect::<Vec<_>>(), [1]);
    // From now on it does not answer at all.
    let effects = scene.wait(60_000);
    assert_eq!(held(&effects).iter().map(|(hold, _)| *hold).collect::<Vec<_>>(), [1, 1]);
    assert!(!opens(&effects));
    assert_eq!(released(&effects).first(), Some(&1), "it may have been granted after all");
    assert!(scene.state.record().owed.is_none());
}

#[test]
fn nothing_is_charged_for_nothing() {
    let mut scene = Scene::paid_by(Some(wallet()));
    scene.say("Screens are bad.");
    scene.held(1, HoldOutcome::Granted);
    let effects = scene.loses(Loss::Quota);
    assert_eq!((released(&effects), settled(&effects)), (vec![1], vec![]));
}

#[test]
fn what_the_wallet_is_owed_survives_a_crash() {
    let mut scene = Scene::paid_by(Some(wallet()));
    scene.say("Screens are bad.");
    scene.held(1, HoldOutcome::Granted);
    scene.loses(Loss::Quota);
    assert_eq!(released(&scene.crashes(Vec::new())), [1]);
}
