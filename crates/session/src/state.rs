//! A conversation in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use mentora_core::dialogue::{Strategy, Utterance};
use mentora_core::documents::{Conversation, ConversationState, MoveRules, Speaker, Turn};
use mentora_core::ids::TurnId;
use mentora_core::time::Millis;
use mentora_wire::stream::{AudioMode, StreamRole};

use crate::delayed::Composing;
use crate::flow::Flow;
use crate::input::{Connection, ConnectionId};
use crate::record::{Ended, Facts, Record};
use crate::relay::Relay;
use crate::upstream::Upstream;
use crate::weighing::Weighing;

/// A conversation: what survives a crash, and what need not.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) record: Record,
    pub(crate) turns: Vec<Turn>,
    pub(crate) connections: BTreeMap<ConnectionId, Client>,
    pub(crate) upstream: Upstream,
    /// What may still come by POST; nothing came yet when absent.
    pub(crate) posts: Option<Flow>,
    /// When an event of the dialogue was told last in this life.
    pub(crate) told_at: Millis,
    /// Speech in progress: whose, and whether the model hears it yet.
    pub(crate) speech: Option<Speech>,
    /// When speech was lost that a client may still be sending.
    pub(crate) speech_lost_at: Option<Millis>,
    /// What the relay may do.
    pub(crate) relay: Relay,
    /// REST calls that wait: index of the student's turn, and until when.
    pub(crate) calls: BTreeMap<u32, (u32, Millis)>,
    /// Whether a flush is under way.
    pub(crate) flushing: bool,
    /// Whether the figures of the assignment are being told.
    pub(crate) tallying: bool,
    /// Since when the wallet is being told what a hold came to.
    pub(crate) paying: Option<Millis>,
    /// The turn whose verdict is waited for.
    pub(crate) weighing: Option<Weighing>,
    /// Counts questions to the text model.
    pub(crate) inquiries: u32,
    /// The move that the model was told to answer the speech in progress with.
    pub(crate) steered: Option<Strategy>,
    /// Whether a document of a session is being written.
    pub(crate) keeping: bool,
    /// The answer to come later that is being made.
    pub(crate) composing: Option<Composing>,
    /// Whether the document of an answer to come is being written.
    pub(crate) promising: bool,
}

/// A connected client.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) connection: Connection,
    pub(crate) bad_frames: u32,
    pub(crate) flow: Flow,
    /// Since when it listens by server-sent events; `None` for a WebSocket.
    pub(crate) subscribed_at: Option<Millis>,
}

impl Client {
    pub(crate) fn new(connection: Connection, now: Millis) -> Self {
        Self { connection, bad_frames: 0, flow: Flow::new(now), subscribed_at: None }
    }
}

/// Speech in progress; its durable side is [`crate::record::Spoken`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speech {
    pub(crate) connection: ConnectionId,
    /// Whether the model was told that the student speaks.
    pub(crate) streaming: bool,
    /// When it began.
    pub(crate) since: Millis,
}

impl State {
    /// A conversation in which nothing was said.
    #[must_use]
    pub fn new(facts: Facts, now: Millis) -> Self {
        let record = Record {
            facts: Arc::new(facts),
            state: ConversationState::AwaitingIdea,
            session: Default::default(),
            last_seq: Default::default(),
            last_action_at: now,
            token_usage: Default::default(),
            cost: Default::default(),
            spoken: None,
            microphone: None,
            owed: None,
            answer: None,
            unsettled: None,
            ending: None,
            ended: None,
            handle: None,
            openings: 0,
            outbox: Default::default(),
            tally: None,
            credit: Default::default(),
            sessions: Default::default(),
            timer: None,
            summing: None,
            delayed: None,
            promise: Default::default(),
        };
        Self::restore(record, Vec::new())
    }

