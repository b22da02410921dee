//! Clients that listen by server-sent events. Their response keeps the object in memory, which a hibernating socket does
//! not. So whoever has nothing to hear is sent away with the advice when to come back; the cursor sees to it that
//! nothing is missed.
//!
//! Just after something happened they may stay, and come back soon. The longer nothing happens, the longer they are
//! sent away, and the shorter they stay: with `BRIEF_MS` in every `RETRY_MS` an idle conversation is awake for less than
//! a tenth of the time.

use mentora_core::time::{Millis, seconds};

use mentora_wire::stream::Seq;

use crate::Step;
use crate::effect::Effect;
use crate::input::{Connection, ConnectionId};
use crate::state::State;

/// How long they may stay after the last event.
const STAY_MS: i64 = seconds(45);
/// How long they may stay when nothing happened since they were sent away.
const BRIEF_MS: i64 = seconds(5);
/// When they are to come back: after a quarter of the time in which nothing happened, within these bounds.
const RETRY_MS: std::ops::RangeInclusive<i64> = seconds(3)..=seconds(60);

impl State {
    /// Until when a client of server-sent events may stay; `None` while there is something to hear.
    pub(crate) fn stay_ends(&self) -> Option<Millis> {
        let record = &self.record;
        let busy = record.owed.is_some()
            || record.answer.is_some()
            || record.spoken.is_some()
            || self.speech.is_some()
            || self.is_hands_free()
            || !self.calls.is_empty();
        let first = self.connections.values().filter_map(|client| client.subscribed_at).min();
        first.filter(|_| !busy).map(|first| self.stay_of(first))
    }

    /// Whether nothing will come after a cursor: the conversation has ended, and all of it was seen.
    #[must_use]
    pub fn has_nothing_after(&self, cursor: Seq) -> bool {
        self.is_closed() && cursor >= self.record.last_seq
    }

    fn stay_of(&self, since: Millis) -> Millis {
        (since + BRIEF_MS).max(self.stirred_at() + STAY_MS)
    }

    /// When something happened last.
    fn stirred_at(&self) -> Millis {
        self.record.last_action_at.max(self.told_at)
    }
}

impl Step<'_> {
    /// A client came for server-sent events.
    pub(crate) fn subscribe(&mut self, connection: Connection) {
        let id = connection.id;
        self.connect(connection);
        if let Some(client) = self.state.connections.get_mut(&id) {
            client.subscribed_at = Some(self.now);
        }
    }

    /// Sends those away who have nothing to hear.
    pub(crate) fn send_away(&mut self) {
        let now = self.now;
        let over = |since: Millis| self.state.stay_of(since) <= now;
        let clients = self.state.connections.iter();
        let over: Vec<ConnectionId> =
            clients.filter(|(_, client)| client.subscribed_at.is_some_and(over)).map(|(id, _)| *id).collect();
        let rested = now.since(self.state.stirred_at());
        let retry_ms = (rested / 4).clamp(*RETRY_MS.start(), *RETRY_MS.end());
        for connection in over {
            self.state.connections.remove(&connection);
            self.effects.push(Effect::SendAway { connection, retry_ms });
        }
    }
}
