//! How a conversation ends.

use mentora_core::documents::{ConversationState, EndReason, Speaker, Turn};
use mentora_wire::stream::{CloseCode, Event};

use crate::Step;
use crate::effect::Effect;
use crate::input::ConnectionId;
use crate::record::Ended;

/// Longest quotation in a summary, in characters.
const QUOTE_CHARS: usize = 200;

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
        self.state.speech = None;
        self.state.record.owed = None;
        self.state.record.ending = None;
        self.effects.push(Effect::DropAudio);
        let summary = summary(&self.state.turns);
        self.state.record.ended = Some(Ended { reason, at: self.now, summary: summary.clone() });
        self.acted();
        self.owe_tally();
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

/// What came of a conversation, in the student's own words: where it began and where it led.
fn summary(turns: &[Turn]) -> String {
    let mut student = turns.iter().filter(|turn| turn.speaker == Speaker::Student);
    let Some(first) = student.next() else {
        return "Nothing was said.".to_owned();
    };
    let rest = student.clone().count();
    let questions = turns.iter().filter(|turn| turn.speaker == Speaker::Tutor).count();
    let began = format!("It began with: “{}”", quote(&first.text));
    match student.next_back() {
        Some(last) => format!(
            "{began} After {questions} answers of the tutor and {} turns of the student it ended with: “{}”",
            rest.saturating_add(1),
            quote(&last.text)
        ),
        None => format!("{began} It went no further."),
    }
}

fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTE_CHARS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
