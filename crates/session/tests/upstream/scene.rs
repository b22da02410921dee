//! A conversation with one student, and everything it did. The world keeps one promise for it: that no socket of the model
//! is opened beside another.

use mentora_core::documents::{AiConfig, Turn};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_gemini::{ClientMessage, Loss, ServerEvent, SessionConfig, Usage};
use mentora_session::record::Facts;
use mentora_session::{
    Connection, ConnectionId, Effect, FlushOutcome, Input, SessionWrite, State, Write, step,
};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::AudioConfig;
use mentora_wire::stream::server::ErrorFrame;
use mentora_wire::stream::{AudioMode, ClientFrame, Event, Seq, StreamRole};

pub const STUDENT: ConnectionId = ConnectionId(1);

pub struct Scene {
    pub state: State,
    pub now: i64,
    pub effects: Vec<Effect>,
    pub generation: u32,
    open: bool,
    /// Whether Firestore takes the documents of sessions at once.
    pub keeps: bool,
    messages: u32,
}

impl Scene {
    pub fn new() -> Self {
        Self::with_model("gemini-3.8-live")
    }

    pub fn with_model(model: &str) -> Self {
        let facts = Facts {
            conversation: ConversationId::new("c").unwrap(),
            owner: UserId::new("student").unwrap(),
            assignment: AssignmentId::new("a").unwrap(),
            course: CourseId::new("k").unwrap(),
            title: "Screens".into(),
            question: Some("Do screens harm sleep?".into()),
            background: String::new(),
            ai_config: AiConfig { auto_terminate: false, ..AiConfig::default() },
            persona: None,
            payer: None,
            free_credits: None,
            prompt_edits: Default::default(),
            model: model.into(),
            started_at: Millis(0),
        };
        let mut scene = Self {
            state: State::new(facts, Millis(0)),
            now: 0,
            effects: Vec::new(),
            generation: 0,
            open: false,
            keeps: true,
            messages: 0,
        };
        scene.connect();
        scene
    }

    fn connect(&mut self) {
        self.feed(Input::Connected(Connection {
            id: STUDENT,
            user: UserId::new("student").unwrap(),
            role: StreamRole::Speaker,
            staff: false,
            audio: AudioMode::None,
            cursor: Seq(0),
        }));
    }

    pub fn feed(&mut self, input: Input) -> Vec<Effect> {
        let effects = step(&mut self.state, Millis(self.now), input);
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
        self.effects.extend(effects);
        all
    }

    pub fn kept(&mut self, write: &SessionWrite, outcome: FlushOutcome) -> Vec<Effect> {
        self.feed(Input::SessionKept { number: write.number, revision: write.revision, outcome })
    }

    pub fn write(&mut self, text: &str) -> Vec<Effect> {
        self.messages += 1;
        let client_message_id = format!("m{}", self.messages);
        let frame = ClientFrame::TextInput { text: text.into(), client_message_id };
        self.feed(Input::Frame { connection: STUDENT, frame })
    }

    pub fn begin_to_speak(&mut self) -> Vec<Effect> {
        self.messages += 1;
        let config = AudioConfig {
            sample_rate: 16_000,
            encoding: "pcm".into(),
            channels: 1,
            turn_taking: Default::default(),
        };
        let frame = ClientFrame::AudioStart { config, client_message_id: format!("v{}", self.messages) };
        self.feed(Input::Frame { connection: STUDENT, frame });
        self.feed(Input::AudioChunk { connection: STUDENT, bytes: 3_200 })
    }

    pub fn model(&mut self, event: ServerEvent) -> Vec<Effect> {
        self.feed(Input::Model { generation: self.generation, event })
    }

    pub fn ready(&mut self) -> Vec<Effect> {
        self.model(ServerEvent::SetupComplete)
    }

    pub fn says(&mut self, text: &str) {
        self.model(ServerEvent::Spoke(text.into()));
    }

    pub fn uses(&mut self, tokens: u64) {
        self.model(ServerEvent::Usage(Usage { input_text: tokens, output_audio: 25, ..Usage::default() }));
    }

    pub fn ends(&mut self) -> Vec<Effect> {
        self.model(ServerEvent::GenerationComplete);
        self.uses(100);
        self.model(ServerEvent::TurnComplete)
    }

    /// A turn of each, as without trouble.
    pub fn talk(&mut self, student: &str, tutor: &str) {
        self.write(student);
        self.ready();
        self.says(tutor);
        self.ends();
    }

    pub fn gets_handle(&mut self, token: &str) {
        self.model(ServerEvent::Resumable(Some(token.into())));
    }

    pub fn told_to_leave(&mut self, time_left_ms: i64) -> Vec<Effect> {
        self.model(ServerEvent::GoAway { time_left_ms })
    }

    pub fn loses(&mut self, loss: Loss) -> Vec<Effect> {
        self.open = false;
        let generation = self.generation;
        self.feed(Input::ModelLost { generation, loss, detail: String::new() })
    }

    /// The object dies and comes back with what was stored.
    pub fn dies(&mut self) -> Vec<Effect> {
        let record = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Write(Write::Record(record)) => Some((**record).clone()),
            _ => None,
        });
        self.open = false;
        self.state = State::restore(record.unwrap(), self.state.turns().to_vec());
        let effects = self.feed(Input::Woke { connections: vec![] });
        self.connect();
        effects
    }

    /// Time goes by, and the alarm rings when it must.
    pub fn wait(&mut self, ms: i64) -> Vec<Effect> {
        let until = self.now + ms;
        let mut all = Vec::new();
        while let Some(at) = self.state.next_alarm().filter(|at| at.0 <= until) {
            self.now = at.0.max(self.now);
            all.extend(self.feed(Input::Alarm));
        }
        self.now = until;
        all
    }

    pub fn last_turn(&self) -> &Turn {
        self.state.turns().last().unwrap()
    }

    pub fn texts(&self) -> Vec<&str> {
        self.state.turns().iter().map(|turn| turn.text.as_str()).collect()
    }
}

pub fn events(effects: &[Effect]) -> Vec<Event> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Tell(event) => Some(event.event.clone()),
            _ => None,
        })
        .collect()
}

pub fn errors(effects: &[Effect]) -> Vec<ErrorFrame> {
    events(effects)
        .into_iter()
        .filter_map(|event| match event {
            Event::Error(error) => Some(error),
            _ => None,
        })
        .collect()
}

pub fn codes(effects: &[Effect]) -> Vec<ErrorCode> {
    errors(effects).iter().map(|error| error.code).collect()
}

pub fn sent(effects: &[Effect]) -> Vec<ClientMessage> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SendModel(message) => Some(message.clone()),
            _ => None,
        })
        .collect()
}

pub fn openings(effects: &[Effect]) -> Vec<SessionConfig> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::OpenModel { setup, .. } => Some((**setup).clone()),
            _ => None,
        })
        .collect()
}

pub fn closes(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::CloseModel)).count()
}

pub fn writes(effects: &[Effect]) -> Vec<SessionWrite> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::KeepSession(write) => Some((**write).clone()),
            _ => None,
        })
        .collect()
}
