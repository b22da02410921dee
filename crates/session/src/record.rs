//! What must survive a crash, besides turns and events, which have rows of their own.

use std::sync::Arc;

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{AiConfig, ConversationState, EndReason, Persona, StreamingSession, Usage};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::prompts::PromptEdits;
use mentora_core::time::Millis;
use mentora_wire::stream::{Seq, SessionState};
use serde::{Deserialize, Serialize};

use crate::credit::Credit;
use crate::delayed::Delayed;
use crate::input::ConnectionId;
use crate::promise::Promise;

/// What the conversation is about; read from the documents once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The conversation.
    pub conversation: ConversationId,
    /// The student.
    pub owner: UserId,
    /// The assignment.
    pub assignment: AssignmentId,
    /// The course.
    pub course: CourseId,
    /// Title of the assignment.
    pub title: String,
    /// What is argued.
    pub question: Option<String>,
    /// Background for the tutor.
    pub background: String,
    /// The rules of the dialogue.
    pub ai_config: AiConfig,
    /// The teacher's own persona that `ai_config` names; a built-in one is known by its id alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// The wallet that pays; without one nothing is held or charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<WalletId>,
    /// What the course gives the student in all, of which answers are paid before the wallet is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_credits: Option<Micros>,
    /// Sections of the prompt in the student's own words.
    #[serde(default, skip_serializing_if = "PromptEdits::is_empty")]
    pub prompt_edits: PromptEdits,
    /// The Live model.
    pub model: String,
    /// When the conversation began.
    pub started_at: Millis,
}

/// One row in the object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it is about; shared, because a record is copied with every step.
    pub facts: Arc<Facts>,
    /// Where the dialogue stands.
    pub state: ConversationState,
    /// What the clients were last told that the session is doing.
    pub session: SessionState,
    /// Number of the newest event.
    pub last_seq: Seq,
    /// When somebody last did something.
    pub last_action_at: Millis,
    /// Tokens over all turns.
    pub token_usage: Usage,
    /// Cost over all turns.
    pub cost: Micros,
    /// Speech of the student whose transcript is not complete.
    pub spoken: Option<Spoken>,
    /// The microphone that stays open over several turns.
    #[serde(default)]
    pub microphone: Option<Microphone>,
    /// The answer that the tutor owes.
    pub owed: Option<Owed>,
    /// The answer that the tutor is giving.
    pub answer: Option<Answer>,
    /// The tutor's turn that is stored but whose usage is not known yet.
    pub unsettled: Option<Unsettled>,
    /// Once the tutor has answered, the conversation ends for this reason.
    pub ending: Option<EndReason>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// The newest handle of the model's session.
    pub handle: Option<Handle>,
    /// How often the model's socket was opened: names the next opening, so that a task which has outlived the life that
    /// began it does not speak for a socket of this one.
    #[serde(default)]
    pub openings: u32,
    /// What is on its way to Firestore.
    pub outbox: Outbox,
    /// What the figures of the assignment have yet to be told.
    #[serde(default)]
    pub tally: Option<Tally>,
    /// What passes between the conversation and the wallet that pays for it.
    #[serde(default)]
    pub credit: Credit,
    /// The documents that follow the model's sessions.
    #[serde(default)]
    pub sessions: Sessions,
    /// The time that the assignment gives, once it runs.
    #[serde(default)]
    pub timer: Option<Timer>,
    /// The summary that the text model has yet to write.
    #[serde(default)]
    pub summing: Option<Summing>,
    /// The answer that is to come later.
    #[serde(default)]
    pub delayed: Option<Delayed>,
    /// The document by which it is found when it is due.
    #[serde(default)]
    pub promise: Promise,
}

/// Speech of the student.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spoken {
    /// The client's id of it.
    pub client_message_id: String,
    /// Rate of its samples, Hz.
    pub sample_rate: u32,
    /// What the model has understood so far.
    pub transcript: String,
    /// Bytes of PCM so far.
    #[serde(default)]
    pub bytes: usize,
    /// How long that is, ms.
    pub duration_ms: i64,
    /// When the student had finished.
    pub ended_at: Option<Millis>,
    /// When the transcript is taken as complete; set once the tutor has begun to answer.
    pub due: Option<Millis>,
}

/// A microphone that stays open over several turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Microphone {
    /// Whose.
    pub connection: ConnectionId,
    /// The client's id of it; the later turns are `{id}.2`, `{id}.3` and so on.
    pub client_message_id: String,
    /// Rate of its samples, Hz.
    pub sample_rate: u32,
    /// How many turns the student has begun.
    pub turns: u32,
    /// When somebody last said something.
    pub quiet_since: Millis,
    /// When it was closed. What was said last may yet be answered.
    pub closed_at: Option<Millis>,
    /// How much sound waits for the model, ms.
    pub unheard_ms: i64,
    /// The model has noticed that the student speaks, and has not answered.
    pub broke_in: bool,
    /// What the student was heard to say while the tutor was speaking.
    pub overheard: Option<Words>,
    /// What the tutor says without a voice so far.
    pub unvoiced: Option<Words>,
}

/// Words of which it is not clear yet what they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// All of them.
    pub text: String,
    /// When the last of them came.
    pub at: Millis,
}

