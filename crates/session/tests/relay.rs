//! What the relay is granted, and what the machine makes of what it reports. Whether sound was relayed or not, a
//! conversation comes out the same.

#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

#[path = "shared/mod.rs"]
mod shared;

use mentora_core::time::Millis;
use mentora_gemini::{ClientMessage, Loss, ServerEvent};
use mentora_session::{
    AnswerGrant, Carried, ConnectionId, Direction, Effect, Input, Sound, SpeechGrant, State, Write,
};
use mentora_wire::stream::audio::duration_ms;
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame, CloseCode, Event};
use shared::client::{audio_start, connection};
use shared::{OWNER, STUDENT, Scene, open_ended};

/// A tenth of a second of the student, and a fifth of the tutor.
const CHUNK: usize = 3_200;
const PIECE: usize = 9_600;
/// A minute at 16 kHz.
const UTTERANCE: usize = 60 * 32_000;
/// 160 seconds at 24 kHz.
const ENDLESS: usize = 160 * 48_000;

/// A conversation, and the relay before it: it holds what it was granted, and reports when it is told to.
struct Stage {
    talk: Scene,
    speech: Option<SpeechGrant>,
    answer: Option<AnswerGrant>,
    relayed: (Sound, Sound),
    /// When the last of the answer came.
    answered_at: i64,
    /// Hands nothing on.
    slow: bool,
}

impl Stage {
    fn new() -> Self {
        let talk = Scene::listener(open_ended());
        let (speech, answer, relayed) = (None, None, Default::default());
        Self { talk, speech, answer, relayed, answered_at: 0, slow: false }
    }

    /// As the shell does it: what was relayed is told first.
    fn feed(&mut self, input: Input) -> Vec<Effect> {
        if self.relayed.0.chunks + self.relayed.1.chunks > 0 {
            self.report();
        }
        self.step(input)
    }

    fn step(&mut self, input: Input) -> Vec<Effect> {
        let effects = self.talk.feed(input);
        for effect in &effects {
            match effect {
                Effect::GrantSpeech(grant) => self.speech.clone_from(grant),
                Effect::GrantAnswer(grant) => self.answer.clone_from(grant),
                _ => {}
            }
        }
        effects
    }

    /// Reports, as the relay does every ten chunks.
    fn report(&mut self) {
        let (speech, answer) = std::mem::take(&mut self.relayed);
        self.step(Input::Relayed { speech, answer, answered_at: Millis(self.answered_at) });
    }

    fn start(&mut self, id: &str, turn_taking: TurnTaking) {
        self.frame(audio_start(id, turn_taking));
    }

    fn frame(&mut self, frame: ClientFrame) -> Vec<Effect> {
        self.feed(Input::Frame { connection: STUDENT, frame })
    }

    fn model(&mut self, event: ServerEvent) -> Vec<Effect> {
        self.feed(Input::Model { generation: self.talk.generation, event })
    }

    /// The student says a chunk, as fast as it can be spoken; whether it was relayed.
    fn says(&mut self, bytes: usize) -> bool {
        self.talk.now += duration_ms(bytes, 16_000);
        let grant = self.speech.as_mut().filter(|grant| !self.slow && grant.bytes >= bytes);
        if let Some(grant) = grant {
            grant.bytes -= bytes;
            self.relayed.0.chunks += 1;
            self.relayed.0.bytes += bytes;
            if self.relayed.0.chunks >= 10 {
                self.report();
            }
            return true;
        }
        self.feed(Input::AudioChunk { connection: STUDENT, bytes });
        false
    }

    /// The model says a piece; whether it was relayed.
    fn speaks(&mut self, bytes: usize) -> bool {
        let grant = self.answer.as_mut().filter(|grant| !self.slow && grant.bytes >= bytes);
        if let Some(grant) = grant {
            grant.bytes -= bytes;
            self.relayed.1.chunks += 1;
            self.relayed.1.bytes += bytes;
            self.answered_at = self.talk.now;
            if self.relayed.1.chunks >= 10 {
                self.report();
            }
            return true;
        }
        let generation = self.talk.generation;
        self.feed(Input::ModelAudio { generation, bytes, sample_rate: 24_000 });
        false
    }

