//! The world around one conversation: a queue of what will happen, a store that survives crashes, and the promises.

use std::collections::{BTreeMap, BTreeSet};

use mentora_core::documents::{AiConfig, Analyser, EndReason, Speaker};
use mentora_core::ids::ConversationId;
use mentora_core::time::Millis;
use mentora_gemini::generate::Answer;
use mentora_gemini::{Loss, ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{ConnectionId, Input, State};
use mentora_wire::stream::{ClientFrame, Seq};

use crate::closes::CLOSES;
use crate::firestore::{Commit, Firestore};
use crate::model::{Act, Model};
use crate::random::Random;
use crate::shared::{self, open_ended};
use crate::totals::Totals;

mod delayed;
mod effects;
mod endings;
mod figures;
mod hands_free;
mod invariants;
mod life;
mod promises;
mod readers;
mod relay;
mod sessions;
mod store;
mod student;
mod verdicts;
mod wallet;

pub use invariants::Broken;
use invariants::Invariant;
use readers::Reader;
use store::Store;

/// Which part of the world fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    None,
    Model,
    Firestore,
    Clients,
    Crashes,
    Clock,
    Wallet,
    /// A tutor that answers later, where the store, the model, the wallet and the object all fail.
    Delayed,
    All,
}

impl Faults {
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::Model,
        Self::Firestore,
        Self::Clients,
        Self::Crashes,
        Self::Clock,
        Self::Wallet,
        Self::Delayed,
        Self::All,
    ];

    pub fn of(self, kind: Self) -> bool {
        let around = [Self::Model, Self::Firestore, Self::Crashes, Self::Wallet];
        self == kind || self == Self::All || self == Self::Delayed && around.contains(&kind)
    }
}

/// What will happen.
#[derive(Debug, Clone)]
enum Happens {
    StudentActs,
    StudentStops(ConnectionId),
    StudentUtters(ConnectionId),
    Hello(ConnectionId),
    /// A frame that was long under way.
    Frame(ConnectionId, ClientFrame),
    Model {
        generation: u32,
        act: Act,
        answer: u32,
    },
    Commit(Box<Commit>),
    Unwritten,
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
    Wallet(wallet::Asking),
    Promise(Box<delayed::Promising>),
    /// Somebody looks at the clock.
    Round,
    Composed {
        number: u32,
        answer: Result<Answer, String>,
    },
    TakesBack,
    /// Somebody adds credits.
    TopUp,
    Connect,
    /// The old connection of a client that has come back is gone at last.
    Gone(ConnectionId),
    TeacherLooksIn,
    /// The alarm rings for nothing.
    Ring,
}

/// The student's side of the wire.
#[derive(Debug, Default)]
struct Client {
    reader: Reader,
    audio: bool,
    /// Written but not acknowledged.
    unacknowledged: BTreeMap<String, String>,
    acknowledged: BTreeSet<String>,
    errors: u32,
    ended: bool,
}

pub struct World {
    random: Random,
    faults: Faults,
    now: i64,
    /// How far the object's clock is from ours.
    skew: i64,
    order: u64,
    queue: BTreeMap<(i64, u64), Happens>,
    state: State,
    store: Store,
    firestore: Firestore,
    figures: figures::Figures,
    wallet: wallet::Wallet,
    pending: delayed::Pending,
    sessions: sessions::Sessions,
    reopenings_left: u32,
    /// Waits for the days in which nobody does anything.
    patient: bool,
    model: Model,
    /// The open socket of the model, and whether its setup was accepted.
    socket: Option<(u32, bool)>,
    relay: relay::Relay,
    /// Sound has come to the model.
    sound_given: bool,
    /// Openings that there have been.
    openings: BTreeSet<u32>,
    /// The last report of tokens of each answer of the model.
    reported: BTreeMap<u32, Usage>,
    /// Answers of which a report came when the model had been asked anew: nobody can say what it is about.
    ambiguous: BTreeSet<u32>,
    /// Handles that the model gave and has not refused, and how many turns there were then.
    handles: BTreeMap<String, u32>,
    /// The model says now that it knows none of them.
    refusing: bool,
    client: Client,
    teacher: Reader,
    /// Connections that the object has.
    open: BTreeSet<ConnectionId>,
    next_connection: u32,
    next_message: u32,
    acts_left: u32,
    crashes_left: u32,
    calm: bool,
    /// Time went by in the middle of something.
    jumped: bool,
    /// Turns whose cost was told.
    metered: BTreeSet<String>,
    calls: BTreeMap<u32, String>,
    transcript: Option<Vec<String>>,
    totals: Totals,
    broken: Option<Broken>,
}

