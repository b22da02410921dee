//! Follows a conversation: what has been seen, what is to be said, and what each frame means for both. It decides and
//! never awaits; the socket and the terminal are elsewhere.

use mentora_core::documents::ConversationState;
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::server::ErrorFrame;
use mentora_wire::stream::{ClientFrame, Event, PrivateFrame, Seq, SessionState, StreamRole};

use super::frame::Incoming;
use super::outbox::{Message, Outbox};

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send this frame.
    Send(ClientFrame),
    /// Tell whoever follows.
    Tell(News),
}

/// What whoever follows should know.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The connection stands, or its role changed.
    Connected {
        /// What this connection is to the conversation.
        role: StreamRole,
        /// Where the dialogue stands.
        state: ConversationState,
        /// What the session is doing.
        session: SessionState,
    },
    /// Something happened in the conversation; each is told once, in order.
    Event {
        /// What.
        event: Box<Event>,
        /// Whether it happened before this connection stood.
        replayed: bool,
        /// Whether it is a turn that was said here.
        own: bool,
    },
    /// A frame of ours was not understood, or not possible.
    Error(ErrorFrame),
    /// The tutor has yet to answer: the message is sent when it has.
    Held,
    /// A message will not be sent again.
    Rejected {
        /// What was said.
        text: String,
        /// Why it was not taken.
        reason: String,
    },
    /// Events are no longer in the server's log: the turns are to be read by REST.
    Gap,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Floor {
    Student,
    Tutor,
    /// The conversation has ended.
    Nobody,
}

impl From<ConversationState> for Floor {
    fn from(state: ConversationState) -> Self {
        use ConversationState as S;
        match state {
            S::AwaitingIdea | S::AwaitingFollowup | S::AwaitingDelayedResponse => Self::Student,
            S::AddingCounterpoint | S::AddingFinalSummary => Self::Tutor,
            S::Closed => Self::Nobody,
        }
    }
}

/// What the server said when this connection stood.
#[derive(Debug, Clone, Copy)]
struct Greeting {
    role: StreamRole,
    /// The newest event at that time: what comes up to it is replayed, and the greeting knew it already.
    newest: Seq,
}

/// A conversation as one client follows it, over all its connections.
#[derive(Debug)]
pub struct Follower {
    cursor: Seq,
    floor: Floor,
    greeting: Option<Greeting>,
    /// Asked with `hello` for events that this socket was never sent; until the answer, what comes will come again.
    catching_up: bool,
    /// What the session is doing, as far as it was told.
    session: SessionState,
    /// A message came too early, and waits.
    held: bool,
    ending: End,
    /// `conversation_ended` was seen.
    over: bool,
    outbox: Outbox,
}

/// Whether the student wants the conversation to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Unasked,
    /// Asked for; this connection has yet to say so.
    Wanted,
    /// This connection has said so.
    Sent,
}

impl Default for Follower {
    fn default() -> Self {
        Self::new(Seq(0))
    }
}

impl Follower {
    /// Follows a conversation that was seen up to `cursor`; 0 is from its beginning.
    #[must_use]
    pub fn new(cursor: Seq) -> Self {
        Self {
            cursor,
            floor: Floor::Student,
            greeting: None,
            catching_up: false,
            session: SessionState::default(),
            held: false,
            ending: End::Unasked,
            over: false,
            outbox: Outbox::default(),
        }
    }

    /// The last event seen: where the next connection begins.
    #[must_use]
    pub fn cursor(&self) -> Seq {
        self.cursor
    }