    /// A conversation as its document knows it: the object is new, the conversation need not be.
    #[must_use]
    pub fn of_document(facts: Facts, document: Conversation, now: Millis) -> Self {
        let mut state = Self::new(facts, now);
        let record = &mut state.record;
        record.state = document.state;
        record.last_action_at = document.last_action_at;
        record.token_usage = document.token_usage;
        record.cost = document.cost_micros;
        record.ended = document.end_reason.map(|reason| Ended {
            reason,
            at: document.closed_at.unwrap_or(document.last_action_at),
            summary: document.summary.unwrap_or_default(),
        });
        state.turns = document.turns;
        state.record.outbox.flushed_turns = state.next_index();
        state.record.delayed = state.delayed_of_document();
        state
    }

    /// A conversation as it was stored; [`crate::Input::Woke`] must be its first input.
    #[must_use]
    pub fn restore(record: Record, turns: Vec<Turn>) -> Self {
        Self {
            // As with openings: what the last life asked for is no answer to this one.
            inquiries: u32::try_from(record.last_seq.0 % u64::from(u32::MAX)).unwrap_or(0),
            weighing: None,
            steered: None,
            upstream: Upstream::default(),
            record,
            turns,
            connections: BTreeMap::new(),
            posts: None,
            told_at: Millis::default(),
            speech: None,
            speech_lost_at: None,
            relay: Relay::default(),
            calls: BTreeMap::new(),
            flushing: false,
            tallying: false,
            paying: None,
            keeping: false,
            composing: None,
            promising: false,
        }
    }

    /// What is stored of it.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// All turns.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The conversation as a document, with its turns.
    #[must_use]
    pub fn snapshot(&self) -> Conversation {
        Conversation { turns: self.turns.clone(), ..self.document() }
    }

    /// The conversation as a document, without its turns.
    pub(crate) fn document(&self) -> Conversation {
        let record = &self.record;
        let ended = record.ended.as_ref();
        Conversation {
            assignment_id: record.facts.assignment.clone(),
            course_id: record.facts.course.clone(),
            user_id: record.facts.owner.clone(),
            state: record.state,
            end_reason: ended.map(|ended| ended.reason),
            turns: Vec::new(),
            turn_count: self.next_index(),
            token_usage: record.token_usage,
            cost_micros: record.cost,
            summary: ended.map(|ended| ended.summary.clone()),
            streaming_session: self.open_session(),
            prompt_edits: record.facts.prompt_edits.clone(),
            rules: Some(MoveRules::of(&record.facts.ai_config)),
            started_at: record.facts.started_at,
            last_action_at: record.last_action_at,
            closed_at: ended.map(|ended| ended.at),
            created_at: record.facts.started_at,
            updated_at: record.last_action_at,
        }
    }

    /// Index of the next turn to be stored.
    pub(crate) fn next_index(&self) -> u32 {
        u32::try_from(self.turns.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn turn_id(&self, index: u32) -> TurnId {
        TurnId::of(&self.record.facts.conversation, index)
    }

    pub(crate) fn turn(&self, index: u32) -> Option<&Turn> {
        self.turns.get(usize::try_from(index).ok()?)
    }

    /// What was said before the turn at `index`.
    pub(crate) fn said_before(&self, index: u32) -> Vec<Utterance<'_>> {
        self.said_within(0..index)
    }

    /// What was said in the turns of a range.
    pub(crate) fn said_within(&self, range: std::ops::Range<u32>) -> Vec<Utterance<'_>> {
        self.turns
            .iter()
            .filter(|turn| range.contains(&turn.index) && !turn.text.is_empty())
            .map(|turn| Utterance { speaker: turn.speaker, text: &turn.text })
            .collect()
    }

    pub(crate) fn student_turns(&self) -> u32 {
        let count = self.turns.iter().filter(|turn| turn.speaker == Speaker::Student).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether the student hears the tutor. Who listens in does not count: their ears change nothing of what was said.
    pub(crate) fn is_heard(&self) -> bool {
        let hears = |c: &Connection| c.role == StreamRole::Speaker && c.audio != AudioMode::None;
        self.connections.values().any(|client| hears(&client.connection))
    }

    /// Whether the conversation has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.record.ended.is_some()
    }
}
