//! How a conversation ends.

use mentora_core::dialogue::is_last_question;
use mentora_core::documents::{ConversationState, EndReason, Speaker};
use mentora_wire::stream::{CloseCode, Event};

use crate::Step;
use crate::effect::Effect;
use crate::input::ConnectionId;
use crate::record::Ended;
use crate::state::State;
use crate::summary::quotations;

impl State {
    /// Whether the answer to the student's turn at `index` asks the last question.
    pub(crate) fn asks_last_question(&self, index: u32) -> bool {
        let said = self.turns.iter().take_while(|turn| turn.index <= index);
        let count = said.filter(|turn| turn.speaker == Speaker::Student).count();
        let read = self.turn(index).and_then(|turn| turn.analysis.as_ref());
        let read = read.and_then(|analysis| analysis.strategy.zip(analysis.features));
        read.is_some_and(|(strategy, features)| {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            is_last_question(&self.record.facts.ai_config, count, strategy, &features)
        })
    }
}

impl Step<'_> {
    /// Ends the conversation; ending it twice changes nothing.
    pub(crate) fn end(&mut self, reason: EndReason) {
        if self.state.is_closed() {
            return;
        }
        // What was written is not lost because it was being weighed.
        self.stop_weighing();
        self.finish_answer_as_shown();
        if self.state.is_closed() {
            // The answer was the last one, and has ended the conversation for a reason of its own.
            return;
        }
        if self.state.record.spoken.as_ref().is_some_and(|spoken| !spoken.transcript.trim().is_empty()) {
            self.store_speech();
        }
        self.stop_weighing();
        self.state.record.spoken = None;
        self.state.record.microphone = None;
        self.state.speech = None;
        self.state.record.owed = None;
        self.state.record.ending = None;
        self.drop_delayed();
        self.effects.push(Effect::DropAudio);
        let summary = quotations(&self.state.turns);
        self.state.record.ended = Some(Ended { reason, at: self.now, summary: summary.clone() });
        self.acted();
        self.owe_tally();
        self.sum_up();
        self.move_to(ConversationState::Closed);
        self.tell(Event::ConversationEnded { reason, summary });
        self.answer_calls();
        self.tell_session_state();
        let connections: Vec<ConnectionId> = self.state.connections.keys().copied().collect();
        for connection in connections {
            self.close(connection, CloseCode::Ended, "the conversation has ended");
        }
    }
}
