//! What is decided about a turn, by whom, and how it reaches the model.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

use mentora_core::dialogue::replay::{Outcome, replay};
use mentora_core::dialogue::{Inquiry, Strategy};
use mentora_core::documents::{AiConfig, Analyser, Conversation, EndReason, Modality, Speaker, Turn};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_gemini::{ClientMessage, ServerEvent};
use mentora_session::record::Facts;
use mentora_session::{Connection, ConnectionId, Effect, FlushOutcome, Input, State, Write, step};
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::TurnAnswer;
use mentora_wire::stream::client::AudioConfig;
use mentora_wire::stream::{AudioMode, ClientFrame, Event, PrivateFrame, Seq, StreamRole};
use serde_json::{Value, json};

const STUDENT: ConnectionId = ConnectionId(1);
const CLAIM: &str = "School uniforms should be mandatory.";

struct Scene {
    state: State,
    now: i64,
    generation: u32,
    /// Questions to the text model, the newest last.
    asked: Vec<(u32, Inquiry)>,
}

fn weighed() -> AiConfig {
    AiConfig { analyser: Analyser::Gemini, auto_terminate: false, ..AiConfig::default() }
}

fn verdict(changes: &Value) -> String {
    let mut verdict = json!({
        "vagueness": 0, "claim": 90, "evidence": 75, "hearsay": 0, "overreach": 0, "oneSidedness": 90,
        "balance": 0, "concession": 0, "closure": 0, "question": 0, "distress": 0, "stance": "pro-weak",
    });
    for (name, value) in changes.as_object().unwrap() {
        verdict[name] = value.clone();
    }
    verdict.to_string()
}

/// One by which the other side is argued, where the word lists would ask for a ground.
fn one_sided() -> String {
    verdict(&json!({}))
}

impl Scene {
    fn of(ai_config: AiConfig, model: &str) -> Self {
        let facts = Facts {
            conversation: ConversationId::new("c").unwrap(),
            owner: UserId::new("student").unwrap(),
            assignment: AssignmentId::new("a").unwrap(),
            course: CourseId::new("k").unwrap(),
            title: "Uniforms".into(),
            question: Some("Should uniforms be mandatory?".into()),
            background: String::new(),
            ai_config,
            persona: None,
            prompt_edits: Default::default(),
            payer: None,
            free_credits: None,
            model: model.into(),
            started_at: Millis(0),
        };
        let state = State::new(facts, Millis(0));
        let mut scene = Self { state, now: 0, generation: 0, asked: Vec::new() };
        scene.connect();
        scene
    }

    fn with(ai_config: AiConfig) -> Self {
        Self::of(ai_config, "gemini-3.8-live")
    }

    fn connect(&mut self) {
        self.feed(Input::Connected(Connection {
            id: STUDENT,
            user: UserId::new("student").unwrap(),
            role: StreamRole::Speaker,
            staff: false,
            audio: AudioMode::Binary,
            cursor: Seq(0),
        }));
    }

    fn feed(&mut self, input: Input) -> Vec<Effect> {
        let effects = step(&mut self.state, Millis(self.now), input);
        for effect in &effects {
            match effect {
                Effect::OpenModel { generation, .. } => self.generation = *generation,
                Effect::Analyse { number, inquiry } => self.asked.push((*number, (**inquiry).clone())),
                _ => {}
            }
        }
        effects
    }

    fn frame(&mut self, frame: ClientFrame) -> Vec<Effect> {
        self.feed(Input::Frame { connection: STUDENT, frame })
    }

    fn write(&mut self, text: &str, id: &str) -> Vec<Effect> {
        self.frame(ClientFrame::TextInput { text: text.into(), client_message_id: id.into() })
    }

    fn hears(&mut self, reply: Option<String>) -> Vec<Effect> {
        let number = self.asked.last().unwrap().0;
        self.feed(Input::Analysed { number, reply })
    }

    fn model(&mut self, event: ServerEvent) -> Vec<Effect> {
        self.feed(Input::Model { generation: self.generation, event })
    }

    fn answer(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = self.model(ServerEvent::SetupComplete);
        effects.extend(self.model(ServerEvent::Spoke(text.into())));
        for event in [ServerEvent::GenerationComplete, ServerEvent::TurnComplete] {
            effects.extend(self.model(event));
        }
        effects
    }