    /// A student who speaks to a model that is ready, and was heard once.
    fn speaking() -> Self {
        let mut scene = Self::new();
        scene.start("v", TurnTaking::Manual);
        scene.says(CHUNK);
        scene.model(ServerEvent::SetupComplete);
        scene
    }

    /// A tutor in the middle of an answer, one piece of which has come.
    fn answering() -> Self {
        let mut scene = Self::speaking();
        scene.frame(ClientFrame::AudioEnd {});
        scene.model(ServerEvent::HeardStudent("I think so.".into()));
        scene.speaks(PIECE);
        scene.model(ServerEvent::Spoke("Why do you think so?".into()));
        scene
    }

    fn carried(&self, wanted: Direction) -> Vec<Carried> {
        let of = |effect: &Effect| match effect {
            Effect::Carried { direction, carried } if *direction == wanted => Some(*carried),
            _ => None,
        };
        self.talk.effects.iter().filter_map(of).collect()
    }

    fn spoken_bytes(&self) -> usize {
        self.talk.state.record().spoken.as_ref().map_or(0, |spoken| spoken.bytes)
    }
}

#[test]
fn speech_is_granted_once_the_model_hears_it_and_no_longer() {
    let mut scene = Stage::new();
    scene.start("v", TurnTaking::Manual);
    assert!(!scene.says(CHUNK), "the model is not there yet");
    assert_eq!(scene.speech, None);
    let effects = scene.model(ServerEvent::SetupComplete);
    let release = effects.iter().position(|effect| matches!(effect, Effect::ReleaseAudio { .. }));
    let grant = effects.iter().position(|effect| matches!(effect, Effect::GrantSpeech(Some(_))));
    assert!(release.unwrap() < grant.unwrap(), "what was held goes first: {effects:#?}");
    let granted = scene.speech.clone().unwrap();
    assert_eq!((granted.connection, granted.sample_rate), (STUDENT, 16_000));
    assert!(scene.says(CHUNK));
    let effects = scene.frame(ClientFrame::AudioEnd {});
    assert!(effects.contains(&Effect::SendModel(ClientMessage::ActivityEnd)));
    assert_eq!(scene.speech, None);
}

#[test]
fn an_answer_is_granted_after_its_first_sound_and_no_longer() {
    let mut scene = Stage::speaking();
    scene.frame(ClientFrame::AudioEnd {});
    scene.model(ServerEvent::Spoke("Why".into()));
    assert_eq!(scene.answer, None, "when the first sound comes is told");
    assert!(!scene.speaks(PIECE));
    let granted = scene.answer.clone().unwrap();
    assert_eq!((granted.turn_index, granted.sent), (1, PIECE));
    assert!(scene.speaks(PIECE));
    scene.model(ServerEvent::GenerationComplete);
    assert_eq!(scene.answer, None);
}

#[test]
fn grants_are_slices_that_reports_renew() {
    let mut scene = Stage::speaking();
    let slice = scene.speech.as_ref().unwrap().bytes;
    assert_eq!(slice, 2 * 32_000, "two seconds");
    let mut slow = 0;
    for _ in 0..200 {
        slow += u32::from(!scene.says(CHUNK));
        assert!(scene.speech.as_ref().unwrap().bytes <= slice);
    }
    assert_eq!(slow, 0, "a relay that reports is never short of a grant");
    // One that never reports falls silent.
    let mut relayed = 0;
    while scene.speech.as_ref().unwrap().bytes >= CHUNK {
        scene.speech.as_mut().unwrap().bytes -= CHUNK;
        relayed += CHUNK;
    }
    assert!(relayed <= slice);
}

