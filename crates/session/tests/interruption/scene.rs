//! A conversation with one student, and everything it did.

use mentora_core::documents::{AiConfig, Speaker, Turn};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_gemini::setup::Detection;
use mentora_gemini::{ClientMessage, Loss, ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{Connection, ConnectionId, Effect, Input, State, step};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::{AudioConfig, TurnTaking};
use mentora_wire::stream::{AudioMode, ClientFrame, Event, PrivateFrame, Seq, StreamRole};

pub const STUDENT: ConnectionId = ConnectionId(1);

pub struct Scene {
    pub state: State,
    pub now: i64,
    pub effects: Vec<Effect>,
    generation: u32,
    spoken: u32,
}

impl Scene {
    /// A student who hears the tutor.
    pub fn new() -> Self {
        Self::with(AiConfig { auto_terminate: false, ..AiConfig::default() })
    }

    pub fn with(ai_config: AiConfig) -> Self {
        let facts = Facts {
            conversation: ConversationId::new("c").unwrap(),
            owner: UserId::new("student").unwrap(),
            assignment: AssignmentId::new("a").unwrap(),
            course: CourseId::new("k").unwrap(),
            title: "Screens".into(),
            question: Some("Do screens harm sleep?".into()),
            background: String::new(),
            ai_config,
            persona: None,
            payer: None,
            free_credits: None,
            prompt_edits: Default::default(),
            model: "gemini-3.8-live".into(),
            started_at: Millis(0),
        };
        let state = State::new(facts, Millis(0));
        let mut scene = Self { state, now: 0, effects: Vec::new(), generation: 0, spoken: 0 };
        scene.feed(Input::Connected(scene.connection(STUDENT, "student")));
        scene
    }

    pub fn connection(&self, id: ConnectionId, user: &str) -> Connection {
        let user = UserId::new(user).unwrap();
        let (role, audio) = (StreamRole::Speaker, AudioMode::Binary);
        Connection { id, user, role, staff: false, audio, cursor: Seq(0) }
    }

    pub fn feed(&mut self, input: Input) -> Vec<Effect> {
        let effects = step(&mut self.state, Millis(self.now), input);
        for effect in &effects {
            if let Effect::OpenModel { generation, .. } = effect {
                self.generation = *generation;
            }
        }
        self.effects.extend(effects.clone());
        effects
    }

    pub fn frame(&mut self, frame: ClientFrame) -> Vec<Effect> {
        self.feed(Input::Frame { connection: STUDENT, frame })
    }

    pub fn write(&mut self, text: &str) -> Vec<Effect> {
        let client_message_id = format!("m-{}", text.len());
        self.frame(ClientFrame::TextInput { text: text.into(), client_message_id })
    }

    pub fn start(&mut self, turn_taking: TurnTaking) -> Vec<Effect> {
        self.spoken += 1;
        let config = AudioConfig { sample_rate: 16_000, encoding: "pcm".into(), channels: 1, turn_taking };
        self.frame(ClientFrame::AudioStart { config, client_message_id: format!("v{}", self.spoken) })
    }

    /// A tenth of a second of sound.
    pub fn sound(&mut self) -> Vec<Effect> {
        self.now += 100;
        self.feed(Input::AudioChunk { connection: STUDENT, bytes: 3_200 })
    }

    /// A microphone that is open over several turns, with a model that listens.
    pub fn hands_free() -> Self {
        let mut scene = Self::new();
        scene.start(TurnTaking::Automatic);
        scene.sound();
        scene.model(ServerEvent::SetupComplete);
        scene.sound();
        scene
    }

    pub fn model(&mut self, event: ServerEvent) -> Vec<Effect> {
        self.feed(Input::Model { generation: self.generation, event })
    }

    pub fn heard(&mut self, text: &str) -> Vec<Effect> {
        self.model(ServerEvent::HeardStudent(text.into()))
    }

    /// The tutor says `text` in so many milliseconds of sound.
    pub fn speaks(&mut self, text: &str, ms: usize) -> Vec<Effect> {
        let mut effects = self.model(ServerEvent::Spoke(text.into()));
        let (generation, bytes) = (self.generation, ms * 48);
        effects.extend(self.feed(Input::ModelAudio { generation, bytes, sample_rate: 24_000 }));
        effects
    }

    /// The end of an answer, with its tokens.
    pub fn ends(&mut self) {
        self.model(ServerEvent::GenerationComplete);
        self.over();
    }

    /// The end of an answer of which not all was said.
    pub fn over(&mut self) {
        self.model(ServerEvent::Usage(Usage { input_text: 100, output_audio: 25, ..Usage::default() }));
        self.model(ServerEvent::TurnComplete);
    }

    pub fn loses_model(&mut self) -> Vec<Effect> {
        let (generation, loss) = (self.generation, Loss::RetryWithHandle);
        self.feed(Input::ModelLost { generation, loss, detail: "1011".into() })
    }

    /// Memory is lost; the sockets of the clients are not.
    pub fn crashes(&mut self, connections: Vec<Connection>) -> Vec<Effect> {
        self.state = State::restore(self.state.record().clone(), self.state.turns().to_vec());
        self.feed(Input::Woke { connections })
    }

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

    /// Who said what, as it is stored.
    pub fn said(&self) -> Vec<(Speaker, &str)> {
        self.state.turns().iter().map(|turn| (turn.speaker, turn.text.as_str())).collect()
    }

    pub fn last_turn(&self) -> &Turn {
        self.state.turns().last().unwrap()
    }
}

pub fn events(effects: &[Effect]) -> Vec<Event> {
    let event = |effect: &Effect| match effect {
        Effect::Tell(event) => Some(event.event.clone()),
        _ => None,
    };
    effects.iter().filter_map(event).collect()
}

/// How much was heard of the answers that were broken into.
pub fn broken_into(effects: &[Effect]) -> Vec<i64> {
    let heard = |event: Event| match event {
        Event::Interrupted { heard_ms, .. } => Some(heard_ms),
        _ => None,
    };
    events(effects).into_iter().filter_map(heard).collect()
}

pub fn sent(effects: &[Effect]) -> Vec<ClientMessage> {
    let message = |effect: &Effect| match effect {
        Effect::SendModel(message) => Some(message.clone()),
        _ => None,
    };
    effects.iter().filter_map(message).collect()
}

/// How the sockets listen that were opened.
pub fn opened(effects: &[Effect]) -> Vec<Detection> {
    let detection = |effect: &Effect| match effect {
        Effect::OpenModel { setup, .. } => Some(setup.detection),
        _ => None,
    };
    effects.iter().filter_map(detection).collect()
}

/// What was refused, and about which message.
pub fn refusals(effects: &[Effect]) -> Vec<(ErrorCode, Option<String>)> {
    let refusal = |effect: &Effect| match effect {
        Effect::TellOne { frame, .. } => match &**frame {
            PrivateFrame::Error(error) => Some((error.code, error.client_message_id.clone())),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(refusal).collect()
}