    /// The student speaks; what is sent to the model before the answer.
    fn speak(&mut self, id: &str) -> Vec<Effect> {
        let config = AudioConfig {
            sample_rate: 16_000,
            encoding: "pcm".into(),
            channels: 1,
            turn_taking: Default::default(),
        };
        let mut effects = self.frame(ClientFrame::AudioStart { config, client_message_id: id.into() });
        effects.extend(self.feed(Input::AudioChunk { connection: STUDENT, bytes: 32_000 }));
        effects.extend(self.model(ServerEvent::SetupComplete));
        effects.extend(self.frame(ClientFrame::AudioEnd {}));
        effects
    }

    /// A whole spoken turn, understood as `text` and answered.
    fn spoken(&mut self, text: &str, id: &str) -> Vec<Effect> {
        let mut effects = self.speak(id);
        effects.extend(self.model(ServerEvent::HeardStudent(text.into())));
        effects.extend(self.model(ServerEvent::Spoke("Why?".into())));
        for event in [ServerEvent::GenerationComplete, ServerEvent::TurnComplete] {
            effects.extend(self.model(event));
        }
        effects
    }

    fn wait(&mut self, ms: i64) -> Vec<Effect> {
        let until = self.now + ms;
        let mut all = Vec::new();
        while let Some(at) = self.state.next_alarm().filter(|at| at.0 <= until) {
            self.now = at.0.max(self.now);
            all.extend(self.feed(Input::Alarm));
        }
        self.now = until;
        all
    }

    fn student_turn(&self) -> &Turn {
        self.state.turns().iter().rev().find(|turn| turn.speaker == Speaker::Student).unwrap()
    }

    fn decided(&self) -> (Strategy, Option<Analyser>) {
        let analysis = self.student_turn().analysis.as_ref().unwrap();
        (analysis.strategy.unwrap(), analysis.analyser)
    }
}

const BY_VERDICT: (Strategy, Option<Analyser>) = (Strategy::DevilsAdvocate, Some(Analyser::Gemini));
const BY_WORD_LISTS: (Strategy, Option<Analyser>) = (Strategy::Challenge, Some(Analyser::Lexical));