#[test]
fn an_utterance_ends_at_a_minute_to_the_byte_however_its_sound_went() {
    for (chunk, slow) in [(CHUNK, true), (CHUNK, false), (3_202, true), (3_202, false), (64_000, false)] {
        let mut scene = Stage::speaking();
        scene.slow = slow;
        let mut bytes = CHUNK;
        while scene.talk.state.record().owed.is_none() {
            let relayed = scene.says(chunk);
            bytes += chunk;
            assert!(bytes < UTTERANCE || !relayed, "the chunk that fills the minute is not relayed");
            assert!(bytes < UTTERANCE + chunk, "it never ends");
        }
        assert!(bytes >= UTTERANCE && bytes - chunk < UTTERANCE, "{bytes} bytes of {chunk} each");
        assert_eq!(scene.spoken_bytes(), bytes);
        assert_eq!(scene.speech, None);
        let [carried] = scene.carried(Direction::Speech)[..] else { panic!("told once") };
        assert_eq!(carried.relayed.bytes + carried.handled.bytes, bytes);
        assert_eq!(carried.relayed.chunks == 0, slow);
    }
}

#[test]
fn an_answer_that_does_not_end_is_ended_however_its_sound_went() {
    for slow in [true, false] {
        let mut scene = Stage::answering();
        scene.slow = slow;
        let mut bytes = PIECE;
        while scene.talk.state.record().answer.is_some() {
            let relayed = scene.speaks(PIECE);
            bytes += PIECE;
            assert!(bytes < ENDLESS || !relayed);
            assert!(bytes < ENDLESS + PIECE, "it never ends");
        }
        assert_eq!(bytes, ENDLESS);
        assert!(scene.talk.last_turn().truncated);
        assert_eq!(scene.answer, None);
        assert!(scene.talk.effects.contains(&Effect::CloseModel), "nobody listens to the rest");
        let [carried] = scene.carried(Direction::Answer)[..] else { panic!("told once") };
        assert_eq!(carried.relayed.bytes + carried.handled.bytes, bytes);
    }
}

#[test]
fn what_was_relayed_is_counted_before_it_is_used() {
    let mut scene = Stage::answering();
    for _ in 0..7 {
        assert!(scene.speaks(PIECE));
    }
    // 1.6 seconds came; a student cannot have heard more.
    scene.frame(ClientFrame::Interrupt { heard_ms: Some(9_999) });
    assert_eq!(scene.talk.last_turn().heard_ms, Some(1_600));
    assert_eq!(scene.answer, None);

    let mut scene = Stage::speaking();
    scene.says(CHUNK);
    scene.frame(ClientFrame::AudioEnd {});
    assert_eq!(scene.talk.state.record().spoken.as_ref().unwrap().duration_ms, 200);
}

#[test]
fn relayed_or_not_the_turns_are_the_same() {
    let play = |slow: bool| {
        let mut scene = Stage::speaking();
        scene.slow = slow;
        for _ in 0..23 {
            scene.talk.now += 100;
            scene.says(CHUNK);
        }
        scene.frame(ClientFrame::AudioEnd {});
        scene.model(ServerEvent::HeardStudent("I think so.".into()));
        for piece in 0..17 {
            scene.talk.now += 50;
            scene.model(ServerEvent::Spoke(format!(" piece {piece}")));
            scene.speaks(PIECE);
        }
        scene.talk.now += 900;
        scene.frame(ClientFrame::Interrupt { heard_ms: Some(1_234) });
        (
            scene.talk.state.turns().to_vec(),
            scene.talk.state.record().clone(),
            scene.carried(Direction::Answer),
        )
    };
    let ((slow_turns, slow_record, slow), (turns, record, fast)) = (play(true), play(false));
    assert_eq!(turns, slow_turns);
    assert_eq!(record, slow_record);
    assert_eq!((slow[0].relayed.chunks, slow[0].handled.chunks), (0, 17));
    assert_eq!((fast[0].relayed.chunks, fast[0].handled.chunks), (16, 1));
}

