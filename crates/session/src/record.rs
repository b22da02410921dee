//! What must survive a crash, besides turns and events, which have rows of their own.

use std::sync::Arc;

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{AiConfig, ConversationState, EndReason, Persona, Usage};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_wire::stream::{Seq, SessionState};
use serde::{Deserialize, Serialize};

use crate::credit::Credit;

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
    /// How long it is so far, ms.
    pub duration_ms: i64,
    /// When the student had finished.
    pub ended_at: Option<Millis>,
    /// When the transcript is taken as complete; set once the tutor has begun to answer.
    pub due: Option<Millis>,
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
}

impl Owed {
    /// An answer that the model has yet to be asked for.
    #[must_use]
    pub fn new(student_index: u32, strategy: Strategy, since: Millis) -> Self {
        Self { student_index, strategy, since, asked_at: None, failures: 0, cuts: 0 }
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
    /// How much speech came, ms.
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
