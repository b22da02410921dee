//! What the shell does: carries out effects, and lets their outcome come later, or never.

use mentora_core::documents::Turn;
use mentora_gemini::ClientMessage;
use mentora_gemini::setup::Detection;
use mentora_session::{ConnectionId, Effect, FlushBatch, FlushOutcome, Input};

use mentora_wire::stream::CloseCode;

use super::invariants::Invariant;
use super::readers::Who;
use super::wallet::Ask;
use super::{Faults, Happens, World};
use crate::firestore::Commit;
use crate::model::{Piece, answer_in};

impl World {
    pub(super) fn perform(&mut self, effect: Effect) {
        self.relay_hears(&effect);
        match effect {
            Effect::Write(_) => {}
            Effect::GrantSpeech(_) | Effect::GrantAnswer(_) | Effect::Carried { .. } => {}
            Effect::HoldAudio | Effect::DropAudio | Effect::RelayAudio { .. } => {}
            Effect::Note { name, detail } => self.noted(name, &detail),
            Effect::SetRole { connection, .. } => self.must_be_open(connection, "it was given a role"),
            Effect::ForwardAudio { .. } | Effect::ReleaseAudio { .. } => {
                self.must_be_ready("sound");
                self.sound_given = true;
            }
            Effect::Tell(event) => self.told_all(&event),
            Effect::TellOne { connection, frame } => self.told_one(connection, &frame),
            Effect::Replay { connection, after, upto } => self.replay(connection, after.0, upto.0),
            Effect::Close { connection, code, .. } => self.closed(connection, code),
            Effect::OpenModel { generation, setup } => {
                self.must_be_paid_for();
                let free = self.socket.is_none();
                self.holds(Invariant::OneSocket, free, || "a second socket of the model was opened".into());
                let fresh = self.openings.insert(generation);
                self.holds(Invariant::OneSocket, fresh, || format!("opening {generation} was named twice"));
                self.check_memory(setup.handle.as_deref(), &setup.system_instruction);
                self.totals.sockets += 1;
                self.sessions.opened += 1;
                self.model.listens = setup.detection != Detection::Manual;
                self.socket = Some((generation, false));
                let faulty = self.faulty(Faults::Model);
                let script = self.model.open(&mut self.random, faulty);
                self.schedule(generation, script);
            }
            Effect::SendModel(message) => self.send_model(&message),
            Effect::CloseModel => self.socket = None,
            Effect::Hold { hold, turn_id, amount, .. } => self.ask_wallet(hold, turn_id, Ask::Hold(amount)),
            Effect::Settle { hold, turn_id, amount, .. } => {
                self.ask_wallet(hold, turn_id, Ask::Settle(amount))
            }
            Effect::Release { hold, turn_id, .. } => self.ask_wallet(hold, turn_id, Ask::Release),
            Effect::Flush(batch) => self.flush(*batch),
            Effect::Tally { way, conversation } => self.begin_to_tell(way, &conversation),
            Effect::KeepSession(write) => self.begin_to_keep(*write),
            Effect::Summarise { ended_at, .. } => self.begin_to_sum_up(ended_at),
            Effect::Reopened(_) | Effect::SendAway { .. } | Effect::Refused { .. } => {}
            Effect::KeepPromise(write) => self.begin_to_promise(*write),
            Effect::Compose { number, .. } => self.compose(number),
            Effect::DueAnswered(outcome) => self.due_answered(&outcome),
            Effect::Analyse { number, inquiry } => self.weigh(number, &inquiry),
            Effect::Reply { call, answer } => {
                let known = self.calls.remove(&call).is_some();
                self.holds(Invariant::Ends, known, || format!("call {call} was answered twice"));
                if let Ok(answer) = *answer {
                    self.acknowledge(&answer.user_turn);
                    if let Some(turn) = &answer.ai_turn {
                        self.acknowledge(turn);
                    }
                }
            }
        }
    }

