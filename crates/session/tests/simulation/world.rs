//! The world around one conversation: a queue of what will happen, a store that survives crashes, and the promises.

use std::collections::{BTreeMap, BTreeSet};

use mentora_core::documents::{AiConfig, Analyser, ConversationState, EndReason, Speaker, Turn};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId};
use mentora_core::time::Millis;
use mentora_gemini::setup::Detection;
use mentora_gemini::{ClientMessage, ServerEvent};
use mentora_session::record::{Facts, Record};
use mentora_session::{ConnectionId, Effect, Input, State, Write, step};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::{ClientFrame, Event, PrivateFrame, Seq, Sequenced};

use crate::firestore::{Commit, Firestore};
use crate::model::{Act, Model};
use crate::random::Random;
use crate::totals::Totals;

mod endings;
mod figures;
mod hands_free;
mod promises;
mod relay;
mod sessions;
mod student;
mod verdicts;

/// Which part of the world fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    None,
    Model,
    Firestore,
    Clients,
    Crashes,
    All,
}

impl Faults {
    pub fn of(self, kind: Self) -> bool {
        self == kind || self == Self::All
    }
}

/// What will happen.
#[derive(Debug, Clone)]
enum Happens {
    StudentActs,
    StudentStops(ConnectionId),
    StudentUtters(ConnectionId),
    Hello(ConnectionId),
    Model {
        generation: u32,
        act: Act,
        answer: u32,
    },
    Commit(Box<Commit>),
    Late(Box<Commit>),
    Resend,
    /// Staff open the conversation again, if it has ended.
    Reopen,
    Tally(figures::Telling),
    /// The text model answers, or is given up on.
    Verdict {
        number: u32,
        reply: Option<String>,
    },
    Keep(Box<sessions::Keeping>),
    Summary(endings::Summary),
    Connect,
    Crash,
}

/// What the object's SQLite holds.
#[derive(Debug, Clone, Default)]
struct Store {
    record: Option<Record>,
    turns: BTreeMap<u32, Turn>,
    events: BTreeMap<u64, Sequenced>,
}

/// The student's side of the wire.
#[derive(Debug, Default)]
struct Client {
    connection: Option<ConnectionId>,
    audio: bool,
    cursor: u64,
    /// Written but not acknowledged.
    unacknowledged: BTreeMap<String, String>,
    acknowledged: BTreeSet<String>,
    /// Turns it was told are stored.
    turns: BTreeMap<String, Turn>,
    errors: u32,
    ended: bool,
    /// Events were missed and asked for.
    gap: bool,
}

/// Where a crash strikes within one event of the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strike {
    Before,
    AfterWrites,
    After,
}

pub struct World {
    random: Random,
    faults: Faults,
    now: i64,
    order: u64,
    queue: BTreeMap<(i64, u64), Happens>,
    state: State,
    store: Store,
    firestore: Firestore,
    figures: figures::Figures,
    sessions: sessions::Sessions,
    reopenings_left: u32,
    /// Waits for the days in which nobody does anything.
    patient: bool,
    model: Model,
    /// The open socket of the model.
    socket: Option<u32>,
    relay: relay::Relay,
    /// Sound has come to the model.
    sound_given: bool,
    client: Client,
    next_connection: u32,
    next_message: u32,
    acts_left: u32,
    calm: bool,
    strike: Option<Strike>,
    /// Events of which the caller was told they are stored.
    acknowledged_turns: BTreeMap<String, Turn>,
    settled: BTreeSet<String>,
    calls: BTreeMap<u32, String>,
    log: Vec<String>,
    totals: Totals,
    broken: Option<String>,
}

fn facts(seed: u64) -> Facts {
    Facts {
        conversation: ConversationId::new(format!("c{seed}")).unwrap(),
        owner: UserId::new("student").unwrap(),
        assignment: AssignmentId::new("a").unwrap(),
        course: CourseId::new("k").unwrap(),
        title: "Screens".into(),
        question: Some("Do screens harm sleep?".into()),
        background: String::new(),
        ai_config: AiConfig {
            max_turns: 6,
            auto_terminate: false,
            // Every other conversation is weighed by a text model.
            analyser: if seed.is_multiple_of(2) { Analyser::Gemini } else { Analyser::Lexical },
            // A minute or two, of some.
            time_limit_minutes: (seed % 4 == 0).then_some(1 + (seed / 4 % 2) as u32),
            ..AiConfig::default()
        },
        persona: None,
        prompt_edits: Default::default(),
        model: "gemini-3.8-live".into(),
        started_at: Millis(0),
    }
}