#[test]
fn a_chunk_that_is_handled_in_between_keeps_its_place_and_its_count() {
    let mut scene = Stage::answering();
    scene.speaks(PIECE);
    let generation = scene.talk.generation;
    // Written in another way, so the relay did not know it.
    let effects = scene.feed(Input::ModelAudio { generation, bytes: PIECE, sample_rate: 24_000 });
    let offset = effects.iter().find_map(|effect| match effect {
        Effect::RelayAudio { offset_ms, .. } => Some(*offset_ms),
        _ => None,
    });
    assert_eq!(offset, Some(400), "after the piece that was handled and the one that was relayed");
    assert_eq!(scene.answer.as_ref().unwrap().sent, 3 * PIECE, "the next one follows it");

    let mut scene = Stage::speaking();
    scene.says(CHUNK);
    let effects = scene.feed(Input::AudioChunk { connection: STUDENT, bytes: CHUNK });
    assert!(effects.contains(&Effect::ForwardAudio { sample_rate: 16_000 }), "at once, in its place");
    assert_eq!(scene.spoken_bytes(), 3 * CHUNK);
}

#[test]
fn an_open_microphone_and_the_answer_to_it_are_granted_at_once() {
    let mut scene = Stage::new();
    scene.start("h", TurnTaking::Automatic);
    scene.says(CHUNK);
    scene.model(ServerEvent::SetupComplete);
    assert!(scene.says(CHUNK), "before a word was understood");
    scene.model(ServerEvent::HeardStudent("I think so.".into()));
    for _ in 0..30 {
        assert!(scene.says(CHUNK));
    }
    scene.report();
    assert_eq!(scene.spoken_bytes(), 30 * CHUNK, "an utterance begins with its first word");
    scene.speaks(PIECE);
    for _ in 0..30 {
        assert!(scene.says(CHUNK) && scene.speaks(PIECE), "both ways");
    }
    let answer = scene.talk.state.record().answer.as_ref();
    assert!(answer.is_some_and(|answer| answer.audio_bytes >= 20 * PIECE));
    scene.frame(ClientFrame::AudioEnd {});
    assert_eq!(scene.speech, None);
    assert!(scene.answer.is_some());
}

#[test]
fn an_utterance_into_an_open_microphone_ends_at_a_minute_to_the_byte() {
    for slow in [true, false] {
        let mut scene = Stage::new();
        scene.start("h", TurnTaking::Automatic);
        scene.says(CHUNK);
        scene.model(ServerEvent::SetupComplete);
        scene.model(ServerEvent::HeardStudent("I think so.".into()));
        scene.slow = slow;
        let mut bytes = 0;
        while scene.talk.state.record().spoken.as_ref().is_some_and(|spoken| spoken.ended_at.is_none()) {
            let relayed = scene.says(CHUNK);
            bytes += CHUNK;
            assert!(bytes < UTTERANCE || !relayed);
            assert!(bytes <= UTTERANCE, "it never ends");
        }
        assert_eq!(bytes, UTTERANCE);
        assert!(scene.talk.effects.contains(&Effect::SendModel(ClientMessage::AudioStreamEnd)));
    }
}

#[test]
fn nothing_is_granted_without_a_model() {
    let mut scene = Stage::speaking();
    let generation = scene.talk.generation;
    scene.feed(Input::ModelLost { generation, loss: Loss::RetryWithHandle, detail: String::new() });
    assert_eq!(scene.speech, None);

    let mut scene = Stage::answering();
    let generation = scene.talk.generation;
    scene.feed(Input::ModelLost { generation, loss: Loss::RetryWithHandle, detail: String::new() });
    assert_eq!(scene.answer, None);
}

#[test]
fn a_flood_of_tiny_chunks_ends_the_same_however_they_went() {
    let flood = |effect: &Effect| {
        matches!(effect, Effect::Close { connection: STUDENT, code: CloseCode::RateExceeded, .. })
    };
    for slow in [true, false] {
        let mut scene = Stage::speaking();
        scene.slow = slow;
        let mut sent = 0;
        // A sample each: no time passes, and it is next to no sound.
        while !scene.talk.effects.iter().any(flood) {
            assert_eq!(scene.says(2), !slow);
            sent += 1;
            assert!(sent < 300, "nobody counts them");
        }
        // A burst of 200, less the beginning. The relay is found out when it reports.
        assert!((198..=210).contains(&sent), "{sent} chunks");
        assert_eq!(scene.speech, None, "and nothing more is relayed");
    }
}

