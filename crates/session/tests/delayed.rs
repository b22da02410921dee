//! Answers that come later: promised, added to, taken back, made when they are due, paid for once, and given up.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "shared/mod.rs"]
mod shared;

use mentora_core::documents::{
    AiConfig, ConversationState, EndReason, PendingResponse, PendingStatus, Speaker,
};
use mentora_core::ids::{UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_gemini::generate::{Answer, Question, Role};
use mentora_gemini::{ClientMessage, ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{DueOutcome, Effect, FlushOutcome, HoldOutcome, Input, MAX_ATTEMPTS, PaymentOutcome};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::server::Shortage;
use mentora_wire::stream::{AudioMode, ClientFrame, Event};
use shared::told::{errors, events, openings, refusals, replies, sent};
use shared::{OWNER, Scene, facts, open_ended};

const HOUR: i64 = 3_600_000;
const SAID: &str = "Screens are bad for sleep, because my sister sleeps less since she has one.";

fn rules() -> AiConfig {
    AiConfig { response_delay_hours: 24.0, ..open_ended() }
}

fn scene() -> Scene {
    Scene::reader(rules())
}

fn wallet() -> WalletId {
    WalletId::of_user(&UserId::new(OWNER).unwrap())
}

fn paying() -> Scene {
    let mut scene =
        Scene::of(Facts { payer: Some(wallet()), ai_config: rules(), ..facts() }, AudioMode::None);
    scene.write(SAID);
    scene.wait(24 * HOUR);
    scene
}

impl Scene {
    /// Somebody comes for the answer to the turn at `index`.
    fn due(&mut self, index: u32, attempt: u32) -> Vec<Effect> {
        self.feed(Input::Due { index, attempt, model: "gemini-3.5-flash-lite".into() })
    }

    fn composed(&mut self, number: u32) -> Vec<Effect> {
        self.feed(Input::Composed { number, answer: Ok(answer()) })
    }

    /// Somebody comes for it, and the text model answers.
    fn answered(&mut self, index: u32) -> Vec<Effect> {
        let mut effects = self.due(index, 1);
        let number = asked(&effects)[0].0;
        effects.extend(self.composed(number));
        effects
    }

    fn takes_back(&mut self) -> Vec<Effect> {
        self.feed(Input::TakeBack { post: 7 })
    }

    fn stands(&self) -> ConversationState {
        self.state.record().state
    }

    fn tutor_turns(&self) -> usize {
        self.state.turns().iter().filter(|turn| turn.speaker == Speaker::Tutor).count()
    }

    /// What the document is to say.
    fn promised(&self) -> PendingResponse {
        self.state.record().promise.document.clone().unwrap()
    }
}

fn answer() -> Answer {
    let usage = Usage { input_text: 1_000, output_text: 100, ..Usage::default() };
    Answer { text: "What else changed for her?".into(), usage }
}

fn asked(effects: &[Effect]) -> Vec<(u32, Question)> {
    let asked = |effect: &Effect| match effect {
        Effect::Compose { number, question } => Some((*number, (**question).clone())),
        _ => None,
    };
    effects.iter().filter_map(asked).collect()
}

fn outcomes(effects: &[Effect]) -> Vec<DueOutcome> {
    let outcome = |effect: &Effect| match effect {
        Effect::DueAnswered(outcome) => Some(outcome.clone()),
        _ => None,
    };
    effects.iter().filter_map(outcome).collect()
}

fn kept(effects: &[Effect]) -> Vec<(u32, PendingStatus)> {
    let kept = |effect: &Effect| match effect {
        Effect::KeepPromise(write) => Some((write.revision, write.document.status)),
        _ => None,
    };
    effects.iter().filter_map(kept).collect()
}

fn payments(effects: &[Effect]) -> Vec<(u32, Option<Micros>)> {
    let payment = |effect: &Effect| match effect {
        Effect::Settle { hold, amount, .. } => Some((*hold, Some(*amount))),
        Effect::Release { hold, .. } => Some((*hold, None)),
        _ => None,
    };
    effects.iter().filter_map(payment).collect()
}

#[test]
fn a_turn_is_stored_and_its_answer_promised_and_nobody_is_woken_for_it() {
    let mut scene = scene();
    let said = Input::Call { call: 1, text: SAID.into(), client_message_id: "a".into() };
    let effects = scene.feed(said.clone());
    let (_, reply) = &replies(&effects)[0];
    assert_eq!(reply.pending.unwrap().due_at, Millis(24 * HOUR));
    assert_eq!((reply.user_turn.text.as_str(), &reply.ai_turn), (SAID, &None));
    assert_eq!(scene.stands(), ConversationState::AwaitingDelayedResponse);
    assert!(events(&effects).contains(&Event::PendingResponse { due_at: Millis(24 * HOUR) }));
    assert_eq!(openings(&effects), [], "the Live model has nothing to do with it");
    let promised = scene.promised();
    assert_eq!((promised.scheduled_at, promised.status), (Millis(24 * HOUR), PendingStatus::Pending));
    assert_eq!(promised.turn_id, scene.last_turn().id);
    // Sent again, it is the same turn and the same promise.
    assert_eq!(replies(&scene.feed(said))[0].1.pending.unwrap().due_at, Millis(24 * HOUR));
    assert_eq!(scene.state.turns().len(), 1);
    scene.feed(Input::PromiseKept { revision: 1, outcome: done() });
    scene.store();
    assert_eq!(scene.state.next_alarm(), None, "it sleeps until it is due");
}

fn done() -> FlushOutcome {
    FlushOutcome::Done { update_time: "1".into() }
}

#[test]
fn the_answer_comes_when_it_is_due_with_its_move_its_tokens_and_its_price() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    let effects = scene.due(0, 1);
    let (number, question) = asked(&effects)[0].clone();
    assert_eq!(question.model, "gemini-3.5-flash-lite");
    assert!(question.contents[0].parts[0].starts_with("⟦move: "), "{question:?}");
    assert_eq!(question.contents[0].parts[1], SAID);
    let effects = scene.composed(number);
    assert_eq!(outcomes(&effects), [DueOutcome::Answered { index: 1 }]);
    let strategy = scene.state.turns()[0].analysis.as_ref().unwrap().strategy;
    let turn = scene.last_turn();
    assert_eq!((turn.speaker, turn.text.as_str()), (Speaker::Tutor, "What else changed for her?"));
    assert_eq!(turn.analysis.as_ref().unwrap().strategy, strategy);
    assert_eq!(turn.model.as_deref(), Some("gemini-3.5-flash-lite"));
    // 1,000 tokens at 0.30 and 100 at 2.50 US dollars a million.
    assert_eq!((turn.cost_micros, scene.state.record().cost), (Some(Micros(550)), Micros(550)));
    assert_eq!(turn.prev_hash, scene.state.turns()[0].hash);
    assert_eq!(scene.stands(), ConversationState::AwaitingFollowup);
    let told = events(&effects);
    let end = |event: &Event| matches!(event, Event::AiResponseEnd { .. });
    assert!(told.iter().any(end), "{told:?}");
    // The next turn waits in its turn.
    scene.write("She also works more.");
    assert_eq!(scene.state.due_at(), Some(Millis(48 * HOUR)));
    let effects = scene.wait(24 * HOUR);
    assert_eq!(asked(&effects), []);
    let (_, question) = asked(&scene.due(2, 1))[0].clone();
    let roles: Vec<Role> = question.contents.iter().map(|content| content.role).collect();
    assert_eq!(roles, [Role::User, Role::Model, Role::User]);
}

#[test]
fn an_answer_that_is_asked_for_twice_is_given_once() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    let number = asked(&scene.due(0, 1))[0].0;
    let second = scene.due(0, 1);
    assert_eq!((asked(&second), outcomes(&second)), (vec![], vec![]), "it waits for the one answer");
    assert_eq!(outcomes(&scene.composed(number)), [DueOutcome::Answered { index: 1 }]);
    assert_eq!(scene.composed(number), [], "the text model's reply comes twice");
    assert_eq!(outcomes(&scene.due(0, 2)), [DueOutcome::Answered { index: 1 }]);
    scene.crashes(Vec::new());
    assert_eq!(outcomes(&scene.due(0, 3)), [DueOutcome::Answered { index: 1 }]);
    assert_eq!(scene.tutor_turns(), 1);
}

