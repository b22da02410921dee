//! A conversation with a student, on a clock that is set by hand, and everything it did.

use mentora_core::documents::{AiConfig, Turn};
use mentora_core::time::Millis;
use mentora_gemini::{Loss, ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{
    Connection, ConnectionId, Effect, FlushOutcome, Input, SessionWrite, State, Write, step,
};
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame};

use super::client::{audio_start, connection, text_input};
use super::{OWNER, STUDENT, facts};

/// The model keeps two promises for it: no socket of the model is opened beside another, and nobody speaks to none.
pub struct Scene {
    pub state: State,
    pub now: i64,
    pub effects: Vec<Effect>,
    /// The newest opening of the model's socket.
    pub generation: u32,
    /// Whether Firestore takes the documents of sessions at once.
    pub keeps: bool,
    open: bool,
    /// How the student listens.
    audio: AudioMode,
    connections: u32,
    messages: u32,
    spoken: u32,
}

impl Scene {
    /// Nobody is there yet.
    pub fn empty(facts: Facts, audio: AudioMode) -> Self {
        Self {
            state: State::new(facts, Millis(0)),
            now: 0,
            effects: Vec::new(),
            generation: 0,
            keeps: false,
            open: false,
            audio,
            connections: 0,
            messages: 0,
            spoken: 0,
        }
    }

    /// The student is there.
    pub fn of(facts: Facts, audio: AudioMode) -> Self {
        let mut scene = Self::empty(facts, audio);
        scene.come(OWNER);
        scene
    }

    /// A student who reads what the tutor says.
    pub fn reader(ai_config: AiConfig) -> Self {
        Self::of(Facts { ai_config, ..facts() }, AudioMode::None)
    }

    /// A student who hears the tutor.
    pub fn listener(ai_config: AiConfig) -> Self {
        Self::of(Facts { ai_config, ..facts() }, AudioMode::Binary)
    }

    pub fn feed(&mut self, input: Input) -> Vec<Effect> {
        let lost = matches!(&input, Input::ModelLost { generation, .. } if *generation == self.generation);
        if lost || matches!(input, Input::Woke { .. }) {
            self.open = false;
        }
        let effects = step(&mut self.state, Millis(self.now), input);
        self.effects.extend(effects.clone());
        let mut all = effects.clone();
        for effect in &effects {
            match effect {
                Effect::OpenModel { generation, .. } => {
                    assert!(!self.open, "a second socket of the model was opened");
                    self.open = true;
                    self.generation = *generation;
                }
                Effect::CloseModel => self.open = false,
                Effect::SendModel(message) => assert!(self.open, "{message:?} was said to nobody"),
                Effect::KeepSession(write) if self.keeps => {
                    let outcome = FlushOutcome::Done { update_time: format!("v{}", write.revision) };
                    all.extend(self.kept(write, outcome));
                }
                _ => {}
            }
        }
        all
    }

    pub fn kept(&mut self, write: &SessionWrite, outcome: FlushOutcome) -> Vec<Effect> {
        self.feed(Input::SessionKept { number: write.number, revision: write.revision, outcome })
    }

    /// A connection of somebody who was not there yet.
    pub fn connection(&mut self, user: &str) -> Connection {
        self.connections += 1;
        connection(ConnectionId(self.connections), user, self.audio)
    }

    /// Somebody connects.
    pub fn come(&mut self, user: &str) -> (ConnectionId, Vec<Effect>) {
        let connection = self.connection(user);
        (connection.id, self.feed(Input::Connected(connection)))
    }

    /// The student's first connection, once more.
    pub fn connect(&mut self) -> Vec<Effect> {
        self.feed(Input::Connected(connection(STUDENT, OWNER, self.audio)))
    }

    pub fn frame(&mut self, frame: ClientFrame) -> Vec<Effect> {
        self.frame_of(STUDENT, frame)
    }

    pub fn frame_of(&mut self, connection: ConnectionId, frame: ClientFrame) -> Vec<Effect> {
        self.feed(Input::Frame { connection, frame })
    }

    /// An id that no message had.
    pub fn next_id(&mut self) -> String {
        self.messages += 1;
        format!("m{}", self.messages)
    }

    pub fn write(&mut self, text: &str) -> Vec<Effect> {
        let id = self.next_id();
        self.write_as(text, &id)
    }