impl World {
    pub fn new(seed: u64, faults: Faults) -> Self {
        let mut world = Self {
            random: Random::new(seed),
            faults,
            now: 1_000,
            order: 0,
            queue: BTreeMap::new(),
            state: State::new(facts(seed), Millis(1_000)),
            store: Store::default(),
            firestore: Firestore::default(),
            figures: figures::Figures::default(),
            sessions: sessions::Sessions::default(),
            reopenings_left: 0,
            patient: false,
            model: Model::default(),
            socket: None,
            relay: relay::Relay::default(),
            sound_given: false,
            client: Client::default(),
            next_connection: 1,
            next_message: 0,
            acts_left: 0,
            calm: false,
            strike: None,
            acknowledged_turns: BTreeMap::new(),
            settled: BTreeSet::new(),
            calls: BTreeMap::new(),
            log: Vec::new(),
            totals: Totals::default(),
            broken: None,
        };
        world.store.record = Some(world.state.record().clone());
        world.acts_left = world.random.between(3, 14) as u32;
        world.reopenings_left = world.random.between(0, 2) as u32;
        world.client.audio = world.random.percent(50);
        world.patient = world.random.percent(30);
        world.at(0, Happens::Connect);
        world.at(100, Happens::StudentActs);
        world
    }

    pub fn transcript(&self) -> String {
        self.log.join("\n")
    }

    pub fn totals(&self) -> Totals {
        let mut totals = self.totals;
        for turn in self.store.turns.values() {
            match turn.speaker {
                Speaker::Student => totals.student_turns += 1,
                Speaker::Tutor => totals.tutor_turns += 1,
            }
            totals.truncated += u64::from(turn.truncated);
            let analyser = turn.analysis.as_ref().and_then(|analysis| analysis.analyser);
            totals.verdicts += u64::from(analyser == Some(Analyser::Gemini));
        }
        totals.errors = u64::from(self.client.errors);
        totals.commits = self.firestore.writes;
        totals.relayed = self.relay.chunks;
        totals.reopened = self.figures.reopened;
        let clock = [EndReason::TimeLimit, EndReason::Inactivity];
        let ended = self.state.record().ended.as_ref();
        totals.out_of_time = u64::from(ended.is_some_and(|ended| clock.contains(&ended.reason)));
        totals
    }

    fn at(&mut self, delay: i64, what: Happens) {
        self.order += 1;
        self.queue.insert((self.now + delay, self.order), what);
    }

    fn promise(&mut self, kept: bool, what: impl FnOnce() -> String) {
        if !kept && self.broken.is_none() {
            self.broken = Some(what());
        }
    }