fn events(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::Tell(event) => match &event.event {
            Event::TurnStored { .. } => Some("turn_stored"),
            Event::Decision { .. } => Some("decision"),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(name).collect()
}

fn sent(effects: &[Effect]) -> Vec<ClientMessage> {
    let message = |effect: &Effect| match effect {
        Effect::SendModel(message) => Some(message.clone()),
        _ => None,
    };
    effects.iter().filter_map(message).collect()
}

fn steered(effects: &[Effect]) -> Option<String> {
    sent(effects).into_iter().find_map(|message| match message {
        ClientMessage::Steer { text } => Some(text),
        _ => None,
    })
}

fn refusals(effects: &[Effect]) -> Vec<ErrorCode> {
    let code = |effect: &Effect| match effect {
        Effect::TellOne { frame, .. } => match &**frame {
            PrivateFrame::Error(error) => Some(error.code),
            _ => None,
        },
        Effect::Reply { answer, .. } => answer.as_ref().as_ref().err().map(|refusal| refusal.code),
        _ => None,
    };
    effects.iter().filter_map(code).collect()
}

fn replies(effects: &[Effect]) -> Vec<(u32, TurnAnswer)> {
    let reply = |effect: &Effect| match effect {
        Effect::Reply { call, answer } => (**answer).clone().ok().map(|answer| (*call, answer)),
        _ => None,
    };
    effects.iter().filter_map(reply).collect()
}

#[test]
fn what_is_written_waits_for_the_verdict_and_is_stored_once_with_it() {
    let mut scene = Scene::with(weighed());
    let effects = scene.write(CLAIM, "m1");
    assert_eq!((events(&effects), scene.state.turns().len()), (vec![], 0), "nothing is acknowledged");
    assert!(effects.iter().any(|e| matches!(e, Effect::OpenModel { .. })), "the model is fetched meanwhile");
    let inquiry = &scene.asked[0].1;
    assert_eq!(inquiry.said, [(Speaker::Student, CLAIM.to_owned())]);
    assert!(inquiry.instruction.contains("Should uniforms be mandatory?"));

    let effects = scene.hears(Some(one_sided()));
    assert_eq!((events(&effects), scene.decided()), (vec!["turn_stored", "decision"], BY_VERDICT));
    let said = sent(&scene.model(ServerEvent::SetupComplete));
    let [ClientMessage::Said { parts }] = &said[..] else { panic!("{said:?}") };
    assert!(parts[0].starts_with("⟦move: devils_advocate⟧"), "{parts:?}");

    for reply in [Some(verdict(&json!({ "closure": 100 }))), None] {
        assert_eq!(scene.hears(reply), [], "twice changes nothing");
    }
}

#[test]
fn a_verdict_that_does_not_come_in_time_is_not_waited_for() {
    let mut scene = Scene::with(weighed());
    scene.write(CLAIM, "m1");
    assert_eq!(events(&scene.wait(799)), Vec::<&str>::new());
    assert_eq!(events(&scene.wait(1)), ["turn_stored", "decision"], "the alarm");
    assert_eq!(scene.decided(), BY_WORD_LISTS);
    assert_eq!(scene.hears(Some(one_sided())), [], "too late");
    assert_eq!(scene.decided(), BY_WORD_LISTS);
}

#[test]
fn a_model_that_fails_or_answers_nonsense_leaves_it_to_the_word_lists() {
    let cut = one_sided()[..30].to_owned();
    let beyond = verdict(&json!({ "claim": 900 }));
    let named = verdict(&json!({ "move": "conclude" }));
    for reply in [None, Some(String::new()), Some(cut), Some(beyond), Some(named), Some("{}".into())] {
        let mut scene = Scene::with(weighed());
        scene.write(CLAIM, "m1");
        let effects = scene.hears(reply.clone());
        assert_eq!(
            (events(&effects), scene.decided()),
            (vec!["turn_stored", "decision"], BY_WORD_LISTS),
            "{reply:?}"
        );
    }
}

#[test]
fn a_move_that_the_teacher_has_left_out_is_not_made_whatever_the_verdict_says() {
    let mut config = weighed();
    config.dialectical_config.enabled_strategies = vec![Strategy::Challenge];
    let mut scene = Scene::with(config);
    scene.write(CLAIM, "m1");
    scene.hears(Some(one_sided()));
    assert_eq!(scene.decided(), (Strategy::Continue, Some(Analyser::Gemini)));
}

#[test]
fn the_teachers_weights_hold_for_a_verdict_too() {
    let mut config = weighed();
    config.dialectical_config.strategy_weights.insert(Strategy::DevilsAdvocate, 0.1);
    let mut scene = Scene::with(config);
    scene.write(CLAIM, "m1");
    scene.hears(Some(one_sided()));
    assert_eq!(scene.decided().0, Strategy::Continue);
}

#[test]
fn the_same_message_sent_again_while_it_is_weighed_is_one_turn() {
    let mut scene = Scene::with(weighed());
    scene.write(CLAIM, "m1");
    assert_eq!(scene.write(CLAIM, "m1"), []);
    let call = |call, id: &str| Input::Call { call, text: CLAIM.into(), client_message_id: id.into() };
    assert_eq!(scene.feed(call(7, "m1")), [], "a call waits with it");
    assert_eq!(refusals(&scene.feed(call(8, "m2"))), [ErrorCode::TurnInProgress]);
    assert_eq!(refusals(&scene.write("And more.", "m3")), [ErrorCode::TurnInProgress]);
    let config = AudioConfig {
        sample_rate: 16_000,
        encoding: "pcm".into(),
        channels: 1,
        turn_taking: Default::default(),
    };
    let speaking = scene.frame(ClientFrame::AudioStart { config, client_message_id: "v1".into() });
    assert_eq!(refusals(&speaking), [ErrorCode::TurnInProgress], "nor can the student speak");
    scene.hears(Some(one_sided()));
    assert_eq!((scene.asked.len(), scene.state.turns().len()), (1, 1));
    let answered = replies(&scene.answer("Why?"));
    assert_eq!(answered.iter().map(|(call, _)| *call).collect::<Vec<_>>(), [7]);
    assert_eq!(answered[0].1.decision.as_ref().unwrap().strategy, Strategy::DevilsAdvocate);
}

#[test]
fn a_student_who_leaves_while_it_is_weighed_finds_it_stored() {
    let mut scene = Scene::with(weighed());
    scene.write(CLAIM, "m1");
    scene.feed(Input::Disconnected { connection: STUDENT });
    scene.hears(Some(one_sided()));
    assert_eq!(scene.decided(), BY_VERDICT);
    scene.connect();
    assert_eq!(events(&scene.write(CLAIM, "m1")), Vec::<&str>::new(), "and what is sent again is known");
}

#[test]
fn an_end_while_it_is_weighed_keeps_what_was_written() {
    for frame in [Some(ClientFrame::Stop { reason: None }), None] {
        let mut scene = Scene::with(weighed());
        scene.feed(Input::Call { call: 3, text: CLAIM.into(), client_message_id: "m1".into() });
        let effects = match frame {
            Some(frame) => scene.frame(frame),
            None => scene.feed(Input::End { reason: EndReason::InstructorEnded }),
        };
        assert!(scene.state.is_closed());
        assert_eq!((scene.state.turns().len(), scene.decided()), (1, BY_WORD_LISTS));
        let answered = replies(&effects);
        assert_eq!((answered.len(), answered[0].0), (1, 3), "whoever waits is told, without an answer");
        assert_eq!(scene.hears(Some(one_sided())), []);
    }
}

#[test]
fn breaking_in_while_it_is_weighed_breaks_nothing() {
    let mut scene = Scene::with(weighed());
    scene.write(CLAIM, "m1");
    assert_eq!(scene.frame(ClientFrame::Interrupt { heard_ms: None }), []);
    scene.hears(Some(one_sided()));
    assert_eq!(scene.decided(), BY_VERDICT);
}

#[test]
fn a_crash_while_it_is_weighed_forgets_it_and_the_client_sends_it_again() {
    let mut scene = Scene::with(weighed());
    scene.write(CLAIM, "m1");
    let late = scene.asked[0].0;
    scene.state = State::restore(scene.state.record().clone(), scene.state.turns().to_vec());
    scene.feed(Input::Woke { connections: Vec::new() });
    assert_eq!(scene.feed(Input::Analysed { number: late, reply: Some(one_sided()) }), []);
    scene.connect();
    scene.write(CLAIM, "m1");
    scene.hears(Some(one_sided()));
    assert_eq!((scene.state.turns().len(), scene.decided()), (1, BY_VERDICT));
}

#[test]
fn what_holds_no_word_is_not_weighed() {
    let mut scene = Scene::with(weighed());
    assert_eq!(events(&scene.write("…?!", "m1")), ["turn_stored", "decision"]);
    assert!(scene.asked.is_empty());
}

#[test]
fn a_model_that_refuses_is_not_opened_over_and_over_while_it_is_weighed() {
    let mut scene = Scene::with(weighed());
    scene.write(CLAIM, "m1");
    let lost = |generation| Input::ModelLost {
        generation,
        loss: mentora_gemini::Loss::FatalAuth,
        detail: String::new(),
    };
    let effects = scene.feed(lost(scene.generation));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OpenModel { .. })), "{effects:?}");
    let effects = scene.hears(None);
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::OpenModel { .. })),
        "the turn tries for itself"
    );
}

