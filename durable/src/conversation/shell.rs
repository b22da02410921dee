//! The shell around the session machine: feeds it what happens, carries out what it says. It decides nothing.
//!
//! No borrow of the session is held across an await: other events come in while a fetch is under way.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::channel::oneshot;
use mentora_core::documents::{EndReason, LedgerEntryType, Turn};
use mentora_core::ids::{ConversationId, UserId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_gemini::client;
use mentora_session::{
    Carried, Direction, DueOutcome, Effect, Input, Posted, Refusal, State as Session, Write, step,
};
use mentora_wire::rest::TurnAnswer;
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Env, Result, State, WebSocket};

use super::calls::CallError;
use super::clients::Clients;
use super::model::{self, Model};
use super::outgoing::Outgoing;
use super::relay::Relay;
use super::rows::Rows;
use super::{credit, delayed, facts, flush, sessions, summary, tally, verdict};
use crate::notify::Ways;
use crate::platform::config::{Config, GeminiConfig};
use crate::platform::documents::{Documents, documents};
use crate::platform::metrics::{self, Asker, Credits, Metrics, Point};
use crate::platform::store_tally::StoreTally;
use crate::platform::{clock, log};

/// Most bytes of held speech: a minute at 16 kHz in base64, and room.
const MAX_HELD_BYTES: usize = 8 * 1024 * 1024;

/// The bytes that an input is about; the machine sees only their length.
#[derive(Debug)]
pub(super) enum AtHand {
    /// None.
    Nothing,
    /// PCM in base64.
    Base64(String),
    /// PCM.
    Pcm(Vec<u8>),
}

impl AtHand {
    fn into_base64(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Base64(data) => data,
            Self::Pcm(pcm) => STANDARD.encode(pcm),
        }
    }
}

type Waiting = oneshot::Sender<std::result::Result<TurnAnswer, Refusal>>;

type Reopening = oneshot::Sender<std::result::Result<(), Refusal>>;

/// Everything of a conversation that lives in this object's memory.
#[derive(Debug)]
pub(super) struct Shell {
    pub(super) state: State,
    pub(super) clients: Clients,
    env: Env,
    config: Config,
    rows: Rows,
    session: RefCell<Option<Session>>,
    model: RefCell<Option<Model>>,
    pub(super) relay: Relay,
    /// Speech of the student until the model is ready.
    held: RefCell<Vec<String>>,
    calls: RefCell<BTreeMap<u32, Waiting>>,
    newest_call: Cell<u32>,
    /// Why frames that came by POST were refused; each is asked for at once.
    refused: RefCell<BTreeMap<u32, Refusal>>,
    /// Those who want the conversation open again.
    reopenings: RefCell<Vec<Reopening>>,
    /// Those who came for an answer that was due.
    dues: RefCell<Vec<oneshot::Sender<DueOutcome>>>,
    /// When the alarm is set to ring, as far as this life knows.
    armed: Cell<Option<Millis>>,
    metrics: Metrics,
    store: StoreTally,
    pub(super) outgoing: Outgoing,
}

impl Shell {
    /// Around an object whose settings were read and whose tables are there.
    pub(super) fn new(state: State, env: Env, config: Config, rows: Rows, relay: Relay) -> Self {
        let metrics = Metrics::of(&env);
        Self {
            state,
            clients: Clients::new(metrics.clone(), relay.clone()),
            env,
            config,
            rows,
            session: RefCell::new(None),
            model: RefCell::new(None),
            relay,
            held: RefCell::new(Vec::new()),
            calls: RefCell::new(BTreeMap::new()),
            newest_call: Cell::new(0),
            refused: RefCell::new(BTreeMap::new()),
            reopenings: RefCell::new(Vec::new()),
            dues: RefCell::new(Vec::new()),
            armed: Cell::new(None),
            metrics,
            store: StoreTally::default(),
            outgoing: Outgoing::default(),
        }
    }