    /// Runs the dialogue, lets the world calm down, and checks what is left.
    pub fn run(&mut self) -> Result<(), String> {
        self.input(Input::Woke { connections: Vec::new() });
        let mut guard = 0;
        while self.broken.is_none() {
            guard += 1;
            if guard > 20_000 {
                return Err("the world never comes to rest".into());
            }
            let next = self.queue.first_key_value().map(|((at, _), _)| *at);
            let alarm = self.state.next_alarm().map(|at| at.0.max(self.now));
            let alarm = alarm.filter(|at| self.waits_for(*at));
            match (next, alarm) {
                (None, None) if self.calm => break,
                (None, None) => self.calm_down(),
                (next, Some(alarm)) if next.is_none_or(|next| alarm < next) => {
                    let late = if self.calm { 0 } else { self.random.between(0, 50) };
                    self.now = alarm + late;
                    self.input(Input::Alarm);
                    if self.random.percent(3) {
                        self.input(Input::Alarm);
                    }
                }
                (Some(_), _) => {
                    let ((at, _), what) = self.queue.pop_first().unwrap();
                    self.now = self.now.max(at);
                    self.happen(what);
                }
                (None, Some(_)) => {}
            }
        }
        if self.broken.is_none() {
            self.check_end();
        }
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// Faults stop, the client comes back, and everything must come to its end.
    fn calm_down(&mut self) {
        self.calm = true;
        self.acts_left = 0;
        self.at(0, Happens::Connect);
        self.at(10, Happens::Resend);
    }

    fn faulty(&self, kind: Faults) -> bool {
        !self.calm && self.faults.of(kind)
    }

    fn happen(&mut self, what: Happens) {
        match what {
            Happens::StudentActs => self.student_acts(),
            Happens::StudentStops(id) => self.frame(id, ClientFrame::AudioEnd {}),
            Happens::StudentUtters(id) => self.utter(id),
            Happens::Hello(id) => {
                let cursor = Some(Seq(self.client.cursor));
                self.frame(id, ClientFrame::Hello { cursor });
            }
            Happens::Model { generation, act, answer } => self.model_acts(generation, act, answer),
            Happens::Commit(commit) => {
                let outcome = self.firestore.commit(&commit);
                let (revision, upto) = (commit.batch.revision, commit.batch.upto);
                self.input(Input::Flushed { revision, turns: upto, outcome });
            }
            Happens::Late(commit) => {
                self.firestore.commit(&commit);
            }
            Happens::Resend => {
                let Some(id) = self.client.connection else { return };
                for (client_message_id, text) in self.client.unacknowledged.clone() {
                    self.frame(id, ClientFrame::TextInput { text, client_message_id });
                }
                if self.calm && !self.client.unacknowledged.is_empty() {
                    self.at(30_000, Happens::Resend);
                }
            }
            Happens::Reopen => self.input(Input::Reopen),
            Happens::Tally(telling) => self.tell_figures(&telling),
            Happens::Verdict { number, reply } => self.input(Input::Analysed { number, reply }),
            Happens::Keep(keeping) => self.keep_session(*keeping),
            Happens::Summary(summary) => self.sum_up(summary),
            Happens::Connect => self.connect(),
            Happens::Crash => self.crash(),
        }
    }

    fn model_acts(&mut self, generation: u32, act: Act, answer: u32) {
        // A socket that we closed may still have said something: it must not be heard.
        let stale = self.socket != Some(generation) && self.random.percent(80);
        if stale || !self.model.holds(answer) {
            return;
        }
        match act {
            Act::Says(event) => {
                if event == ServerEvent::TurnComplete {
                    self.model.ended(answer);
                }
                self.input(Input::Model { generation, event });
            }
            Act::Speaks { bytes } => self.speaks(generation, bytes),
            Act::Goes(loss) => {
                if self.socket == Some(generation) {
                    self.relay.close();
                    self.socket = None;
                }
                self.input(Input::ModelLost { generation, loss, detail: "scripted".into() });
            }
        }
    }

    fn crash(&mut self) {
        self.strike = Some(match self.random.between(0, 2) {
            0 => Strike::Before,
            1 => Strike::AfterWrites,
            _ => Strike::After,
        });
    }

    /// The object dies: its memory and the model's socket are gone; its store is not.
    fn die(&mut self) {
        self.totals.crashes += 1;
        self.log.push(format!("{:>8} *** crash ***", self.now));
        self.socket = None;
        self.relay.begin();
        for call in std::mem::take(&mut self.calls).into_keys() {
            self.log.push(format!("{:>8} call {call} broken off", self.now));
        }
        self.state =
            State::restore(self.store.record.clone().unwrap(), self.store.turns.values().cloned().collect());
        let survives = self.random.percent(50);
        let connections = match self.client.connection.filter(|_| survives) {
            Some(id) => vec![self.connection(id)],
            None => {
                if self.client.connection.take().is_some() {
                    let delay = self.random.between(10, 5_000);
                    self.at(delay, Happens::Connect);
                }
                Vec::new()
            }
        };
        self.input(Input::Woke { connections });
    }

    fn input(&mut self, input: Input) {
        if let Some(relayed) = self.relay.take() {
            let crashes = self.totals.crashes;
            self.input(relayed);
            if self.totals.crashes > crashes {
                // What happened went down with the object, as it would have a moment later.
                return;
            }
        }
        self.totals.steps += 1;
        let strike = self.strike.take();
        let said = format!("{input:?}");
        self.log.push(format!("{:>8} > {}", self.now, said.chars().take(180).collect::<String>()));
        let effects = step(&mut self.state, Millis(self.now), input);
        if strike == Some(Strike::Before) {
            return self.die();
        }
        let (writes, acts): (Vec<_>, Vec<_>) =
            effects.into_iter().partition(|effect| matches!(effect, Effect::Write(_)));
        for effect in writes {
            if let Effect::Write(write) = effect {
                self.write_down(write);
            }
        }
        if strike == Some(Strike::AfterWrites) {
            return self.die();
        }
        for effect in acts {
            self.perform(effect);
        }
        if strike == Some(Strike::After) {
            self.die();
        }
    }

    fn write_down(&mut self, write: Write) {
        match write {
            Write::Record(record) => self.store.record = Some(*record),
            Write::Turn(turn) => {
                let known = self.store.turns.insert(turn.index, (*turn).clone());
                let same = known.is_none_or(|known| known.hash == turn.hash);
                self.promise(same, || format!("turn {} says something else than when it was stored", turn.index));
                let expected = self.store.turns.len() as u32;
                self.promise(turn.index < expected, || format!("turn {} leaves a gap", turn.index));
            }
            Write::Event(event) => {
                if let Event::TokenUsage { turn_id, .. } = &event.event {
                    let first = self.settled.insert(turn_id.to_string());
                    self.promise(first, || format!("{turn_id} was metered twice"));
                }
                let fresh = self.store.events.insert(event.seq.0, *event.clone()).is_none();
                self.promise(fresh, || format!("seq {} was given twice", event.seq.0));
            }
            Write::Compact { turn_id } => self.store.events.retain(|_, event| {
                !matches!(&event.event, Event::AiTextChunk { turn_id: id, .. } | Event::Transcription { turn_id: id, .. } if *id == turn_id)
            }),
        }
    }

    fn perform(&mut self, effect: Effect) {
        self.relay_hears(&effect);
        match effect {
            Effect::Write(_) | Effect::SetRole { .. } | Effect::Note { .. } => {}
            Effect::HoldAudio | Effect::DropAudio | Effect::RelayAudio { .. } => {}
            Effect::GrantSpeech(_) | Effect::GrantAnswer(_) | Effect::Carried { .. } => {}
            Effect::ForwardAudio { .. } | Effect::ReleaseAudio { .. } => {
                let open = self.socket.is_some();
                self.promise(open, || "sound was given to a model that is not there".into());
                self.sound_given = true;
            }
            Effect::Tell(event) => self.told(&event),
            Effect::TellOne { connection, frame } => match *frame {
                PrivateFrame::Connected { replay_from, .. } => {
                    // A gap: events were stored that this connection was never sent. What comes is not taken until
                    // the answer to `hello` begins where we are.
                    self.client.gap = replay_from.0 > self.client.cursor + 1;
                    if self.client.gap {
                        self.at(20, Happens::Hello(connection));
                    }
                }
                PrivateFrame::Error(error) => {
                    self.log.push(format!(
                        "{:>8} < refused: {} {}",
                        self.now,
                        serde_json::to_string(&error.code).unwrap(),
                        error.message
                    ));
                    if error.code == ErrorCode::ConversationClosed {
                        self.client.unacknowledged.clear();
                    }
                }
                _ => {}
            },
            Effect::Replay { connection, after } => {
                if self.client.connection == Some(connection) {
                    let missed: Vec<_> =
                        self.store.events.range(after.0 + 1..).map(|(_, e)| e.clone()).collect();
                    for event in missed {
                        self.told(&event);
                    }
                }
            }
            Effect::Close { connection, .. } => {
                if self.client.connection == Some(connection) {
                    self.client.connection = None;
                }
            }
            Effect::OpenModel { generation, setup } => {
                let free = self.socket.is_none();
                self.promise(free, || "a second socket of the model was opened".into());
                self.promise(!setup.system_instruction.is_empty(), || "a setup without instruction".into());
                self.totals.sockets += 1;
                self.sessions.opened += 1;
                self.socket = Some(generation);
                self.model.listens = setup.detection != Detection::Manual;
                let faulty = self.faulty(Faults::Model);
                let script = self.model.open(&mut self.random, faulty);
                self.schedule(generation, script);
            }
            Effect::SendModel(message) => self.send_model(&message),
            Effect::CloseModel => self.socket = None,
            Effect::Flush(batch) => {
                let faulty = self.faulty(Faults::Firestore);
                match self.firestore.prepare(*batch, &mut self.random, faulty) {
                    Ok(commit) => {
                        let delay = self.random.between(5, if faulty { 9_000 } else { 80 });
                        if faulty && !commit.answered && commit.arrives && self.random.percent(30) {
                            // The answer is given up on; the write arrives when nobody expects it any more.
                            let unsure = Commit { arrives: false, ..commit.clone() };
                            self.at(delay + 4_000, Happens::Late(Box::new(commit)));
                            self.at(delay, Happens::Commit(Box::new(unsure)));
                        } else {
                            self.at(delay, Happens::Commit(Box::new(commit)));
                        }
                    }
                    Err(outcome) => {
                        let upto = self.state.record().outbox.flushed_turns;
                        let revision = self.state.record().outbox.flushed_revision;
                        self.input(Input::Flushed { revision, turns: upto, outcome });
                    }
                }
            }
            Effect::Tally { way, conversation } => self.begin_to_tell(way, &conversation),
            Effect::KeepSession(write) => self.begin_to_keep(*write),
            Effect::Summarise { ended_at, .. } => self.begin_to_sum_up(ended_at),
            Effect::Reopened(_) => {}
            Effect::Analyse { number, inquiry } => self.weigh(number, &inquiry),
            Effect::Reply { call, answer } => {
                let known = self.calls.remove(&call).is_some();
                self.promise(known, || format!("call {call} was answered twice"));
                if let Ok(answer) = *answer {
                    self.acknowledge(&answer.user_turn);
                    if let Some(turn) = &answer.ai_turn {
                        self.acknowledge(turn);
                    }
                }
            }
        }
    }

    fn send_model(&mut self, message: &ClientMessage) {
        let Some(generation) = self.socket else {
            return self.promise(false, || format!("{message:?} was sent to a model that is not there"));
        };
        let faulty = self.faulty(Faults::Model);
        let script = self.model.hear(message, &mut self.random, faulty);
        self.schedule(generation, script);
    }

    fn schedule(&mut self, generation: u32, script: Vec<crate::model::Piece>) {
        for (delay, act, answer) in script {
            self.at(delay, Happens::Model { generation, act, answer });
        }
    }

    /// The client reads an event.
    fn told(&mut self, event: &Sequenced) {
        if self.client.connection.is_none() || self.client.gap {
            return;
        }
        self.log.push(format!(
            "{:>8} < {} {}",
            self.now,
            event.seq.0,
            serde_json::to_string(&event.event).unwrap().chars().take(160).collect::<String>()
        ));
        let fresh = event.seq.0 > self.client.cursor;
        let cursor = self.client.cursor;
        self.promise(fresh, || format!("seq {} came after {cursor}", event.seq.0));
        self.client.cursor = event.seq.0;
        match &event.event {
            Event::TurnStored { turn } | Event::AiResponseEnd { turn } => {
                if let Some(id) = &turn.client_message_id {
                    self.client.unacknowledged.remove(id);
                    let fresh = self.client.acknowledged.insert(id.clone());
                    self.promise(fresh, || format!("message {id} became two turns"));
                }
                self.client.turns.insert(turn.id.to_string(), turn.clone());
                self.acknowledge(turn);
            }
            Event::Error(_) => self.client.errors += 1,
            Event::ConversationEnded { .. } => {
                self.client.ended = true;
                self.client.unacknowledged.clear();
                if !self.calm && self.reopenings_left > 0 {
                    self.reopenings_left -= 1;
                    let delay = self.random.between(0, 4_000);
                    self.at(delay, Happens::Reopen);
                }
            }
            Event::StateChange { state, .. } if self.client.ended && *state != ConversationState::Closed => {
                // Staff have opened it again: the student comes back with more to say.
                self.client.ended = false;
                self.acts_left += 2;
                self.at(500, Happens::StudentActs);
            }
            _ => {}
        }
    }

    fn acknowledge(&mut self, turn: &Turn) {
        self.acknowledged_turns.insert(turn.id.to_string(), turn.clone());
    }
}