#[test]
fn speech_is_weighed_after_its_answer_has_begun_and_delays_nothing() {
    let mut scene = Scene::with(weighed());
    scene.speak("v1");
    scene.model(ServerEvent::HeardStudent(CLAIM.into()));
    scene.model(ServerEvent::Spoke("Why?".into()));
    assert!(scene.asked.is_empty(), "the transcript may go on");
    let effects = scene.model(ServerEvent::GenerationComplete);
    assert_eq!(events(&effects), ["turn_stored"], "stored at once");
    assert_eq!(scene.decided(), BY_WORD_LISTS);
    let flushed = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Flush(batch) => Some(batch.turns.len()),
            _ => None,
        })
    };
    assert_eq!(flushed(&scene.wait(600)), Some(0), "what may still be corrected is not final");
    scene.feed(Input::Flushed {
        revision: 0,
        turns: 0,
        outcome: FlushOutcome::Done { update_time: "t".into() },
    });

    let effects = scene.hears(Some(one_sided()));
    assert_eq!((events(&effects), scene.decided()), (vec!["decision"], BY_VERDICT));
    let written = effects.iter().find_map(|effect| match effect {
        Effect::Write(Write::Turn(turn)) => Some(turn.is_intact()),
        _ => None,
    });
    assert_eq!(written, Some(true), "what was said is as it was sealed");
    scene.model(ServerEvent::TurnComplete);
    assert!(flushed(&scene.wait(30_000)).is_some_and(|turns| turns >= 1));
    assert_eq!(scene.hears(Some(verdict(&json!({ "closure": 100 })))), [], "twice changes nothing");
}