    /// What is given up as unknown must not have been known.
    fn noted(&mut self, name: &str, detail: &str) {
        self.record(|| format!("# {name}: {detail}"));
        if name != "turn.usage.unknown" || self.has_crashed() {
            return;
        }
        let Some(turn) = detail.parse().ok().and_then(|index: u32| self.store.turns.get(&index)) else {
            return;
        };
        let unpaid = words_of(turn).is_some_and(|answer| {
            let known = self.reported.contains_key(&answer) && !self.ambiguous.contains(&answer);
            known && !self.goes_on_after(turn.index, answer)
        });
        self.holds(Invariant::Charged, !unpaid, || format!("turn {detail} was reported and not metered"));
    }

    /// Whether there is more of an answer of the model after this turn: an end that came twice may have cut it in two, and the
    /// report is of the later part.
    fn goes_on_after(&self, index: u32, answer: u32) -> bool {
        let open = self.state.record().answer.as_ref().and_then(|open| answer_in(&open.text));
        let mut later = self.store.turns.range(index + 1..).filter_map(|(_, turn)| words_of(turn));
        open == Some(answer) || later.any(|later| later == answer)
    }

    fn closed(&mut self, connection: ConnectionId, code: CloseCode) {
        self.must_be_open(connection, "it was closed");
        self.open.remove(&connection);
        if let Some(who) = self.who_is(connection) {
            self.reader_mut(who).connection = None;
            match (who, code) {
                // What the conversation has not taken by now it never will, and the student knows.
                (Who::Student, CloseCode::Ended) => self.client.unacknowledged.clear(),
                (Who::Student, _) => self.at(1_000, Happens::Connect),
                (Who::Teacher, _) => {}
            }
        }
    }

    /// The model knows all that was said: a resumed session by its handle, and the rest by what it is told.
    fn check_memory(&mut self, handle: Option<&str>, instruction: &str) {
        let known = handle.map_or(0, |handle| self.handles.get(handle).copied().unwrap_or(u32::MAX));
        self.holds(Invariant::Sound, known < u32::MAX, || {
            format!("{handle:?} is a handle that the model never gave, or has refused")
        });
        let owed = self.store.record.as_ref().and_then(|record| record.owed.as_ref());
        let upto = owed.map_or(u32::MAX, |owed| owed.student_index).max(known);
        let said = self.store.turns.range(known..upto).map(|(_, turn)| turn);
        let untold = said.filter(|turn| !instruction.contains(&turn.text)).map(|turn| turn.index).next();
        self.holds(Invariant::Sound, untold.is_none(), || {
            format!("the model does not know of turn {untold:?}")
        });
    }

    fn must_be_ready(&mut self, what: &str) {
        let ready = self.socket.is_some_and(|(_, ready)| ready);
        self.holds(Invariant::OneSocket, ready, || format!("{what} for a model that is not ready"));
    }

    fn send_model(&mut self, message: &ClientMessage) {
        self.must_be_ready("a message");
        // Who speaks hands-free is heard all the time.
        if matches!(message, ClientMessage::Said { .. } | ClientMessage::ActivityStart) {
            self.must_be_paid_for();
        }
        let Some((generation, _)) = self.socket else { return };
        let faulty = self.faulty(Faults::Model);
        let script = self.model.hear(message, &mut self.random, faulty);
        self.schedule(generation, script);
    }

    pub(super) fn schedule(&mut self, generation: u32, script: Vec<Piece>) {
        for (delay, act, answer) in script {
            self.at(delay, Happens::Model { generation, act, answer });
        }
    }

    fn flush(&mut self, batch: FlushBatch) {
        let faulty = self.faulty(Faults::Firestore);
        if faulty && self.random.percent(2) {
            self.firestore.down_until = self.now + self.random.between(1_000, 180_000);
        }
        let Ok(commit) = self.firestore.prepare(batch, &mut self.random, self.now, faulty) else {
            let delay = self.random.between(0, 2_000);
            return self.at(delay, Happens::Unwritten);
        };
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

    /// Firestore did not even let the version be read.
    pub(super) fn unwritten(&mut self) {
        let outbox = &self.state.record().outbox;
        let (revision, turns) = (outbox.flushed_revision, outbox.flushed_turns);
        self.input(Input::Flushed { revision, turns, outcome: FlushOutcome::Unavailable });
    }
}

/// Which answer of the model a turn is of.
fn words_of(turn: &Turn) -> Option<u32> {
    answer_in(turn.generated_text.as_deref().unwrap_or(&turn.text))
}
