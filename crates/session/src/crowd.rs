//! How many may be here. What is counted is this conversation's: an object sees no other.

use mentora_core::ids::UserId;
use mentora_wire::stream::CloseCode;

use crate::Step;
use crate::input::ConnectionId;
use crate::state::State;

/// Most connections of those who listen in.
pub const MAX_LISTENERS: usize = 50;
/// Most connections of the student: tabs and devices, of which one speaks.
pub const MAX_OWN: usize = 5;

impl State {
    /// Whether somebody more may come. The student always may: the oldest connection gives way, since it may well be
    /// one whose network went away without a word.
    #[must_use]
    pub fn has_room_for(&self, user: &UserId) -> bool {
        let owner = &self.record.facts.owner;
        user == owner
            || self.connections.values().filter(|c| c.connection.user != *owner).count() < MAX_LISTENERS
    }
}

impl Step<'_> {
    /// Makes room for one more connection of the student.
    pub(crate) fn make_room_for(&mut self, user: &UserId) {
        if *user == self.state.record.facts.owner {
            self.keep_own(MAX_OWN.saturating_sub(1));
        }
    }

    /// Of the student's connections keeps the newest.
    pub(crate) fn keep_own(&mut self, most: usize) {
        let owner = &self.state.record.facts.owner;
        let own = self.state.connections.iter().filter(|(_, client)| client.connection.user == *owner);
        // They are in the order in which they came.
        let own: Vec<ConnectionId> = own.map(|(id, _)| *id).collect();
        let too_many = own.len().saturating_sub(most);
        for id in own.into_iter().take(too_many) {
            self.close(
                id,
                CloseCode::TakenOver,
                "you are connected elsewhere, too often for this one to stay",
            );
        }
    }
}