#[test]
fn speech_without_a_verdict_keeps_the_decision_of_the_word_lists() {
    let mut scene = Scene::with(weighed());
    scene.spoken(CLAIM, "v1");
    assert_eq!(events(&scene.wait(800)), ["decision"]);
    assert_eq!(scene.decided(), BY_WORD_LISTS);
    scene.spoken("Nobody needs them.", "v2");
    let effects = scene.write("They are cheap because they last.", "m1");
    assert_eq!(events(&effects), ["decision"], "who goes on does not wait for a verdict on what was before");
}

#[test]
fn speech_steers_the_answer_to_the_speech_after_it() {
    let mut scene = Scene::with(AiConfig { auto_terminate: false, ..AiConfig::default() });
    assert_eq!(steered(&scene.spoken(CLAIM, "v1")), None, "of the first nothing is known");
    assert_eq!(scene.decided().0, Strategy::Challenge);
    let effects = scene.spoken("Because they reduce bullying.", "v2");
    let messages = sent(&effects);
    let [ClientMessage::Steer { text }, ClientMessage::ActivityStart, ClientMessage::ActivityEnd] =
        &messages[..]
    else {
        panic!("{messages:?}")
    };
    assert!(text.starts_with("⟦move: challenge⟧ ⟦"), "{text}");
    let answer = scene.state.turns().last().unwrap();
    assert_eq!(
        answer.analysis.as_ref().unwrap().strategy,
        Some(Strategy::Challenge),
        "the move that was made"
    );
}

#[test]
fn the_verdict_on_speech_steers_the_next_answer() {
    let mut scene = Scene::with(weighed());
    scene.spoken(CLAIM, "v1");
    scene.hears(Some(one_sided()));
    assert!(steered(&scene.spoken("And more.", "v2")).unwrap().starts_with("⟦move: devils_advocate⟧"));
}

#[test]
fn the_teachers_words_steer_speech_as_well() {
    let mut config = AiConfig { auto_terminate: false, ..AiConfig::default() };
    config.dialectical_config.custom_prompts.insert(Strategy::Challenge, "Ask for a source.".into());
    let mut scene = Scene::with(config);
    scene.spoken(CLAIM, "v1");
    assert_eq!(steered(&scene.spoken("So.", "v2")).unwrap(), "⟦move: challenge⟧ ⟦Ask for a source.⟧");
}

#[test]
fn the_last_speech_is_answered_with_a_conclusion_and_the_one_before_with_the_last_question() {
    let mut scene = Scene::with(AiConfig { max_turns: 2, auto_terminate: false, ..AiConfig::default() });
    assert_eq!(steered(&scene.spoken(CLAIM, "v1")).unwrap(), mentora_core::prompts::closing());
    assert!(steered(&scene.spoken("Because they are cheap.", "v2")).unwrap().starts_with("⟦move: conclude⟧"));
    assert!(scene.state.is_closed());
}

#[test]
fn nothing_is_sent_between_turns_where_it_would_do_harm() {
    // A model that does not take it.
    let mut scene = Scene::of(AiConfig::default(), "gemini-3.8-live-extended-thinking");
    scene.spoken(CLAIM, "v1");
    assert_eq!(steered(&scene.spoken("So.", "v2")), None);

    // What was written had its move with it.
    let mut scene = Scene::with(AiConfig::default());
    scene.write(CLAIM, "m1");
    scene.answer("Why?");
    assert_eq!(steered(&scene.spoken("So.", "v1")), None);

    // An answer that is being generated: the student breaks in.
    let mut scene = Scene::with(AiConfig::default());
    scene.spoken(CLAIM, "v1");
    scene.speak("v2");
    scene.model(ServerEvent::HeardStudent("They are cheap.".into()));
    scene.model(ServerEvent::Spoke("And who".into()));
    let broken_into = scene.speak("v3");
    assert_eq!(sent(&broken_into), [ClientMessage::ActivityStart, ClientMessage::ActivityEnd]);
}