    /// How many messages are not known to be stored.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.outbox.len()
    }

    /// Whether the conversation has ended and everything of it was seen. Its state says `closed` a moment before
    /// `conversation_ended` says why.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over && self.is_caught_up()
    }

    /// Whether everything was seen that had happened when the connection stood.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        !self.catching_up && self.greeting.is_some_and(|greeting| self.cursor >= greeting.newest)
    }

    /// Whether all was said and answered that is going to be, and it is for the student to go on.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let quiet = self.outbox.is_empty() && self.ending == End::Unasked;
        self.is_caught_up() && quiet && self.floor == Floor::Student
    }

    /// Whether this connection is heard; `None` while there is none.
    #[must_use]
    pub fn role(&self) -> Option<StreamRole> {
        self.greeting.map(|greeting| greeting.role)
    }

    /// The student says something: it is sent when it is the student's turn.
    pub fn say(&mut self, message: Message) -> Vec<Effect> {
        self.outbox.push(message);
        self.flush()
    }

    /// The student ends the conversation. What was not sent is not said any more.
    pub fn end(&mut self) -> Vec<Effect> {
        self.ending = End::Wanted;
        self.outbox.clear();
        self.flush()
    }

    /// The student stops the tutor.
    pub fn interrupt(&self) -> Vec<Effect> {
        let possible = self.speaks() && self.floor == Floor::Tutor;
        if possible { vec![Effect::Send(ClientFrame::Interrupt { heard_ms: None })] } else { Vec::new() }
    }

    /// A while went by. Of a message that came too early one hears when its time has come, but nothing else says so
    /// when it was another device of the same student that was speaking.
    pub fn nudge(&mut self) -> Vec<Effect> {
        // While the tutor answers, sending would cut the answer short.
        if self.held && matches!(self.session, SessionState::Active | SessionState::Paused) {
            self.held = false;
            self.floor = Floor::Student;
        }
        self.flush()
    }

    /// The connection is gone.
    pub fn lost(&mut self) {
        self.greeting = None;
        self.catching_up = false;
        if self.ending == End::Sent {
            self.ending = End::Wanted;
        }
    }

    /// A frame came.
    pub fn receive(&mut self, frame: Incoming) -> Vec<Effect> {
        let mut effects = match frame {
            Incoming::Event { seq, event } => self.event(seq, event),
            Incoming::Private(frame) => self.private(*frame),
        };
        effects.extend(self.flush());
        effects
    }

    fn event(&mut self, seq: Seq, event: Option<Box<Event>>) -> Vec<Effect> {
        if seq <= self.cursor || self.catching_up {
            return Vec::new();
        }
        self.cursor = seq;
        let Some(event) = event else { return Vec::new() };
        let replayed = self.greeting.is_some_and(|greeting| seq <= greeting.newest);
        let mut own = false;
        match &*event {
            Event::TurnStored { turn } => {
                own = turn.client_message_id.as_deref().is_some_and(|id| self.outbox.acknowledge(id));
                if !replayed {
                    self.floor = Floor::Tutor;
                }
            }
            Event::StateChange { state, .. } if !replayed => {
                self.floor = (*state).into();
                self.held = false;
            }
            Event::SessionState { session } if !replayed => self.session = *session,
            Event::ConversationEnded { .. } => {
                self.floor = Floor::Nobody;
                self.over = true;
            }
            _ => {}
        }
        vec![Effect::Tell(News::Event { event, replayed, own })]
    }

    fn private(&mut self, frame: PrivateFrame) -> Vec<Effect> {
        match frame {
            PrivateFrame::Connected { role, state, session, cursor, replay_from, .. } => {
                let before = self.role();
                self.greeting = Some(Greeting { role, newest: cursor });
                self.floor = state.into();
                self.session = session;
                self.held = false;
                let news = News::Connected { role, state, session };
                let mut effects = Vec::new();
                effects.extend((before != Some(role)).then_some(Effect::Tell(news)));
                effects.extend(self.catch_up(replay_from));
                effects.extend(self.resend());
                effects
            }
            PrivateFrame::Error(error) => self.refused(error),
            PrivateFrame::AiAudioChunk { .. } | PrivateFrame::Pong {} => Vec::new(),
        }
    }

    /// The server may greet a second time on the same socket: its memory was lost, and so may be events that this
    /// socket was never sent. `hello` fetches them; what the answer still leaves out is gone from the log.
    fn catch_up(&mut self, replay_from: Seq) -> Option<Effect> {
        let asked = self.catching_up;
        let missing = replay_from.0 > self.cursor.0.saturating_add(1);
        self.catching_up = missing && !asked;
        match (missing, asked) {
            (false, _) => None,
            (true, false) => Some(Effect::Send(ClientFrame::Hello { cursor: Some(self.cursor) })),
            (true, true) => Some(Effect::Tell(News::Gap)),
        }
    }

    /// What was under way when the last connection broke may not have arrived. If it did, its id says so.
    fn resend(&mut self) -> Option<Effect> {
        if !self.speaks() {
            return None;
        }
        match self.outbox.resend() {
            Ok(frame) => frame.map(Effect::Send),
            Err(message) => Some(Effect::Tell(News::Rejected {
                text: message.text,
                reason: "It could not be delivered. Shorten or reword it, and say it again.".into(),
            })),
        }
    }

    fn refused(&mut self, error: ErrorFrame) -> Vec<Effect> {
        let ours = match &error.client_message_id {
            Some(id) => self.outbox.knows(id),
            None => self.outbox.is_under_way() && is_about_a_message(error.code),
        };
        if !ours {
            return vec![Effect::Tell(News::Error(error))];
        }
        if error.code == ErrorCode::TurnInProgress {
            self.outbox.hold();
            self.held = true;
            self.floor = Floor::Tutor;
            return vec![Effect::Tell(News::Held)];
        }
        let rejected = self.outbox.reject();
        let news = |message: Message| News::Rejected { text: message.text, reason: error.message };
        rejected.map(news).map(Effect::Tell).into_iter().collect()
    }

    /// What can be sent now.
    fn flush(&mut self) -> Vec<Effect> {
        if self.floor == Floor::Nobody {
            let reason = "The conversation has ended.";
            let news = |message: Message| News::Rejected { text: message.text, reason: reason.into() };
            return self.outbox.clear().into_iter().map(news).map(Effect::Tell).collect();
        }
        if !self.speaks() {
            return Vec::new();
        }
        if self.ending == End::Wanted {
            self.ending = End::Sent;
            return vec![Effect::Send(ClientFrame::Stop { reason: None })];
        }
        let next = if self.floor == Floor::Student { self.outbox.send_next() } else { None };
        next.map(Effect::Send).into_iter().collect()
    }

    fn speaks(&self) -> bool {
        self.role() == Some(StreamRole::Speaker) && !self.catching_up
    }
}

/// Codes that are about the message just sent when the error names none: it was refused before its id was read.
fn is_about_a_message(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ValidationError
            | ErrorCode::PayloadTooLarge
            | ErrorCode::InsufficientCredits
            | ErrorCode::ConversationClosed
            | ErrorCode::TurnInProgress
            | ErrorCode::Forbidden
    )
}

#[cfg(test)]
mod tests;
