//! A conversation with one client, on a clock that is set by hand.

use mentora_core::documents::{AiConfig, EndReason};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_gemini::{ClientMessage, ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{
    Connection, ConnectionId, Effect, FlushOutcome, Input, State, TallyOutcome, Way, step,
};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{AudioMode, ClientFrame, CloseCode, Event, PrivateFrame, Seq, StreamRole};

pub const STUDENT: ConnectionId = ConnectionId(1);
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

pub struct Scene {
    pub state: State,
    pub now: i64,
    pub effects: Vec<Effect>,
    generation: u32,
    messages: u32,
}

impl Scene {
    pub fn new(ai_config: AiConfig) -> Self {
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
        let mut scene = Self { state, now: 0, effects: Vec::new(), generation: 0, messages: 0 };
        scene.connect();
        scene
    }

    pub fn connect(&mut self) -> Vec<Effect> {
        let (user, role, audio) = (UserId::new("student").unwrap(), StreamRole::Speaker, AudioMode::None);
        let cursor = Seq(0);
        self.feed(Input::Connected(Connection { id: STUDENT, user, role, staff: false, audio, cursor }))
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
        self.messages += 1;
        self.frame(ClientFrame::TextInput {
            text: text.into(),
            client_message_id: format!("m{}", self.messages),
        })
    }

    pub fn model(&mut self, event: ServerEvent) -> Vec<Effect> {
        self.feed(Input::Model { generation: self.generation, event })
    }

    /// The model answers, and says what it took before it is done. What it is asked is returned.
    pub fn answer(&mut self, text: &str) -> Vec<ClientMessage> {
        let from = self.effects.len();
        self.model(ServerEvent::SetupComplete);
        let asked = sent(&self.effects[from..]);
        self.model(ServerEvent::Spoke(text.into()));
        self.model(ServerEvent::GenerationComplete);
        self.model(ServerEvent::Usage(Usage { input_text: 100, output_audio: 25, ..Usage::default() }));
        self.model(ServerEvent::TurnComplete);
        asked
    }

    /// One exchange; what the model was asked.
    pub fn exchange(&mut self, text: &str) -> Vec<ClientMessage> {
        let mut asked = sent(&self.write(text));
        asked.extend(self.answer("Why so?"));
        asked
    }

    /// Time goes by, with an alarm that rings when it should.
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

    pub fn end(&mut self, reason: EndReason) -> Vec<Effect> {
        self.feed(Input::End { reason })
    }

    /// Firestore takes what it is given, until it has all.
    pub fn store(&mut self) -> Vec<Effect> {
        self.wait(2_000);
        let revision = self.state.record().outbox.revision;
        let turns = self.state.turns().len() as u32;
        let outcome = FlushOutcome::Done { update_time: "1".into() };
        self.feed(Input::Flushed { revision, turns, outcome })
    }

    pub fn tallied(&mut self, way: Way) -> Vec<Effect> {
        self.feed(Input::Tallied { way, outcome: TallyOutcome::Done })
    }

    /// Staff open it again, and everybody who must know does. What they were answered at last.
    pub fn reopen(&mut self) -> Result<(), ErrorCode> {
        let mut effects = self.feed(Input::Reopen);
        if told_figures(&effects) == [Way::Out] {
            effects.extend(self.tallied(Way::Out));
        }
        let mut answers = effects.into_iter().filter_map(|effect| match effect {
            Effect::Reopened(answer) => Some(answer.map_err(|refusal| refusal.code)),
            _ => None,
        });
        let answer = answers.next_back().expect("nobody was answered");
        if answer.is_ok() {
            self.connect();
        }
        answer
    }

    /// The object dies, and comes to life with what it has written.
    pub fn crash(&mut self) -> Vec<Effect> {
        let record = serde_json::to_string(self.state.record()).unwrap();
        let record = serde_json::from_str(&record).unwrap();
        self.state = State::restore(record, self.state.turns().to_vec());
        self.feed(Input::Woke { connections: Vec::new() })
    }

    pub fn reason(&self) -> Option<EndReason> {
        self.state.record().ended.as_ref().map(|ended| ended.reason)
    }

    pub fn summary(&self) -> &str {
        self.state.record().ended.as_ref().map_or("", |ended| &ended.summary)
    }
}

pub fn events(effects: &[Effect]) -> Vec<Event> {
    let told = |effect: &Effect| match effect {
        Effect::Tell(event) => Some(event.event.clone()),
        _ => None,
    };
    effects.iter().filter_map(told).collect()
}

/// Why it ended, each time that clients were told.
pub fn endings(effects: &[Effect]) -> Vec<EndReason> {
    let ended = |event| match event {
        Event::ConversationEnded { reason, .. } => Some(reason),
        _ => None,
    };
    events(effects).into_iter().filter_map(ended).collect()
}

/// When clients were told that the time runs out, and when it will have.
pub fn warnings(effects: &[Effect]) -> Vec<i64> {
    let warned = |event| match event {
        Event::StateChange { ends_at, .. } => ends_at.map(|at| at.0),
        _ => None,
    };
    events(effects).into_iter().filter_map(warned).collect()
}

pub fn sent(effects: &[Effect]) -> Vec<ClientMessage> {
    let sent = |effect: &Effect| match effect {
        Effect::SendModel(message) => Some(message.clone()),
        _ => None,
    };
    effects.iter().filter_map(sent).collect()
}

pub fn closes(effects: &[Effect]) -> Vec<CloseCode> {
    let closed = |effect: &Effect| match effect {
        Effect::Close { code, .. } => Some(*code),
        _ => None,
    };
    effects.iter().filter_map(closed).collect()
}

pub fn refusals(effects: &[Effect]) -> Vec<ErrorCode> {
    let refused = |effect: &Effect| match effect {
        Effect::TellOne { frame, .. } => match &**frame {
            PrivateFrame::Error(error) => Some(error.code),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(refused).collect()
}

pub fn told_figures(effects: &[Effect]) -> Vec<Way> {
    let told = |effect: &Effect| match effect {
        Effect::Tally { way, .. } => Some(*way),
        _ => None,
    };
    effects.iter().filter_map(told).collect()
}

/// The ends for which the text model was asked.
pub fn asked_for_summary(effects: &[Effect]) -> Vec<Millis> {
    let asked = |effect: &Effect| match effect {
        Effect::Summarise { ended_at, .. } => Some(*ended_at),
        _ => None,
    };
    effects.iter().filter_map(asked).collect()
}