fn facts(seed: u64, faults: Faults) -> Facts {
    Facts {
        conversation: ConversationId::new(format!("c{seed}")).unwrap(),
        ai_config: AiConfig {
            max_turns: 6,
            response_delay_hours: if faults == Faults::Delayed { delayed::HOURS } else { 0.0 },
            // Every other conversation is weighed by a text model.
            analyser: if seed.is_multiple_of(2) { Analyser::Gemini } else { Analyser::Lexical },
            // A minute or two, of some.
            time_limit_minutes: seed.is_multiple_of(4).then_some(1 + (seed / 4 % 2) as u32),
            ..open_ended()
        },
        // Half of the conversations are paid for by nobody.
        payer: (seed / 2 % 2 == 1).then(wallet::wallet_id),
        ..shared::facts()
    }
}

impl World {
    pub fn new(seed: u64, faults: Faults) -> Self {
        let mut world = Self {
            random: Random::new(seed),
            faults,
            now: 1_000,
            skew: 0,
            order: 0,
            queue: BTreeMap::new(),
            state: State::new(facts(seed, faults), Millis(1_000)),
            store: Store::default(),
            firestore: Firestore::default(),
            figures: figures::Figures::default(),
            wallet: wallet::Wallet::default(),
            pending: delayed::Pending::default(),
            sessions: sessions::Sessions::default(),
            reopenings_left: 0,
            patient: false,
            model: Model::default(),
            socket: None,
            relay: relay::Relay::default(),
            sound_given: false,
            openings: BTreeSet::new(),
            reported: BTreeMap::new(),
            ambiguous: BTreeSet::new(),
            handles: BTreeMap::new(),
            refusing: false,
            client: Client::default(),
            teacher: Reader::default(),
            open: BTreeSet::new(),
            next_connection: 1,
            next_message: 0,
            acts_left: 0,
            crashes_left: 0,
            calm: false,
            jumped: false,
            metered: BTreeSet::new(),
            calls: BTreeMap::new(),
            transcript: None,
            totals: Totals::default(),
            broken: None,
        };
        world.store.record = Some(world.state.record().clone());
        world.acts_left = world.random.between(3, 14) as u32;
        world.reopenings_left = world.random.between(0, 2) as u32;
        world.crashes_left = world.random.between(0, 6) as u32;
        let short = faults.of(Faults::Wallet) && world.random.percent(30);
        world.wallet.balance = if short { world.random.between(0, 120_000) } else { 10_000_000 };
        world.client.audio = world.random.percent(50);
        world.patient = world.random.percent(30);
        world.at(0, Happens::Connect);
        world.at(100, Happens::StudentActs);
        if faults == Faults::Delayed {
            world.at(20, Happens::Round);
        }
        if world.random.percent(30) {
            world.at(50, Happens::TeacherLooksIn);
        }
        world
    }

    /// Keeps a transcript, which costs more than the dialogue.
    pub fn recorded(mut self) -> Self {
        self.transcript = Some(Vec::new());
        self
    }

    pub fn transcript(&self) -> String {
        self.transcript.as_deref().unwrap_or_default().join("\n")
    }

    fn record(&mut self, line: impl FnOnce() -> String) {
        if let Some(transcript) = &mut self.transcript {
            let line: String = line().chars().take(200).collect();
            transcript.push(format!("{:>8} {line}", self.now));
        }
    }

    pub fn totals(&self) -> Totals {
        let mut totals = self.totals.clone();
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
        totals.charges = self.wallet.charges.len() as u64;
        totals.refusals = self.wallet.refusals;
        totals.later = [self.pending.answered, self.pending.failed, self.pending.given_up];
        totals.doubled = self.model.doubled;
        totals
    }

    fn at(&mut self, delay: i64, what: Happens) {
        self.order += 1;
        self.queue.insert((self.now + delay, self.order), what);
    }

    /// What the object's clock says.
    fn clock(&self) -> i64 {
        self.now + self.skew
    }