/// An answer that the tutor owes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    /// Index of the student's turn.
    pub student_index: u32,
    /// The move it is to make.
    pub strategy: Strategy,
    /// When the student had finished.
    pub since: Millis,
    /// When the model was last asked; `None` while it has to be.
    pub asked_at: Option<Millis>,
    /// How often it was asked in vain.
    pub failures: u32,
    /// How often an answer was cut short by a failure, not by the student.
    pub cuts: u32,
    /// How often the model ended its turn without a word.
    #[serde(default)]
    pub empty: u32,
    /// When the model was first asked.
    #[serde(default)]
    pub first_asked_at: Option<Millis>,
    /// How much of the time until then was spent opening the model's session; `None` when it was open.
    #[serde(default)]
    pub opening_ms: Option<i64>,
}

impl Owed {
    /// An answer that the model has yet to be asked for.
    #[must_use]
    pub fn new(student_index: u32, strategy: Strategy, since: Millis) -> Self {
        Self {
            student_index,
            strategy,
            since,
            asked_at: None,
            failures: 0,
            cuts: 0,
            empty: 0,
            first_asked_at: None,
            opening_ms: None,
        }
    }

    /// The model is asked now, in a session that was being opened from then to then.
    pub fn asked(&mut self, now: Millis, opening: Option<(Millis, Millis)>) {
        self.asked_at = Some(now);
        if self.first_asked_at.is_none() {
            self.first_asked_at = Some(now);
            self.opening_ms = opening
                .filter(|(_, ready)| *ready > self.since)
                .map(|(from, ready)| ready.since(from.max(self.since)));
        }
    }

    /// How long after the student had finished the model was first asked.
    #[must_use]
    pub fn asked_ms(&self) -> Option<i64> {
        self.first_asked_at.map(|at| at.since(self.since))
    }
}

/// An answer in the making.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Index it will have.
    pub index: u32,
    /// The move it makes.
    pub strategy: Strategy,
    /// All text that came; all of it was shown.
    pub text: String,
    /// Bytes of PCM that came.
    #[serde(default)]
    pub audio_bytes: usize,
    /// How long that is, ms.
    pub audio_ms: i64,
    /// When the first of it came.
    pub started_at: Millis,
    /// When the last of it came.
    pub last_at: Millis,
    /// When the first text came.
    pub first_text_at: Option<Millis>,
    /// When the first speech came.
    pub first_audio_at: Option<Millis>,
    /// When all had come.
    pub complete_at: Option<Millis>,
    /// How much of it the student says to have heard, ms.
    pub played_ms: Option<i64>,
    /// The last report of tokens.
    pub usage: Option<Usage>,
    /// Whether it only waits for what it answers to be understood.
    #[serde(default)]
    pub over: Over,
}

/// Whether an answer is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// There may be more of it.
    #[default]
    Not,
    /// It was played, as far as we can tell; the model has not said that it is over.
    Played,
    /// The model has said so.
    Told,
}

/// A stored answer whose usage is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Its index.
    pub index: u32,
    /// When we stop waiting.
    pub until: Millis,
}

/// How a conversation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: EndReason,
    /// When.
    pub at: Millis,
    /// What came of it.
    pub summary: String,
}

/// The time that the assignment gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Since when it runs: the student's first turn, or the first after staff have opened the conversation again.
    pub since: Millis,
    /// Whether the student was told that it runs out.
    pub warned: bool,
}

/// The summary that the text model has yet to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summing {
    /// When we stop waiting, for the answer or to ask again.
    pub until: Millis,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// Whether it was asked and has not answered.
    pub asked: bool,
}

/// A handle by which the model's session is resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// Opaque.
    pub token: String,
    /// When we got it.
    pub at: Millis,
    /// How many turns the session knew then. What was said after is told to a session that is resumed by it.
    pub turns: u32,
}

/// What is on its way to Firestore.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outbox {
    /// Counts changes.
    pub revision: u64,
    /// The change up to which Firestore knows.
    pub flushed_revision: u64,
    /// How many turns it knows.
    pub flushed_turns: u32,
    /// When to write next.
    pub next_at: Option<Millis>,
    /// How often it failed in a row.
    pub failures: u32,
    /// Version of the document.
    pub update_time: Option<String>,
    /// Firestore will never take it; said once to the operator.
    pub refused: bool,
}

/// The documents that follow the model's sessions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sessions {
    /// How many sessions there were.
    pub opened: u32,
    /// The newest one, and before it those of which their documents do not know everything.
    pub kept: Vec<KeptSession>,
    /// When to write next.
    pub next_at: Option<Millis>,
    /// How often it failed in a row.
    pub failures: u32,
}

/// A session of the model, and what its document knows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptSession {
    /// Which it is, from 1.
    pub number: u32,
    /// What its document is to say.
    pub document: StreamingSession,
    /// Counts changes.
    pub revision: u32,
    /// The change up to which the document knows.
    pub written: u32,
    /// Which version of it there is.
    pub version: SessionVersion,
}

/// Which version of a session's document there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionVersion {
    /// None: it was never written.
    Missing,
    /// This one, of our last write.
    Known(String),
    /// Nobody knows; to be read first.
    Unknown,
}

/// What the figures of the assignment have yet to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// What.
    pub way: Way,
    /// When to tell them next.
    pub next_at: Millis,
    /// How often it failed in a row.
    pub failures: u32,
}

/// Whether a conversation comes to the figures of its assignment, or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// It has ended.
    In,
    /// It is to go on; it does once they know.
    Out,
}
