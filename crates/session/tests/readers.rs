//! Clients that come and go by either way, fall asleep, are sent away and outlive crashes: whatever the order, each sees
//! each event once.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and that is all that happens"
)]

#[path = "shared/mod.rs"]
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use mentora_core::documents::{AiConfig, Turn};
use mentora_core::ids::UserId;
use mentora_core::time::Millis;
use mentora_gemini::{ServerEvent, Usage};
use mentora_session::record::Facts;
use mentora_session::{
    Connection, ConnectionId, Effect, FlushOutcome, Input, MAX_OWN, Posted, Record, State, Write, step,
};
use mentora_wire::stream::client::TurnTaking;
use mentora_wire::stream::{AudioMode, ClientFrame, Event, PrivateFrame, Seq, Sequenced, StreamRole};
use proptest::prelude::*;
use shared::client::{audio_start, connection, text_input};
use shared::{OWNER, facts, open_ended};

#[derive(Debug, Clone)]
enum Act {
    /// Somebody comes, by events or by a socket.
    Come {
        owner: bool,
        events: bool,
    },
    /// One of those who are here goes.
    Go(usize),
    /// One of those who are here says something, or somebody does by POST.
    Write(Option<usize>),
    Slow(usize),
    /// Whoever speaks begins to.
    Speak,
    Answer,
    Rest(i64),
    /// The object dies within its next step: what that step wrote is there, what it told is not.
    Die,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (any::<bool>(), any::<bool>()).prop_map(|(owner, events)| Act::Come { owner, events }),
        2 => (0_usize..8).prop_map(Act::Go),
        4 => prop::option::of(0_usize..8).prop_map(Act::Write),
        1 => (0_usize..8).prop_map(Act::Slow),
        2 => Just(Act::Speak),
        4 => Just(Act::Answer),
        3 => (0_i64..90_000).prop_map(Act::Rest),
        1 => Just(Act::Die),
    ]
}

/// What one client has seen over all of its connections.
#[derive(Debug, Default)]
struct Eyes {
    seen: BTreeSet<u64>,
    cursor: u64,
    /// Events were missed: what comes is not taken until it is told from where we are.
    gap: bool,
}

#[derive(Debug)]
struct Here {
    connection: Connection,
    events: bool,
    eyes: Eyes,
    /// The newest event that this connection was sent with the past.
    told: u64,
}

struct World {
    state: State,
    now: i64,
    record: Record,
    turns: BTreeMap<u32, Turn>,
    log: BTreeMap<u64, Sequenced>,
    here: BTreeMap<ConnectionId, Here>,
    /// Those who are away, to come back with what they have seen.
    away: Vec<(bool, Eyes)>,
    last: u32,
    messages: u32,
    generation: Option<u32>,
    dies: bool,
}

impl World {
    fn new() -> Self {
        let ai_config = AiConfig { max_turns: 100, ..open_ended() };
        let facts = Facts { ai_config, ..facts() };
        let state = State::new(facts, Millis(0));
        let record = state.record().clone();
        let (turns, log, here) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let away = Vec::new();
        Self {
            state,
            now: 0,
            record,
            turns,
            log,
            here,
            away,
            last: 0,
            messages: 0,
            generation: None,
            dies: false,
        }
    }