#[test]
fn speech_in_small_chunks_is_no_flood() {
    let mut scene = Stage::speaking();
    for _ in 0..2_000 {
        scene.says(640);
    }
    assert!(!scene.talk.effects.iter().any(|effect| matches!(effect, Effect::Close { .. })));
}

#[test]
fn nothing_is_granted_to_who_speaks_no_more() {
    let mut scene = Stage::speaking();
    scene.feed(Input::Connected(connection(ConnectionId(2), OWNER, AudioMode::Binary)));
    assert_eq!(scene.speech, None, "somebody else speaks from now on");

    let mut scene = Stage::speaking();
    scene.feed(Input::Disconnected { connection: STUDENT });
    assert_eq!(scene.speech, None);
}

#[test]
fn what_is_left_of_an_answer_that_was_broken_into_is_not_relayed() {
    let mut scene = Stage::answering();
    scene.frame(ClientFrame::Interrupt { heard_ms: None });
    assert_eq!(scene.answer, None);
    assert!(!scene.speaks(PIECE));
    assert_eq!(scene.answer, None, "the model has not spoken its end yet");
}

#[test]
fn a_report_of_another_life_changes_nothing() {
    let mut scene = Stage::answering();
    let record = scene.talk.state.record().clone();
    scene.talk.state = State::restore(record, scene.talk.state.turns().to_vec());
    let connections = vec![connection(STUDENT, OWNER, AudioMode::Binary)];
    scene.step(Input::Woke { connections });
    let before = scene.talk.state.record().clone();
    let sound = Sound { chunks: 3, bytes: 3 * PIECE };
    scene.step(Input::Relayed { speech: sound, answer: sound, answered_at: Millis(0) });
    assert_eq!(*scene.talk.state.record(), before);
}

#[test]
fn sound_that_opens_an_answer_is_stored_before_it_is_told() {
    let mut scene = Stage::speaking();
    scene.frame(ClientFrame::AudioEnd {});
    let generation = scene.talk.generation;
    let effects = scene.feed(Input::ModelAudio { generation, bytes: PIECE, sample_rate: 24_000 });
    let begun = |effect: &Effect| matches!(effect, Effect::Tell(event) if matches!(event.event, Event::AiResponseStart { .. }));
    let told = effects.iter().position(begun).unwrap();
    let written = effects.iter().position(|effect| matches!(effect, Effect::Write(Write::Record(_))));
    assert!(written.unwrap() < told, "{effects:#?}");
    // What only counts is not stored each time.
    let effects = scene.feed(Input::ModelAudio { generation, bytes: PIECE, sample_rate: 24_000 });
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Write(_))), "{effects:#?}");
}

#[test]
fn speech_at_a_rate_that_nobody_expects_is_not_given_to_anybody() {
    let mut scene = Stage::answering();
    let generation = scene.talk.generation;
    let effects = scene.feed(Input::ModelAudio { generation, bytes: PIECE, sample_rate: 16_000 });
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::RelayAudio { .. })), "{effects:#?}");
}

#[test]
fn sound_that_is_under_way_when_a_crash_loses_the_speech_is_no_offence() {
    let mut scene = Stage::speaking();
    let record = scene.talk.state.record().clone();
    scene.talk.state = State::restore(record, scene.talk.state.turns().to_vec());
    let connections = vec![connection(STUDENT, OWNER, AudioMode::Binary)];
    scene.step(Input::Woke { connections });
    scene.talk.now += 500;
    let told = |effects: &[Effect]| effects.iter().filter(|e| matches!(e, Effect::TellOne { .. })).count();
    for _ in 0..20 {
        let effects = scene.step(Input::AudioChunk { connection: STUDENT, bytes: CHUNK });
        assert_eq!(told(&effects), 0, "{effects:?}");
    }
    scene.talk.now += 3_000;
    let effects = scene.step(Input::AudioChunk { connection: STUDENT, bytes: CHUNK });
    assert_eq!(told(&effects), 1, "it knows better by now");
}