#[test]
fn nobody_is_answered_before_the_time() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR - 1);
    assert_eq!(outcomes(&scene.due(0, 1)), [DueOutcome::Waits { until: Millis(24 * HOUR) }]);
    let mut empty = self::scene();
    assert_eq!(outcomes(&empty.due(0, 1)), [DueOutcome::Nothing]);
}

#[test]
fn what_is_added_is_answered_with_the_rest_when_that_was_promised() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(20 * HOUR);
    scene.write("And the light is blue.");
    assert_eq!(scene.state.due_at(), Some(Millis(24 * HOUR)));
    let promised = scene.promised();
    assert_eq!((promised.turn_id, promised.scheduled_at), (scene.last_turn().id.clone(), Millis(24 * HOUR)));
    scene.wait(4 * HOUR);
    let effects = scene.due(0, 1);
    let (number, question) = asked(&effects)[0].clone();
    assert_eq!(question.contents.len(), 1);
    assert_eq!(question.contents[0].parts[1..], [SAID, "And the light is blue."]);
    // While the tutor is at it, the student waits a moment.
    assert_eq!(refusals(&scene.write("And it flickers.")), [ErrorCode::TurnInProgress]);
    assert_eq!(outcomes(&scene.composed(number)), [DueOutcome::Answered { index: 2 }]);
    assert_eq!(scene.tutor_turns(), 1);
}