    fn begin(self: &Rc<Self>, session: Session) {
        self.session.replace(Some(session));
        let connections = self.clients.find(&self.state);
        self.feed(Input::Woke { connections }, AtHand::Nothing);
    }

    /// Makes sure that the conversation is known; reads it from the documents the first time.
    pub(super) async fn know(self: &Rc<Self>, id: &ConversationId) -> std::result::Result<(), CallError> {
        if self.session.borrow().is_none() {
            self.refuse_erased()?;
            let model = &self.config.gemini.live_model;
            let loaded = facts::load(&self.documents(), id, model, clock::now()).await;
            self.tell_store();
            let loaded = loaded?;
            // It may have been erased while we read.
            self.refuse_erased()?;
            // Somebody else may have come while we read.
            if self.session.borrow().is_none() {
                self.begin(loaded.session);
                if loaded.orphaned {
                    self.feed(Input::End { reason: EndReason::InstructorEnded }, AtHand::Nothing);
                }
            }
        }
        // A life that has just begun may have something to do by itself.
        self.arm().await;
        Ok(())
    }

    pub(super) fn gemini(&self) -> &GeminiConfig {
        &self.config.gemini
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Tells what the documents were asked since the last time.
    pub(super) fn tell_store(&self) {
        self.metrics.write_store(&self.store, &self.config.store, Asker::Conversation);
    }

    pub(super) fn env(&self) -> &Env {
        &self.env
    }

    pub(super) fn documents(&self) -> Documents {
        documents(&self.env, &self.config, &self.store)
    }

    /// The ways to people.
    pub(super) fn ways(&self) -> Ways {
        Ways::of(&self.config)
    }

    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Reads the session; `None` before it is known.
    pub(super) fn with_session<T>(&self, read: impl FnOnce(&Session) -> T) -> Option<T> {
        self.session.borrow().as_ref().map(read)
    }

    /// Feeds the machine and carries out what it says. What was relayed went before, and is told before.
    pub(super) fn feed(self: &Rc<Self>, input: Input, at_hand: AtHand) {
        self.hear_relay();
        self.step(input, at_hand);
    }

    /// Tells the machine what was relayed since it was last told.
    pub(super) fn hear_relay(self: &Rc<Self>) {
        if let Some(relayed) = self.relay.take() {
            if let Input::Relayed { answer, .. } = &relayed {
                self.clients.relayed(*answer);
            }
            self.step(relayed, AtHand::Nothing);
        }
    }

    fn step(self: &Rc<Self>, input: Input, at_hand: AtHand) {
        let effects = {
            let mut session = self.session.borrow_mut();
            let Some(session) = session.as_mut() else { return };
            step(session, clock::now(), input)
        };
        if let Err(error) = self.perform(effects, at_hand) {
            // What memory holds may be ahead of what is stored: forget it. The next event begins again from what is.
            self.note("conversation.write.failed", &error.to_string());
            self.forget();
        }
        // It is closed by this, so this ends.
        if let Some(connection) = self.clients.too_slow() {
            self.feed(Input::TooSlow { connection }, AtHand::Nothing);
        }
    }

    /// Forgets what memory holds.
    pub(super) fn forget(&self) {
        self.session.replace(None);
        self.close_model();
        self.held.borrow_mut().clear();
        // Whoever waits is told that the call was interrupted.
        self.calls.borrow_mut().clear();
        self.dues.borrow_mut().clear();
    }

    /// Takes up what is stored, when memory was lost or forgotten.
    pub(super) fn revive(self: &Rc<Self>) -> Result<()> {
        if self.session.borrow().is_none()
            && let Some((record, turns)) = self.rows.load()?
        {
            self.begin(Session::restore(record, turns));
        }
        Ok(())
    }

    /// Feeds the machine, then sees to the alarm.
    pub(super) async fn feed_and_arm(self: &Rc<Self>, input: Input, at_hand: AtHand) {
        self.feed(input, at_hand);
        self.arm().await;
    }

    fn perform(self: &Rc<Self>, effects: Vec<Effect>, at_hand: AtHand) -> Result<()> {
        // All writes before all words: if one fails, nobody was told.
        for effect in &effects {
            if let Effect::Write(write) = effect {
                self.rows.write(write)?;
            }
        }
        for effect in &effects {
            if let Effect::Write(Write::Turn(turn)) = effect {
                self.measure(turn);
            }
        }
        let mut at_hand = Some(at_hand);
        for effect in effects {
            self.act(effect, &mut at_hand)?;
        }
        Ok(())
    }

    /// A turn is written again, once, when its tokens and its cost are known.
    fn measure(&self, turn: &Turn) {
        let (Some(_), Some(cost)) = (turn.usage, turn.cost_micros) else { return };
        self.metrics.write(&Point::Model(metrics::Model::Answered(turn)));
        self.metrics.write(&Point::Credits(Credits {
            kind: LedgerEntryType::Charge,
            model: turn.model.as_deref().unwrap_or_default(),
            amount: Micros(cost.0.saturating_neg()),
            balance: None,
        }));
    }

    /// How the sound of an utterance or an answer went. Sound that is handled here costs several times what is relayed.
    fn tell_carried(&self, direction: Direction, carried: Carried) {
        let id = self.with_session(|session| session.record().facts.conversation.to_string());
        let Carried { relayed, handled } = carried;
        let fields = json!({
            "conversation": id,
            "direction": metrics::direction_name(direction),
            "relayedChunks": relayed.chunks,
            "relayedBytes": relayed.bytes,
            "handledChunks": handled.chunks,
            "handledBytes": handled.bytes,
        });
        log::event("audio.carried", fields);
        self.metrics.write(&Point::Audio(metrics::Audio { direction, carried }));
    }

    fn act(self: &Rc<Self>, effect: Effect, at_hand: &mut Option<AtHand>) -> Result<()> {
        let mut data = || at_hand.take().map(AtHand::into_base64).unwrap_or_default();
        match effect {
            Effect::Write(_) => {}
            Effect::Tell(event) => self.clients.tell(&event),
            Effect::TellOne { connection, frame } => self.clients.tell_one(connection, &frame),
            Effect::Replay { connection, after, upto } => {
                self.clients.replay(connection, &self.rows.events_within(after, upto)?);
            }
            Effect::RelayAudio { turn_id, turn_index, offset_ms } => {
                self.clients.relay_audio(&turn_id, turn_index, offset_ms, &data());
            }
            Effect::HoldAudio => self.hold(data()),
            Effect::ForwardAudio { sample_rate } => self.send_model(&client::audio(&data(), sample_rate)),
            Effect::ReleaseAudio { sample_rate } => {
                for data in self.held.take() {
                    self.send_model(&client::audio(&data, sample_rate));
                }
            }
            Effect::DropAudio => self.held.borrow_mut().clear(),
            Effect::GrantSpeech(grant) => {
                let socket = grant.as_ref().and_then(|grant| self.clients.socket_of(grant.connection));
                self.relay.grant_speech(grant.as_ref().zip(socket.as_ref()));
            }
            Effect::GrantAnswer(grant) => self.relay.grant_answer(grant.as_ref()),
            Effect::Carried { direction, carried } => self.tell_carried(direction, carried),
            Effect::SetRole { connection, role } => self.clients.set_role(connection, role),
            Effect::Close { connection, code, reason } => self.clients.close(connection, code, reason),
            Effect::SendAway { connection, retry_ms } => self.clients.send_away(connection, retry_ms),
            Effect::Refused { post, refusal } => {
                self.refused.borrow_mut().insert(post, refusal);
            }
            Effect::OpenModel { generation, setup } => {
                self.model.replace(Some(Model { generation, socket: None, opened: clock::now() }));
                spawn_local(model::run(Rc::clone(self), generation, *setup));
            }
            Effect::SendModel(message) => self.send_model(&message.to_json()),
            Effect::CloseModel => self.close_model(),
            Effect::Analyse { number, inquiry } => {
                spawn_local(verdict::run(Rc::clone(self), number, *inquiry));
            }
            Effect::Flush(batch) => {
                if let Some(id) = self.with_session(|session| session.record().facts.conversation.clone()) {
                    spawn_local(flush::run(Rc::clone(self), id, *batch));
                }
            }
            Effect::Tally { way, conversation } => {
                if let Some(id) = self.with_session(|session| session.record().facts.conversation.clone()) {
                    spawn_local(tally::run(Rc::clone(self), id, way, *conversation));
                }
            }
            Effect::Hold { wallet, hold, amount, .. } => {
                spawn_local(credit::hold(Rc::clone(self), wallet, hold, amount));
            }
            Effect::Settle { wallet, hold, turn_id, amount } => {
                spawn_local(credit::settle(Rc::clone(self), wallet, hold, turn_id, amount));
            }
            Effect::Release { wallet, hold, .. } => {
                spawn_local(credit::release(Rc::clone(self), wallet, hold));
            }
            Effect::KeepSession(write) => {
                spawn_local(sessions::run(Rc::clone(self), *write));
            }
            Effect::Summarise { ended_at, question } => {
                spawn_local(summary::run(Rc::clone(self), ended_at, *question));
            }
            Effect::KeepPromise(write) => {
                spawn_local(delayed::promise(Rc::clone(self), *write));
            }
            Effect::Compose { number, question } => {
                spawn_local(delayed::compose(Rc::clone(self), number, *question));
            }
            Effect::DueAnswered(outcome) => {
                for waiting in self.dues.take() {
                    // A caller that has gone away needs no answer.
                    let _ = waiting.send(outcome.clone());
                }
            }
            Effect::Reopened(answer) => {
                for waiting in self.reopenings.take() {
                    // A caller that has gone away needs no answer.
                    let _ = waiting.send(answer.clone());
                }
            }
            Effect::Reply { call, answer } => {
                if let Some(waiting) = self.calls.borrow_mut().remove(&call) {
                    // A caller that has gone away needs no answer.
                    let _ = waiting.send(*answer);
                }
            }
            Effect::Note { name, detail } => self.note(name, &detail),
        }
        Ok(())
    }

    fn hold(&self, data: String) {
        let mut held = self.held.borrow_mut();
        let bytes: usize = held.iter().map(String::len).sum();
        if bytes.saturating_add(data.len()) <= MAX_HELD_BYTES {
            held.push(data);
        }
    }

    /// A call that waits for an answer.
    pub(super) fn new_call(&self) -> (u32, oneshot::Receiver<std::result::Result<TurnAnswer, Refusal>>) {
        let call = self.newest_call.get().wrapping_add(1);
        self.newest_call.set(call);
        let (sender, receiver) = oneshot::channel();
        self.calls.borrow_mut().insert(call, sender);
        (call, receiver)
    }

    /// Feeds the machine a frame that came by POST, which answers at once; `None` when memory was lost over it.
    pub(super) fn post(
        self: &Rc<Self>,
        user: UserId,
        posted: Posted,
        at_hand: AtHand,
    ) -> Option<std::result::Result<(), Refusal>> {
        let post = self.newest_call.get().wrapping_add(1);
        self.newest_call.set(post);
        self.feed(Input::Posted { post, user, posted }, at_hand);
        let refusal = self.refused.borrow_mut().remove(&post);
        self.with_session(|_| refusal.map_or(Ok(()), Err))
    }

    /// Takes back the turn that is to be answered later; `None` when memory was lost over it.
    pub(super) fn take_back(self: &Rc<Self>) -> Option<std::result::Result<(), Refusal>> {
        let post = self.newest_call.get().wrapping_add(1);
        self.newest_call.set(post);
        self.feed(Input::TakeBack { post }, AtHand::Nothing);
        let refusal = self.refused.borrow_mut().remove(&post);
        self.with_session(|_| refusal.map_or(Ok(()), Err))
    }

    /// A call that came for an answer that is due.
    pub(super) fn new_due(&self) -> oneshot::Receiver<DueOutcome> {
        let (sender, receiver) = oneshot::channel();
        self.dues.borrow_mut().push(sender);
        receiver
    }

    /// A call that wants the conversation open again.
    pub(super) fn new_reopening(&self) -> oneshot::Receiver<std::result::Result<(), Refusal>> {
        let (sender, receiver) = oneshot::channel();
        self.reopenings.borrow_mut().push(sender);
        receiver
    }

    /// Keeps an open socket of the model, unless it was given up meanwhile.
    pub(super) fn keep_model(&self, generation: u32, socket: &WebSocket) -> bool {
        match self.model.borrow_mut().as_mut().filter(|model| model.generation == generation) {
            Some(model) => {
                model.socket = Some(socket.clone());
                model.opened = clock::now();
                self.relay.open(socket, generation);
                true
            }
            None => false,
        }
    }

    /// Forgets the socket of this opening; says whether it was still wanted.
    pub(super) fn forget_model(&self, generation: u32) -> bool {
        let wanted = self.model.borrow().as_ref().is_some_and(|model| model.generation == generation);
        if wanted {
            self.take_model();
        }
        wanted
    }

    /// The socket of the model, of which nothing is heard from now on.
    fn take_model(&self) -> Option<WebSocket> {
        let Model { socket, opened, .. } = self.model.take()?;
        self.relay.close();
        let socket = socket?;
        self.metrics.write(&model::point(&self.config.gemini, Some(clock::now().since(opened))));
        Some(socket)
    }

    fn send_model(&self, message: &str) {
        if let Some(socket) = self.model.borrow().as_ref().and_then(|model| model.socket.as_ref()) {
            // A socket that is going away says so by its close event, and the turn is asked again.
            let _ = socket.send_with_str(message);
        }
    }

    fn close_model(&self) {
        if let Some(socket) = self.take_model() {
            let _ = socket.close(Some(1000), Some("idle"));
        }
    }

    /// Sets the one alarm. One that rings too early finds nothing to do and is set again, which is cheaper than moving
    /// it with every piece of an answer.
    pub(super) async fn arm(&self) {
        let now = clock::now();
        let Some(at) = self.to_be_armed(now) else { return };
        self.armed.set(Some(at));
        let date = worker::js_sys::Date::new(&JsValue::from_f64(at.0.max(now.0) as f64));
        let set = self.state.storage().set_alarm(worker::ScheduledTime::new(date)).await;
        if let Err(error) = set {
            self.armed.set(None);
            self.note("conversation.alarm.failed", &error.to_string());
        }
    }

    /// As [`Shell::arm`], for who cannot wait.
    pub(super) fn arm_soon(self: &Rc<Self>) {
        if self.to_be_armed(clock::now()).is_some() {
            let shell = Rc::clone(self);
            spawn_local(async move { shell.arm().await });
        }
    }

    /// When the alarm has to ring, if it is not set to ring by then.
    fn to_be_armed(&self, now: Millis) -> Option<Millis> {
        let at = self.with_session(Session::next_alarm).flatten()?;
        let in_time = self.armed.get().is_some_and(|armed| armed <= at && armed > now);
        (!in_time).then_some(at)
    }

    /// The alarm rang.
    pub(super) async fn ring(self: &Rc<Self>) {
        self.armed.set(None);
        self.feed_and_arm(Input::Alarm, AtHand::Nothing).await;
    }

    pub(super) fn note(&self, name: &str, detail: &str) {
        let id = self.with_session(|session| session.record().facts.conversation.to_string());
        log::event(name, json!({ "conversation": id, "detail": detail }));
    }
}
