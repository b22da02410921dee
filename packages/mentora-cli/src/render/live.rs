//! A conversation that is: text appears as it comes.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{ConversationState, Turn};
use mentora_core::ids::TurnId;
use mentora_wire::stream::server::ErrorFrame;
use mentora_wire::stream::{Event, SessionState, StreamRole};

use super::{clock, plain, transcript, words};
use crate::stream::News;

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Of the dialogue, as it is.
    Said(String),
    /// About it: a line.
    Note(String),
}

/// What stands on the screen.
#[derive(Debug, Default)]
pub struct Live {
    /// Whether the student's own lines stand there already, because they were typed there.
    echoed: bool,
    role: Option<StreamRole>,
    answer: Option<Answer>,
}

/// The answer that is being written.
#[derive(Debug)]
struct Answer {
    turn: TurnId,
    strategy: Strategy,
    text: String,
    /// Whether the cursor stands behind its text.
    open: bool,
}

impl Live {
    /// An empty screen; `echoed` when the student types on it.
    #[must_use]
    pub fn new(echoed: bool) -> Self {
        Self { echoed, ..Self::default() }
    }

    /// Writes what happened.
    pub fn show(&mut self, news: &News) -> Vec<Piece> {
        match news {
            News::Connected { role, state, session } => self.connected(*role, *state, *session),
            News::Event { event, replayed, own } => self.event(event, *replayed, *own),
            News::Error(error) => self.error(error),
            News::Held => self.note("The tutor has yet to answer; your message is sent when it has.".into()),
            News::Rejected { text, reason } => {
                self.note(format!("Not said: “{}”. {}", plain(text), plain(reason)))
            }
            News::Gap => {
                self.note("The beginning is too long ago to be told again; this is all of it:".into())
            }
        }
    }

    /// Ends the line that an answer is being written on.
    pub fn break_line(&mut self) -> Vec<Piece> {
        let open = self.answer.as_mut().filter(|answer| answer.open);
        open.map(|answer| {
            answer.open = false;
            Piece::Said("\n".into())
        })
        .into_iter()
        .collect()
    }

    /// Writes a line about the dialogue.
    pub fn note(&mut self, text: String) -> Vec<Piece> {
        let mut pieces = self.break_line();
        pieces.push(Piece::Note(text));
        pieces
    }

    fn student(&self) -> &'static str {
        if self.role == Some(StreamRole::Listener) { "student" } else { "you" }
    }

    fn connected(&mut self, role: StreamRole, state: ConversationState, session: SessionState) -> Vec<Piece> {
        let before = self.role.replace(role);
        let text = match (role, before) {
            (StreamRole::Listener, Some(StreamRole::Speaker)) => {
                "You speak on another device now, and read along here. Run the command again to speak here."
            }
            (StreamRole::Listener, None) if state != ConversationState::Closed => {
                "You read along: this is not your conversation, or you speak on another device."
            }
            (StreamRole::Speaker, Some(_)) => "Connected again.",
            _ => return self.session(session),
        };
        self.note(text.into())
    }

    fn event(&mut self, event: &Event, replayed: bool, own: bool) -> Vec<Piece> {
        match event {
            Event::TurnStored { .. } if own && self.echoed => self.break_line(),
            Event::TurnStored { turn } => {
                let mut pieces = self.break_line();
                pieces.push(Piece::Said(format!("{}\n", transcript::line(turn, self.student()))));
                pieces
            }
            Event::Decision { strategy, reason, .. } if !replayed => {
                self.note(format!("  {}: {}", words::of_move(*strategy), plain(reason)))
            }
            Event::AiResponseStart { turn_id, strategy, .. } => {
                let mut pieces = self.break_line();
                let (turn, strategy) = (turn_id.clone(), *strategy);
                self.answer = Some(Answer { turn, strategy, text: String::new(), open: true });
                pieces.push(Piece::Said(format!("tutor ({}): ", words::of_move(strategy))));
                pieces
            }
            Event::AiTextChunk { turn_id, text } => self.chunk(turn_id, text),
            Event::AiResponseEnd { turn } => self.answered(turn),
            Event::SessionState { session } if !replayed => self.session(*session),
            Event::StateChange { ends_at: Some(at), .. } if !replayed => self.note(format!(
                "Little time is left: the conversation ends at {} UTC. An answer that has begun by then is finished.",
                clock::minute(*at)
            )),
            Event::StateChange { state: ConversationState::AwaitingDelayedResponse, .. } if !replayed => {
                self.note("The tutor will answer later. You can leave.".into())
            }
            Event::ConversationEnded { reason, summary } => {
                let ended = format!("The conversation has ended: {}.", words::of_end(*reason));
                let mut pieces = self.note(ended);
                pieces.push(Piece::Note(plain(summary)));
                pieces
            }
            Event::Error(error) if !replayed => self.error(error),
            _ => Vec::new(),
        }
    }

    fn chunk(&mut self, turn: &TurnId, text: &str) -> Vec<Piece> {
        let Some(answer) = self.answer.as_mut().filter(|answer| answer.turn == *turn) else {
            return Vec::new();
        };
        // The first chunk of a model often begins with a blank, and so does one behind a break.
        let shown = if answer.text.is_empty() || !answer.open { text.trim_start() } else { text };
        answer.text.push_str(text);
        let mut pieces = Vec::new();
        if !answer.open {
            answer.open = true;
            pieces.push(Piece::Said(format!("tutor ({}), going on: ", words::of_move(answer.strategy))));
        }
        pieces.push(Piece::Said(plain(shown)));
        pieces
    }

    /// The answer as it was stored is what counts; what was not streamed of it is written now.
    fn answered(&mut self, turn: &Turn) -> Vec<Piece> {
        let answer = self.answer.take().filter(|answer| answer.turn == turn.id && answer.open);
        let Some(answer) = answer else {
            return vec![Piece::Said(format!("{}\n", transcript::line(turn, self.student())))];
        };
        if turn.truncated {
            return vec![Piece::Said(" —\n".into())];
        }
        let streamed = answer.text.trim();
        match turn.text.trim().strip_prefix(streamed) {
            Some(rest) => vec![Piece::Said(format!("{}\n", plain(rest)))],
            None => vec![Piece::Said(format!("\n{}\n", transcript::line(turn, self.student())))],
        }
    }

    fn session(&mut self, session: SessionState) -> Vec<Piece> {
        match session {
            SessionState::Error => self.note("The tutor cannot be reached at the moment.".into()),
            SessionState::UserSpeaking => self.note("The student speaks on another device.".into()),
            _ => Vec::new(),
        }
    }

    fn error(&mut self, error: &ErrorFrame) -> Vec<Piece> {
        let again = match error.retry_in_ms {
            Some(ms) => format!(" It is tried again in {} s.", (ms + 999) / 1_000),
            None => String::new(),
        };
        self.note(format!("{}{again}", plain(&error.message)))
    }
}

#[cfg(test)]
mod tests;