    pub fn write_as(&mut self, text: &str, id: &str) -> Vec<Effect> {
        self.frame(text_input(text, id))
    }

    pub fn start(&mut self, turn_taking: TurnTaking) -> Vec<Effect> {
        self.spoken += 1;
        let id = format!("v{}", self.spoken);
        self.frame(audio_start(&id, turn_taking))
    }

    /// The student utters so many bytes.
    pub fn utter(&mut self, bytes: usize) -> Vec<Effect> {
        self.feed(Input::AudioChunk { connection: STUDENT, bytes })
    }

    pub fn model(&mut self, event: ServerEvent) -> Vec<Effect> {
        self.feed(Input::Model { generation: self.generation, event })
    }

    pub fn ready(&mut self) -> Vec<Effect> {
        self.model(ServerEvent::SetupComplete)
    }

    /// The model understood something.
    pub fn heard(&mut self, text: &str) -> Vec<Effect> {
        self.model(ServerEvent::HeardStudent(text.into()))
    }

    /// The tutor says something that can only be read.
    pub fn says(&mut self, text: &str) -> Vec<Effect> {
        self.model(ServerEvent::Spoke(text.into()))
    }

    /// The tutor says something in so many milliseconds of sound.
    pub fn speaks(&mut self, text: &str, ms: usize) -> Vec<Effect> {
        let mut effects = self.says(text);
        let (generation, bytes) = (self.generation, ms * 48);
        effects.extend(self.feed(Input::ModelAudio { generation, bytes, sample_rate: 24_000 }));
        effects
    }

    /// The model tells what the answer took so far.
    pub fn uses(&mut self, tokens: u64) -> Vec<Effect> {
        self.model(ServerEvent::Usage(Usage { input_text: tokens, output_audio: 25, ..Usage::default() }))
    }

    /// The end of an answer, with its tokens.
    pub fn ends(&mut self) -> Vec<Effect> {
        let mut effects = self.model(ServerEvent::GenerationComplete);
        effects.extend(self.over());
        effects
    }

    /// The end of an answer of which not all was said.
    pub fn over(&mut self) -> Vec<Effect> {
        let mut effects = self.uses(100);
        effects.extend(self.model(ServerEvent::TurnComplete));
        effects
    }

    /// A whole answer, as a model without trouble gives it.
    pub fn answer(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = self.ready();
        effects.extend(self.says(text));
        effects.extend(self.ends());
        effects
    }

    pub fn loses(&mut self, loss: Loss) -> Vec<Effect> {
        let generation = self.generation;
        self.feed(Input::ModelLost { generation, loss, detail: String::new() })
    }

    /// The object dies, and comes to life with what it has written. These clients' sockets have lived on.
    pub fn crashes(&mut self, connections: Vec<Connection>) -> Vec<Effect> {
        let written = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Write(Write::Record(record)) => Some(record.as_ref()),
            _ => None,
        });
        let record = serde_json::to_string(written.unwrap_or(self.state.record())).unwrap();
        self.state = State::restore(serde_json::from_str(&record).unwrap(), self.state.turns().to_vec());
        self.feed(Input::Woke { connections })
    }

    /// Time goes by, and the alarm rings when it must.
    pub fn wait(&mut self, ms: i64) -> Vec<Effect> {
        let until = self.now + ms;
        let mut all = Vec::new();
        let mut rings = 0;
        while let Some(at) = self.state.next_alarm().filter(|at| at.0 <= until) {
            self.now = at.0.max(self.now);
            all.extend(self.feed(Input::Alarm));
            rings += 1;
            assert!(rings < 1_000, "the alarm rings without end");
        }
        self.now = until;
        all
    }

    /// Firestore takes what it is given, until it has all.
    pub fn store(&mut self) -> Vec<Effect> {
        self.wait(2_000);
        let revision = self.state.record().outbox.revision;
        let turns = self.state.turns().len().try_into().unwrap();
        let outcome = FlushOutcome::Done { update_time: "1".into() };
        self.feed(Input::Flushed { revision, turns, outcome })
    }

    pub fn last_turn(&self) -> &Turn {
        self.state.turns().last().unwrap()
    }

    pub fn texts(&self) -> Vec<&str> {
        self.state.turns().iter().map(|turn| turn.text.as_str()).collect()
    }
}
