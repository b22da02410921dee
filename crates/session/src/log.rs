//! Numbering of events, and the small ways to say something.

use mentora_core::documents::{ConversationState, Turn};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::server::ErrorFrame;
use mentora_wire::stream::{Event, PrivateFrame, Seq, Sequenced};

use crate::Step;
use crate::effect::{Effect, Refusal, Write};
use crate::input::{ConnectionId, Source};

impl Step<'_> {
    /// Numbers an event, stores it, tells it.
    pub(crate) fn tell(&mut self, event: Event) {
        let seq = Seq(self.state.record.last_seq.0.saturating_add(1));
        self.state.record.last_seq = seq;
        // That a session rests is nothing to stay awake for.
        if !matches!(event, Event::SessionState { .. }) {
            self.state.told_at = self.now;
        }
        let event = Sequenced { seq, event };
        self.effects.push(Effect::Write(Write::Event(Box::new(event.clone()))));
        self.effects.push(Effect::Tell(Box::new(event)));
    }

    /// Tells one client something that is no event of the conversation; one that was closed meanwhile has heard why.
    pub(crate) fn tell_one(&mut self, connection: ConnectionId, frame: PrivateFrame) {
        if !self.state.connections.contains_key(&connection) {
            return;
        }
        self.effects.push(Effect::TellOne { connection, frame: Box::new(frame) });
    }

    /// Tells whoever said something that it could not be said; `about` is the client's id of the message.
    pub(crate) fn refuse(
        &mut self,
        source: Source,
        about: Option<&str>,
        code: ErrorCode,
        message: impl Into<String>,
    ) {
        let message = message.into();
        if self.refuse_post(code, &message) {
            return;
        }
        match source {
            Source::Connection(connection) => {
                let error = ErrorFrame {
                    code,
                    message,
                    recoverable: true,
                    retry_in_ms: None,
                    client_message_id: about.map(str::to_owned),
                    details: None,
                };
                self.tell_one(connection, PrivateFrame::Error(error));
            }
            Source::Call(call) => {
                let answer = Box::new(Err(Refusal::new(code, message)));
                self.effects.push(Effect::Reply { call, answer });
            }
        }
    }

    /// Stores a turn: chained to the one before, at the index it has.
    pub(crate) fn store_turn(&mut self, turn: Turn) -> Turn {
        let prev_hash = self.state.turns.last().map_or("", |turn| turn.hash.as_str());
        let turn = turn.seal(prev_hash);
        self.effects.push(Effect::Write(Write::Turn(Box::new(turn.clone()))));
        self.state.turns.push(turn.clone());
        self.changed();
        turn
    }

    /// Moves the dialogue on.
    pub(crate) fn move_to(&mut self, state: ConversationState) {
        if self.state.record.state != state {
            self.state.record.state = state;
            let reason = self.state.record.ended.as_ref().map(|ended| ended.reason);
            self.tell(Event::StateChange { state, reason, ends_at: None });
            self.changed();
        }
    }

    /// Somebody did something.
    pub(crate) fn acted(&mut self) {
        self.state.record.last_action_at = self.now;
    }

    /// Leaves a line for the operator.
    pub(crate) fn note(&mut self, name: &'static str, detail: impl Into<String>) {
        self.effects.push(Effect::Note { name, detail: detail.into() });
    }
}