#[test]
fn a_turn_that_is_taken_back_stays_and_is_not_answered() {
    let mut scene = scene();
    scene.write(SAID);
    scene.feed(Input::PromiseKept { revision: 1, outcome: done() });
    let effects = scene.takes_back();
    assert_eq!(kept(&effects), [(2, PendingStatus::Cancelled)]);
    assert_eq!(scene.stands(), ConversationState::AwaitingFollowup);
    assert_eq!(scene.texts(), [SAID]);
    assert_eq!(outcomes(&scene.due(0, 1)), [DueOutcome::Nothing]);
    assert_eq!(kept(&scene.takes_back()), [], "taken back twice changes nothing");
    scene.wait(HOUR);
    scene.write("I should put it another way.");
    assert_eq!(scene.state.due_at(), Some(Millis(25 * HOUR)));
    scene.wait(24 * HOUR);
    assert_eq!(outcomes(&scene.answered(1)), [DueOutcome::Answered { index: 2 }]);
}

#[test]
fn what_the_tutor_is_answering_is_not_taken_back() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    let number = asked(&scene.due(0, 1))[0].0;
    let effects = scene.takes_back();
    let refused = |effect: &Effect| matches!(effect, Effect::Refused { post: 7, refusal } if refusal.code == ErrorCode::TurnInProgress);
    assert!(effects.iter().any(refused), "{effects:?}");
    assert_eq!(outcomes(&scene.composed(number)), [DueOutcome::Answered { index: 1 }]);
}

#[test]
fn an_answer_is_held_for_when_it_is_made_and_charged_once() {
    let mut scene = paying();
    assert!(
        !scene.effects.iter().any(|effect| matches!(effect, Effect::Hold { .. })),
        "nothing waits in a hold"
    );
    let effects = scene.due(0, 1);
    assert_eq!(asked(&effects), [], "nobody has paid");
    let hold = |effect: &Effect| matches!(effect, Effect::Hold { hold: 1, .. });
    assert!(effects.iter().any(hold), "{effects:?}");
    let effects = scene.feed(Input::Held { hold: 1, outcome: HoldOutcome::Granted });
    let number = asked(&effects)[0].0;
    assert_eq!(payments(&scene.composed(number)), [(1, Some(Micros(550)))]);
    let paid = PaymentOutcome::Done { balance_micros: Micros(9), low: false };
    scene.feed(Input::Paid { hold: 1, outcome: paid });
    assert_eq!(payments(&scene.due(0, 2)), []);
}

#[test]
fn an_answer_that_cannot_be_paid_waits_and_the_student_is_told_once() {
    let mut scene = paying();
    let refuse = |scene: &mut Scene, hold| {
        let effects = scene.due(0, 1);
        assert_eq!(asked(&effects), []);
        let shortage =
            Shortage { required_micros: Micros(9), available_micros: Micros(1), wallet_id: wallet() };
        let effects = scene.feed(Input::Held { hold, outcome: HoldOutcome::Refused(shortage) });
        let paid = PaymentOutcome::Done { balance_micros: Micros(1), low: true };
        scene.feed(Input::Paid { hold, outcome: paid });
        effects
    };
    let effects = refuse(&mut scene, 1);
    assert_eq!(outcomes(&effects), [DueOutcome::Unpaid]);
    assert_eq!(errors(&effects)[0].code, ErrorCode::InsufficientCredits);
    assert_eq!(scene.stands(), ConversationState::AwaitingDelayedResponse);
    assert_eq!(errors(&refuse(&mut scene, 2)), [], "it was told before");
    scene.due(0, 1);
    let effects = scene.feed(Input::Held { hold: 3, outcome: HoldOutcome::Granted });
    let number = asked(&effects)[0].0;
    assert_eq!(outcomes(&scene.composed(number)), [DueOutcome::Answered { index: 1 }]);
}