#[test]
fn speech_that_ended_before_the_model_was_ready_is_steered_too() {
    let mut scene = Scene::with(AiConfig { auto_terminate: false, ..AiConfig::default() });
    scene.spoken(CLAIM, "v1");
    scene.wait(60_000);
    let config = AudioConfig {
        sample_rate: 16_000,
        encoding: "pcm".into(),
        channels: 1,
        turn_taking: Default::default(),
    };
    scene.frame(ClientFrame::AudioStart { config, client_message_id: "v2".into() });
    scene.feed(Input::AudioChunk { connection: STUDENT, bytes: 32_000 });
    scene.frame(ClientFrame::AudioEnd {});
    let messages = sent(&scene.model(ServerEvent::SetupComplete));
    assert!(
        matches!(
            &messages[..],
            [ClientMessage::Steer { .. }, ClientMessage::ActivityStart, ClientMessage::ActivityEnd]
        ),
        "{messages:?}"
    );
}

/// A dialogue as it is exported, of every kind of decision: by word lists, by a verdict, spoken, broken into, the last.
fn exported() -> Conversation {
    let mut config = weighed();
    config.max_turns = 6;
    config.dialectical_config.strategy_weights.insert(Strategy::Challenge, 1.2);
    let mut scene = Scene::with(config);
    scene.write(CLAIM, "m1");
    scene.hears(None);
    scene.answer("What makes you think so?");
    scene.write("Because they reduce bullying: in my school it went down by 40%.", "m2");
    scene.hears(Some(verdict(&json!({ "overreach": 10 }))));
    scene.model(ServerEvent::SetupComplete);
    scene.model(ServerEvent::Spoke("And who pays for".into()));
    scene.write("我覺得每個人都應該穿校服。", "m3");
    scene.wait(800);
    for event in [ServerEvent::Interrupted, ServerEvent::TurnComplete] {
        scene.model(event);
    }
    scene.answer("為什麼？");
    scene.spoken("It's good.", "v1");
    scene.hears(Some(verdict(&json!({ "vagueness": 90, "evidence": 0 }))));
    scene.spoken("I don't know.", "v2");
    scene.wait(800);
    scene.write("That is all I have to say, thank you.", "m4");
    scene.hears(Some(verdict(&json!({ "closure": 100 }))));
    scene.answer("Thank you, goodbye.");
    assert!(scene.state.is_closed());
    scene.state.snapshot()
}

#[test]
fn every_decision_of_a_dialogue_can_be_made_again_from_its_export() {
    let exported = serde_json::to_string(&exported()).unwrap();
    let conversation: Conversation = serde_json::from_str(&exported).unwrap();
    let config = conversation.rules.as_ref().unwrap().to_config();
    let replayed = replay(&config, &conversation);
    assert_eq!(replayed.len(), 6);
    for turn in &replayed {
        assert!(matches!(turn.outcome, Outcome::Same(_)), "{turn:#?}");
    }
    let by = |analyser| {
        let analysers = replayed.iter().filter_map(|turn| turn.stored()?.analyser);
        analysers.filter(|it| *it == analyser).count()
    };
    assert_eq!((by(Analyser::Lexical), by(Analyser::Gemini)), (3, 3));
    assert!(conversation.turns.iter().any(|turn| turn.modality == Modality::Voice));

    let other = AiConfig { max_turns: 3, ..config };
    let differs = replay(&other, &conversation);
    let fields: Vec<_> = differs
        .iter()
        .map(|turn| match &turn.outcome {
            Outcome::Different { fields, .. } => fields.contains(&"strategy"),
            _ => false,
        })
        .collect();
    assert!(fields[2], "under other rules it comes out otherwise: {differs:#?}");
}

/// The export that the tests of `mentora replay` read.
const EXPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packages/mentora-cli/tests/cli/export.json");

#[test]
fn the_export_that_the_command_is_tested_with_is_what_the_machine_makes() {
    let mut export = serde_json::to_value(exported()).unwrap();
    export["id"] = json!("c");
    // The prompts have a version of their own, which changes with every word of them.
    for turn in export["turns"].as_array_mut().unwrap() {
        turn.as_object_mut().unwrap().remove("promptVersion");
    }
    let made = serde_json::to_string_pretty(&export).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(EXPORT, &made).unwrap();
        return;
    }
    assert!(
        std::fs::read_to_string(EXPORT).unwrap_or_default() == made,
        "the export is not what the machine makes; if the change is wanted: UPDATE_GOLDEN=1 cargo test -p mentora-session --test moves"
    );
}