    fn feed(&mut self, input: Input) {
        let effects = step(&mut self.state, Millis(self.now), input);
        for effect in &effects {
            match effect {
                Effect::Write(Write::Record(record)) => self.record = (**record).clone(),
                Effect::Write(Write::Turn(turn)) => drop(self.turns.insert(turn.index, (**turn).clone())),
                Effect::Write(Write::Event(event)) => drop(self.log.insert(event.seq.0, (**event).clone())),
                Effect::Write(Write::Compact { turn_id }) => self.log.retain(|_, event| {
                    !matches!(&event.event, Event::AiTextChunk { turn_id: id, .. } if id == turn_id)
                }),
                _ => {}
            }
        }
        if std::mem::take(&mut self.dies) {
            return self.die();
        }
        effects.into_iter().for_each(|effect| self.perform(effect));
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Tell(event) => {
                // Not again to who was sent it with the past, in this very step.
                let not_yet = self.here.values_mut().filter(|here| here.told < event.seq.0);
                not_yet.for_each(|here| here.eyes.see(event.seq.0));
            }
            Effect::TellOne { connection, frame } => {
                let Some(here) = self.here.get_mut(&connection) else { return };
                if let PrivateFrame::Connected { replay_from, role, .. } = *frame {
                    here.connection.role = role;
                    here.eyes.gap = replay_from.0 > here.eyes.cursor + 1;
                    if here.eyes.gap {
                        assert!(!here.events, "events are told from where their reader is");
                        let cursor = Some(Seq(here.eyes.cursor));
                        self.feed(Input::Frame { connection, frame: ClientFrame::Hello { cursor } });
                    }
                }
            }
            Effect::Replay { connection, after, upto } => {
                let missed: Vec<u64> = self.log.range(after.0 + 1..upto.0 + 1).map(|(seq, _)| *seq).collect();
                if let Some(here) = self.here.get_mut(&connection) {
                    here.told = missed.last().copied().unwrap_or_default().max(here.told);
                    missed.into_iter().for_each(|seq| here.eyes.see(seq));
                }
            }
            Effect::Close { connection, .. } => self.leave(connection),
            Effect::SendAway { connection, retry_ms } => {
                assert!((3_000..=60_000).contains(&retry_ms), "{retry_ms}");
                assert!(self.here[&connection].events, "a socket was sent away");
                self.leave(connection);
            }
            Effect::OpenModel { generation, .. } => self.generation = Some(generation),
            Effect::CloseModel => self.generation = None,
            Effect::Flush(batch) => {
                let outcome = FlushOutcome::Done { update_time: "t".into() };
                self.feed(Input::Flushed { revision: batch.revision, turns: batch.upto, outcome });
            }
            _ => {}
        }
    }

    fn leave(&mut self, connection: ConnectionId) {
        if let Some(here) = self.here.remove(&connection) {
            self.away.push((here.connection.user.as_str() == OWNER, here.eyes));
        }
    }

    fn die(&mut self) {
        self.generation = None;
        let events: Vec<_> = self.here.iter().filter(|(_, here)| here.events).map(|(id, _)| *id).collect();
        events.into_iter().for_each(|id| self.leave(id));
        self.state = State::restore(self.record.clone(), self.turns.values().cloned().collect());
        let connections = self.here.values().map(|here| here.connection.clone()).collect();
        self.feed(Input::Woke { connections });
    }

    fn come(&mut self, owner: bool, events: bool) {
        let at = self.away.iter().position(|(of_owner, _)| *of_owner == owner);
        let mut eyes = at.map(|at| self.away.swap_remove(at).1).unwrap_or_default();
        eyes.gap = false;
        self.last += 1;
        let user = if owner { OWNER } else { "teacher" };
        let connection = Connection {
            role: if owner { StreamRole::Speaker } else { StreamRole::Listener },
            staff: !owner,
            cursor: Seq(eyes.cursor),
            ..connection(ConnectionId(self.last), user, AudioMode::None)
        };
        self.here.insert(connection.id, Here { connection: connection.clone(), events, eyes, told: 0 });
        self.feed(if events { Input::Subscribed(connection) } else { Input::Connected(connection) });
    }

    fn nth(&self, n: usize) -> Option<ConnectionId> {
        self.here.keys().nth(n).copied()
    }

    fn write(&mut self, by: Option<usize>) {
        self.messages += 1;
        let frame = text_input(&format!("Point {}.", self.messages), &format!("m{}", self.messages));
        match by.map(|by| self.nth(by)) {
            Some(Some(connection)) => self.feed(Input::Frame { connection, frame }),
            Some(None) => {}
            None => {
                let (user, posted) = (UserId::new(OWNER).unwrap(), Posted::Frame(frame));
                self.feed(Input::Posted { post: self.messages, user, posted });
            }
        }
    }

    fn speak(&mut self) {
        let mut here = self.here.iter();
        let Some((id, _)) = here.find(|(_, here)| here.connection.role == StreamRole::Speaker) else {
            return;
        };
        let connection = *id;
        self.messages += 1;
        let frame = audio_start(&format!("v{}", self.messages), TurnTaking::Manual);
        self.feed(Input::Frame { connection, frame });
        self.feed(Input::AudioChunk { connection, bytes: 3_200 });
    }

    fn answer(&mut self) {
        for event in [
            ServerEvent::SetupComplete,
            ServerEvent::Spoke("And why?".into()),
            ServerEvent::GenerationComplete,
            ServerEvent::Usage(Usage { input_text: 10, output_audio: 5, ..Usage::default() }),
            ServerEvent::TurnComplete,
        ] {
            let Some(generation) = self.generation else { return };
            self.now += 20;
            self.feed(Input::Model { generation, event });
        }
    }

    fn rest(&mut self, ms: i64) {
        let end = self.now + ms;
        while let Some(at) = self.state.next_alarm().filter(|at| at.0 <= end) {
            self.now = self.now.max(at.0);
            self.feed(Input::Alarm);
        }
        self.now = end;
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Come { owner, events } => self.come(owner, events),
            Act::Go(n) => {
                if let Some(connection) = self.nth(n) {
                    self.leave(connection);
                    self.feed(Input::Disconnected { connection });
                }
            }
            Act::Write(by) => self.write(by),
            Act::Slow(n) => {
                if let Some(connection) = self.nth(n) {
                    self.feed(Input::TooSlow { connection });
                }
            }
            Act::Speak => self.speak(),
            Act::Answer => self.answer(),
            Act::Rest(ms) => self.rest(ms),
            Act::Die => self.dies = true,
        }
        let own = self.here.values().filter(|here| here.connection.user.as_str() == OWNER).count();
        assert!(own <= MAX_OWN, "{own} of the student");
        let speakers = self.here.values().filter(|here| here.connection.role == StreamRole::Speaker).count();
        assert!(speakers <= 1, "{speakers} speak");
    }
}