#[test]
fn a_wallet_that_never_answers_fails_the_try_and_no_more() {
    let mut scene = paying();
    scene.due(0, 1);
    let effects = scene.wait(5 * 60_000);
    assert_eq!(outcomes(&effects).len(), 1, "{effects:?}");
    assert!(matches!(&outcomes(&effects)[0], DueOutcome::Failed { .. }));
    assert_eq!(payments(&effects).first(), Some(&(1, None)), "what may have been held is let go");
    assert_eq!(scene.stands(), ConversationState::AwaitingDelayedResponse);
}

#[test]
fn a_text_model_that_never_answers_fails_the_try_and_its_late_answer_is_not_heard() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    let number = asked(&scene.due(0, 1))[0].0;
    assert!(matches!(outcomes(&scene.wait(60_000))[..], [DueOutcome::Failed { .. }]));
    assert_eq!(scene.composed(number), []);
    assert_eq!(scene.tutor_turns(), 0);
    let again = asked(&scene.due(0, 2))[0].0;
    assert_ne!(again, number);
    assert_eq!(outcomes(&scene.composed(again)), [DueOutcome::Answered { index: 1 }]);
}

#[test]
fn after_five_failures_the_student_has_the_floor() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    for attempt in 1..=MAX_ATTEMPTS {
        let number = asked(&scene.due(0, attempt))[0].0;
        let effects = scene.feed(Input::Composed { number, answer: Err("quota".into()) });
        let why = "quota".to_owned();
        if attempt < MAX_ATTEMPTS {
            assert_eq!(outcomes(&effects), [DueOutcome::Failed { why }]);
            assert_eq!(errors(&effects), [], "a try that fails is nobody's news");
        } else {
            assert_eq!(outcomes(&effects), [DueOutcome::GivenUp { why }]);
            assert_eq!(errors(&effects)[0].code, ErrorCode::UpstreamUnavailable);
        }
    }
    assert_eq!(scene.stands(), ConversationState::AwaitingFollowup);
    scene.write("Are you there?");
    scene.wait(24 * HOUR);
    assert_eq!(outcomes(&scene.answered(1)), [DueOutcome::Answered { index: 2 }]);
}

#[test]
fn what_dies_of_each_try_is_given_up_unasked() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    for attempt in 1..=MAX_ATTEMPTS {
        assert_eq!(asked(&scene.due(0, attempt)).len(), 1);
        scene.crashes(Vec::new());
    }
    let effects = scene.due(0, MAX_ATTEMPTS + 1);
    assert_eq!(asked(&effects), []);
    assert!(matches!(outcomes(&effects)[..], [DueOutcome::GivenUp { .. }]));
}

/// The object dies after each of the steps of an answer; the next life is asked for it again.
#[test]
fn wherever_the_object_dies_there_is_one_answer_and_one_charge() {
    for dies_after in 0..4 {
        let mut scene = paying();
        let mut step = 0;
        let mut dies = |scene: &mut Scene| {
            let now = step == dies_after;
            step += 1;
            if now {
                scene.crashes(Vec::new());
            }
            now
        };
        let mut hold = 1;
        let mut alive = !dies(&mut scene);
        if alive {
            scene.due(0, 1);
            alive = !dies(&mut scene);
        }
        let mut number = 0;
        if alive {
            number = asked(&scene.feed(Input::Held { hold, outcome: HoldOutcome::Granted }))[0].0;
            alive = !dies(&mut scene);
        }
        if alive {
            scene.composed(number);
            alive = !dies(&mut scene);
        }
        assert!(!alive);
        if scene.tutor_turns() == 0 {
            scene.due(0, 2);
            hold = scene.state.record().credit.hold.unwrap().number;
            let effects = scene.feed(Input::Held { hold, outcome: HoldOutcome::Granted });
            let again = asked(&effects)[0].0;
            assert_eq!(scene.composed(number), [], "the answer to the last life is not heard");
            scene.composed(again);
        }
        assert_eq!(outcomes(&scene.due(0, 3)), [DueOutcome::Answered { index: 1 }], "{dies_after}");
        assert_eq!(scene.tutor_turns(), 1);
        let owed: Vec<_> = scene.state.record().credit.payments.iter().filter_map(|p| p.amount).collect();
        assert_eq!(owed, [Micros(550)], "died after step {dies_after}");
    }
}

#[test]
fn the_document_is_written_until_it_knows() {
    let mut scene = scene();
    assert_eq!(kept(&scene.write(SAID)), [(1, PendingStatus::Pending)]);
    let effects = scene.feed(Input::PromiseKept { revision: 1, outcome: FlushOutcome::Unsure });
    assert_eq!(kept(&effects), [], "not at once");
    assert_eq!(kept(&scene.wait(2_000)), [(1, PendingStatus::Pending)]);
    // It is taken back while the write is under way, which nobody has heard of when the object dies.
    assert_eq!(kept(&scene.takes_back()), []);
    assert_eq!(kept(&scene.crashes(Vec::new())), [(2, PendingStatus::Cancelled)]);
    let effects = scene.feed(Input::PromiseKept { revision: 1, outcome: done() });
    assert_eq!(kept(&effects), [(2, PendingStatus::Cancelled)], "it knows an older one only");
    scene.feed(Input::PromiseKept { revision: 2, outcome: done() });
    assert_eq!(kept(&scene.wait(HOUR)), []);
}