    /// Runs the dialogue, lets the world calm down, and checks what is left.
    pub fn run(&mut self) -> Result<(), Broken> {
        self.input(Input::Woke { connections: Vec::new() });
        let mut guard = 0;
        while self.broken.is_none() {
            guard += 1;
            if guard > 20_000 {
                return Err(Broken::new(Invariant::Ends, "the world never comes to rest"));
            }
            let next = self.queue.first_key_value().map(|((at, _), _)| *at);
            let alarm = self.state.next_alarm().map(|at| (at.0 - self.skew).max(self.now));
            let alarm = alarm.filter(|at| self.waits_for(*at));
            match (next, alarm) {
                (None, None) if self.calm => break,
                (None, None) => self.calm_down(),
                (next, Some(alarm)) if next.is_none_or(|next| alarm < next) => self.ring(alarm),
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

    fn ring(&mut self, alarm: i64) {
        let most = match self.faulty(Faults::Clock) && self.random.percent(10) {
            true => 60_000,
            false => 50,
        };
        let late = if self.calm { 0 } else { self.random.between(0, most) };
        // What happens in the meantime happens first.
        let next = self.queue.first_key_value().map_or(i64::MAX, |((at, _), _)| *at);
        if late > 50 && alarm + late > next {
            return self.at(next - self.now, Happens::Ring);
        }
        self.now = alarm + late;
        self.input(Input::Alarm);
        if self.random.percent(3) {
            self.input(Input::Alarm);
        }
    }

    /// Faults stop, the clients come back, and everything must come to its end.
    fn calm_down(&mut self) {
        self.calm = true;
        self.acts_left = 0;
        self.at(0, Happens::Connect);
        self.at(5, Happens::TeacherLooksIn);
        self.at(10, Happens::Resend);
        if self.faults == Faults::Delayed {
            self.at(20, Happens::Round);
        }
    }

    fn faulty(&self, kind: Faults) -> bool {
        !self.calm && self.faults.of(kind)
    }

    fn happen(&mut self, what: Happens) {
        match what {
            Happens::StudentActs => self.student_acts(),
            Happens::StudentStops(id) => self.frame(id, ClientFrame::AudioEnd {}),
            Happens::StudentUtters(id) => self.utter(id),
            Happens::Frame(id, frame) => self.frame(id, frame),
            Happens::Hello(id) => self.hello(id),
            Happens::Model { generation, act, answer } => self.model_acts(generation, act, answer),
            Happens::Commit(commit) => {
                let outcome = self.firestore.commit(&commit);
                self.check_firestore();
                let (revision, upto) = (commit.batch.revision, commit.batch.upto);
                self.input(Input::Flushed { revision, turns: upto, outcome });
            }
            Happens::Unwritten => self.unwritten(),
            Happens::Late(commit) => {
                self.firestore.commit(&commit);
                self.check_firestore();
            }
            Happens::Resend => {
                let Some(id) = self.client.reader.connection else { return };
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
            Happens::Wallet(asking) => self.wallet_hears(asking),
            Happens::Promise(promising) => self.keep_promise(*promising),
            Happens::Round => self.look_at_the_clock(),
            Happens::Composed { number, answer } => self.input(Input::Composed { number, answer }),
            Happens::TakesBack => self.input(Input::TakeBack { post: 1 }),
            Happens::TopUp => self.wallet.balance += 5_000_000,
            Happens::Connect => self.connect(),
            Happens::Gone(id) => self.disconnect(id),
            Happens::TeacherLooksIn => self.teacher_looks_in(),
            Happens::Ring => self.input(Input::Alarm),
        }
    }

    fn hello(&mut self, connection: ConnectionId) {
        let Some(who) = self.who_is(connection) else { return };
        let cursor = Some(Seq(self.reader_mut(who).cursor));
        self.input(Input::Frame { connection, frame: ClientFrame::Hello { cursor } });
    }

    fn model_acts(&mut self, generation: u32, act: Act, answer: u32) {
        let current = self.is_current(generation);
        // A socket that we closed may still have said something: it must not be heard.
        if !current && self.random.percent(80) || !self.model.holds(answer) {
            return;
        }
        match act {
            Act::Says(event) => {
                match &event {
                    ServerEvent::TurnComplete => self.model.ended(answer),
                    ServerEvent::Resumable(Some(handle)) => {
                        self.handles.insert(handle.clone(), self.store.turns.len() as u32);
                    }
                    ServerEvent::SetupComplete if current => self.socket = Some((generation, true)),
                    _ => {}
                }
                self.input(Input::Model { generation, event });
            }
            Act::Speaks { bytes } => self.speaks(generation, bytes),
            Act::Goes(row) => {
                // What was relayed is reported while the socket is still there.
                if let Some(relayed) = self.relay.take() {
                    self.input(relayed);
                }
                let current = self.is_current(generation);
                if current {
                    self.relay.close();
                    let ready = self.socket.take().is_some_and(|(_, ready)| ready);
                    self.totals.closes[row] += 1;
                    let loss = CLOSES[row].loss();
                    self.refusing = if ready { loss.after_setup() } else { loss } == Loss::RetryFresh;
                }
                let (loss, detail) = (CLOSES[row].loss(), format!("{:?}", CLOSES[row]));
                self.input(Input::ModelLost { generation, loss, detail });
            }
        }
    }
}