impl Eyes {
    fn see(&mut self, seq: u64) {
        if self.gap {
            return;
        }
        assert!(seq > self.cursor, "{seq} came after {}", self.cursor);
        self.cursor = seq;
        self.seen.insert(seq);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_event_is_seen_once_by_whichever_way(acts in prop::collection::vec(act(), 1..60)) {
        let mut world = World::new();
        world.feed(Input::Woke { connections: Vec::new() });
        for act in acts {
            world.act(act);
        }
        world.dies = false;
        // All is answered, and all come to rest: who listens by events is sent away, who has a socket stays.
        for _ in 0..4 {
            world.answer();
            world.rest(120_000);
        }
        prop_assert!(world.here.values().all(|here| !here.events), "events at rest keep the object awake");
        // Everybody comes back, and has seen all that is in the log.
        while let Some((owner, _)) = world.away.first() {
            let owner = *owner;
            world.come(owner, true);
            let eyes = &world.here[&ConnectionId(world.last)].eyes;
            let missed: Vec<&u64> = world.log.keys().filter(|seq| !eyes.seen.contains(seq)).collect();
            prop_assert!(missed.is_empty(), "{missed:?} were never seen");
            let connection = ConnectionId(world.last);
            world.here.remove(&connection);
            world.feed(Input::Disconnected { connection });
        }
        for here in world.here.values() {
            prop_assert!(world.log.keys().all(|seq| here.eyes.seen.contains(seq)));
        }
    }
}