#[test]
fn an_end_takes_what_was_promised_with_it() {
    let mut scene = scene();
    scene.write(SAID);
    scene.wait(24 * HOUR);
    let number = asked(&scene.due(0, 1))[0].0;
    let effects = scene.feed(Input::End { reason: EndReason::StudentEnded });
    assert_eq!(outcomes(&effects), [DueOutcome::Nothing], "who waits for it is told");
    assert_eq!(scene.promised().status, PendingStatus::Cancelled);
    assert_eq!(outcomes(&scene.composed(number)), []);
    assert_eq!(scene.tutor_turns(), 0);
}

#[test]
fn the_last_answer_ends_the_conversation_when_it_comes() {
    let mut scene = Scene::reader(AiConfig { max_turns: 1, ..rules() });
    scene.write(SAID);
    assert_eq!(scene.stands(), ConversationState::AwaitingDelayedResponse);
    scene.wait(24 * HOUR);
    scene.answered(0);
    let ended = scene.state.record().ended.clone().unwrap();
    assert_eq!(ended.reason, EndReason::MaxTurnsReached);
    assert_eq!(scene.tutor_turns(), 1);
}

#[test]
fn a_time_limit_lets_the_answer_come() {
    let mut scene = Scene::reader(AiConfig { time_limit_minutes: Some(60), ..rules() });
    scene.write(SAID);
    scene.wait(24 * HOUR);
    assert!(!scene.state.is_closed());
    scene.answered(0);
    assert_eq!(scene.state.record().ended.clone().unwrap().reason, EndReason::TimeLimit);
}

#[test]
fn a_spoken_turn_is_heard_out_and_answered_later_in_writing() {
    let mut scene = Scene::listener(rules());
    scene.start(TurnTaking::Manual);
    scene.utter(32_000);
    let effects = scene.ready();
    assert!(sent(&effects).contains(&ClientMessage::ActivityStart));
    scene.frame(ClientFrame::AudioEnd {});
    // The model begins to answer before it has told what it heard.
    assert_eq!(events(&scene.says("Well")), []);
    scene.heard("Screens are bad.");
    let effects = scene.wait(1_000);
    assert_eq!(scene.texts(), ["Screens are bad."]);
    assert_eq!(scene.stands(), ConversationState::AwaitingDelayedResponse);
    assert!(events(&effects).iter().any(|event| matches!(event, Event::PendingResponse { .. })));
    scene.speaks(" then, tell me", 500);
    scene.ends();
    scene.wait(24 * HOUR);
    assert_eq!(scene.tutor_turns(), 0, "what the model said at once is nobody's answer");
    assert_eq!(outcomes(&scene.answered(0)), [DueOutcome::Answered { index: 1 }]);
}

#[test]
fn speech_that_nobody_understood_is_asked_for_again() {
    let mut scene = Scene::listener(rules());
    scene.start(TurnTaking::Manual);
    scene.utter(32_000);
    scene.ready();
    scene.frame(ClientFrame::AudioEnd {});
    scene.says("Hm?");
    scene.model(ServerEvent::TurnComplete);
    let effects = scene.wait(5_000);
    assert_eq!(errors(&effects).len(), 1, "{effects:?}");
    assert!(scene.texts().is_empty());
    assert_eq!(scene.state.due_at(), None);
}

#[test]
fn who_comes_while_the_student_adds_something_comes_again() {
    let mut scene = Scene::listener(rules());
    scene.write(SAID);
    scene.wait(24 * HOUR);
    scene.start(TurnTaking::Manual);
    scene.utter(3_200);
    let until = Millis(24 * HOUR + 60_000);
    assert_eq!(outcomes(&scene.due(0, 1)), [DueOutcome::Waits { until }]);
}

#[test]
fn records_of_before_there_were_such_answers_are_still_read() {
    let mut scene = scene();
    scene.write(SAID);
    let mut record = serde_json::to_value(scene.state.record()).unwrap();
    for field in ["delayed", "promise"] {
        assert!(record.as_object_mut().unwrap().remove(field).is_some(), "{field}");
    }
    assert!(serde_json::from_value::<mentora_session::Record>(record).is_ok());
}
