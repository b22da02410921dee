//! A student who speaks hands-free: the microphone is on for a while, and now and then something is said.

use mentora_session::ConnectionId;
use mentora_wire::stream::client::TurnTaking;

use super::{Faults, Happens, World};
use crate::shared::client::audio_start;

impl World {
    pub(super) fn open_microphone(&mut self, id: ConnectionId) {
        self.next_message += 1;
        self.frame(id, audio_start(&format!("h{}", self.next_message), TurnTaking::Automatic));
        let mut at = 0;
        for _ in 0..self.random.between(0, 4) {
            at += self.random.between(100, 6_000);
            self.at(at, Happens::StudentUtters(id));
        }
        // Some forget that it is on.
        if self.random.percent(80) {
            let length = at + self.random.between(10, 8_000);
            self.at(length, Happens::StudentStops(id));
        }
    }

    /// The student says something, if anything of it reaches a model that listens.
    pub(super) fn utter(&mut self, id: ConnectionId) {
        if self.client.reader.connection != Some(id)
            || self.state.record().microphone.as_ref().is_none_or(|m| m.closed_at.is_some())
        {
            return;
        }
        self.sound_given = false;
        for _ in 0..2 {
            if self.client.reader.connection == Some(id) {
                self.says(id, 3_200);
            }
        }
        let heard = self.sound_given && self.model.listens;
        let Some((generation, _)) = self.socket.filter(|_| heard) else { return };
        let faulty = self.faulty(Faults::Model);
        let script = self.model.hear_voice(&mut self.random, faulty);
        self.totals.utterances += 1;
        self.schedule(generation, script);
    }
}
