//! The life of the object: inputs, and the death that may strike within any of them.

use mentora_core::time::Millis;
use mentora_gemini::ServerEvent;
use mentora_session::{Connection, Effect, Input, PaymentOutcome, State, step};

use super::readers::Who;
use super::wallet::Asking;
use super::{Faults, Happens, World};

/// Where a crash strikes within one event of the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strike {
    /// Nothing of the step was written.
    Before,
    /// All was written, and so many of a hundred effects were carried out: what is written is written at once.
    Between(i64),
}

impl World {
    pub(super) fn input(&mut self, input: Input) {
        if self.broken.is_some() {
            return;
        }
        let refusing = std::mem::take(&mut self.refusing);
        if let Some(relayed) = self.relay.take() {
            let crashes: u64 = self.totals.crashes.iter().sum();
            self.input(relayed);
            if self.totals.crashes.iter().sum::<u64>() > crashes {
                // What happened went down with the object, as it would have a moment later.
                return;
            }
        }
        self.totals.steps += 1;
        self.record(|| format!("> {input:?}"));
        self.clock_may_jump();
        let waking = matches!(input, Input::Woke { .. });
        let mut gone = None;
        match &input {
            Input::Connected(connection) => _ = self.open.insert(connection.id),
            // It may be closed by what was due before the machine hears of it.
            Input::Disconnected { connection } => gone = Some(*connection),
            _ => {}
        }
        let strike = self.strike(waking);
        let reported = match &input {
            Input::Model { generation, event: ServerEvent::Usage(usage) } if self.is_current(*generation) => {
                Some(*usage)
            }
            _ => None,
        };
        let paid = match &input {
            Input::Paid { hold, outcome: PaymentOutcome::Done { .. } } => Some(*hold),
            _ => None,
        };
        let record = self.state.record();
        let asked_anew = record.answer.is_none()
            && (record.spoken.is_some() || record.owed.as_ref().is_some_and(|owed| owed.asked_at.is_some()));
        let was_closed = self.state.is_closed();
        let now = Millis(self.clock());
        let effects = step(&mut self.state, now, input);
        if strike == Some(Strike::Before) {
            return self.die(0, waking);
        }
        if refusing {
            self.handles.clear();
        }
        self.wallet.told_over.extend(paid);
        if let Some(usage) = reported {
            let answer = usage.input_cached as u32;
            self.reported.insert(answer, usage);
            if asked_anew {
                self.ambiguous.insert(answer);
            }
        }
        self.check_order(&effects);
        if was_closed && self.state.is_closed() {
            self.check_silence(&effects);
        }
        let mut acts = Vec::with_capacity(effects.len());
        for effect in effects {
            match effect {
                Effect::Write(write) => self.write_down(write),
                act => acts.push(act),
            }
        }
        self.check_step();
        let most = match strike {
            Some(Strike::Between(percent)) => (acts.len() as i64 + 1) * percent / 100,
            _ => i64::MAX,
        };
        for (done, act) in acts.into_iter().enumerate() {
            if done as i64 == most {
                return self.die(1, waking);
            }
            self.perform(act);
        }
        self.open.retain(|id| Some(*id) != gone);
        if strike.is_some() {
            self.die(2, waking);
        }
    }

    fn strike(&mut self, waking: bool) -> Option<Strike> {
        if !self.faulty(Faults::Crashes) || self.crashes_left == 0 {
            return None;
        }
        if !self.random.percent(if waking { 20 } else { 4 }) {
            return None;
        }
        self.crashes_left -= 1;
        Some(match self.random.between(0, 3) {
            0 => Strike::Before,
            _ => Strike::Between(self.random.between(0, 100)),
        })
    }

    pub(super) fn is_current(&self, generation: u32) -> bool {
        self.socket.is_some_and(|(open, _)| open == generation)
    }

    pub(super) fn has_crashed(&self) -> bool {
        self.totals.crashes.iter().any(|count| *count > 0)
    }

    /// The object's clock is set: forwards by any amount, backwards by a little.
    fn clock_may_jump(&mut self) {
        if self.faulty(Faults::Clock) && self.random.percent(1) {
            self.totals.jumps += 1;
            self.skew += match self.random.between(0, 3) {
                0 => self.random.between(1_000, 3_600_000),
                1 => self.random.between(100, 30_000),
                _ => -self.random.between(1, 3_000),
            };
            let skew = self.skew;
            self.record(|| format!("*** the clock jumps: {skew} ***"));
        }
    }

    /// The object dies: its memory and the model's socket are gone; its store is not.
    fn die(&mut self, when: usize, waking: bool) {
        self.totals.crashes[if waking { 3 } else { when }] += 1;
        self.record(|| "*** crash ***".into());
        self.socket = None;
        self.relay.begin();
        self.calls.clear();
        // A panic, or another object in the isolate that panicked, leaves the sockets open; a machine that goes away
        // does not.
        let survives = self.random.percent(50);
        let mut connections: Vec<Connection> = Vec::new();
        for who in [Who::Student, Who::Teacher] {
            let Some(id) = self.reader_mut(who).connection else { continue };
            if survives {
                connections.push(self.connection(who, id));
                continue;
            }
            self.reader_mut(who).connection = None;
            let delay = self.random.between(10, 5_000);
            self.at(delay, if who == Who::Student { Happens::Connect } else { Happens::TeacherLooksIn });
        }
        self.open = connections.iter().map(|connection| connection.id).collect();
        if self.random.percent(70) {
            // Whoever waited for Firestore died as well: what it says, nobody hears.
            self.forget_outcomes();
        }
        let store = &self.store;
        self.state = State::restore(store.record.clone().unwrap(), store.turns.values().cloned().collect());
        self.input(Input::Woke { connections });
    }

    fn forget_outcomes(&mut self) {
        for what in self.queue.values_mut() {
            let unheard = match &*what {
                Happens::Commit(commit) => Happens::Late(commit.clone()),
                Happens::Wallet(asking) => Happens::Wallet(Asking { unheard: true, ..asking.clone() }),
                Happens::Tally(telling) => Happens::Tally(telling.unheard()),
                _ => continue,
            };
            *what = unheard;
        }
        self.queue.retain(|_, what| !matches!(what, Happens::Unwritten));
    }
}
