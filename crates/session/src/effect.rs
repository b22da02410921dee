//! What is to be done.

use mentora_core::dialogue::Inquiry;
use mentora_core::documents::{Conversation, PendingResponse, StreamingSession, Turn};
use mentora_core::ids::{StreamingSessionId, TurnId, WalletId};
use mentora_core::money::Micros;
use mentora_core::prompts::summary::Question as SummaryQuestion;
use mentora_core::time::Millis;
use mentora_gemini::generate::Question;
use mentora_gemini::{ClientMessage, SessionConfig};
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::TurnAnswer;
use mentora_wire::stream::server::Shortage;
use mentora_wire::stream::{CloseCode, PrivateFrame, Seq, Sequenced, StreamRole};

use crate::delayed::DueOutcome;
use crate::input::ConnectionId;
use crate::record::{Record, SessionVersion, Way};
use crate::relay::{AnswerGrant, Carried, Direction, SpeechGrant};

/// Something for the shell to do. Effects are carried out in order; none awaits before the next.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Store.
    Write(Write),
    /// Tell all clients an event that was numbered and stored. What only staff may see is taken out for others. One that was
    /// sent it with the past in this very step is not told it again.
    Tell(Box<Sequenced>),
    /// Tell one client something of its own.
    TellOne {
        /// Which.
        connection: ConnectionId,
        /// What.
        frame: Box<PrivateFrame>,
    },
    /// Send one client the stored events after a cursor. What this very step has numbered is stored as well by then, and
    /// is told to all.
    Replay {
        /// Which.
        connection: ConnectionId,
        /// After.
        after: Seq,
        /// Up to, and with, this one.
        upto: Seq,
    },
    /// Give the chunk of the tutor's speech at hand to those who want audio.
    RelayAudio {
        /// The turn.
        turn_id: TurnId,
        /// Its index.
        turn_index: u32,
        /// Offset from the start of the answer, ms.
        offset_ms: i64,
    },
    /// Keep the chunk of the student's speech at hand until the model is ready.
    HoldAudio,
    /// Give the model the chunk of the student's speech at hand.
    ForwardAudio {
        /// Hz.
        sample_rate: u32,
    },
    /// Give the model the chunks that were held.
    ReleaseAudio {
        /// Hz.
        sample_rate: u32,
    },
    /// Forget the chunks that were held.
    DropAudio,
    /// The student's speech may go to the model without asking; `None`: it may not any more.
    GrantSpeech(Option<SpeechGrant>),
    /// The tutor's speech may go to those who want audio without asking; `None`: it may not any more.
    GrantAnswer(Option<AnswerGrant>),
    /// An utterance, or an answer, is over: measure how its sound went.
    Carried {
        /// Which of the two.
        direction: Direction,
        /// How it went.
        carried: Carried,
    },
    /// The client's socket has another role now.
    SetRole {
        /// Which.
        connection: ConnectionId,
        /// Its role.
        role: StreamRole,
    },
    /// Close a client's socket.
    Close {
        /// Which.
        connection: ConnectionId,
        /// Why.
        code: CloseCode,
        /// Why, in words.
        reason: &'static str,
    },
    /// End a client's server-sent events, with the advice when to come back.
    SendAway {
        /// Which.
        connection: ConnectionId,
        /// After how long, ms.
        retry_ms: i64,
    },
    /// A frame that came by POST is refused.
    Refused {
        /// Which.
        post: u32,
        /// Why.
        refusal: Refusal,
    },
    /// Open the model's socket and send this setup. At most one is open: [`Effect::CloseModel`] came before.
    OpenModel {
        /// Names the opening.
        generation: u32,
        /// The setup.
        setup: Box<SessionConfig>,
    },
    /// Send the model a message.
    SendModel(ClientMessage),
    /// Close the model's socket, or give up opening it.
    CloseModel,
    /// Ask the text model about a turn; its reply comes as [`crate::Input::Analysed`], within
    /// [`PATIENCE_MS`](mentora_core::dialogue::verdict::PATIENCE_MS) or as none.
    Analyse {
        /// Names the question.
        number: u32,
        /// The question.
        inquiry: Box<Inquiry>,
    },
    /// Write to Firestore; the outcome comes as [`crate::Input::Flushed`].
    Flush(Box<FlushBatch>),
    /// Tell the figures of the assignment; the outcome comes as [`crate::Input::Tallied`].
    Tally {
        /// What they are told.
        way: Way,
        /// The conversation: as it ended, with its turns; or as it goes on, without.
        conversation: Box<Conversation>,
    },
    /// Hold credits for an answer; the outcome comes as [`crate::Input::Held`]. Asked for again, it is the same hold; asked
    /// for after it was settled or released, as a late request may be, it stays that.
    Hold {
        /// Who pays.
        wallet: WalletId,
        /// Number of the hold within the conversation.
        hold: u32,
        /// The turn that it is for.
        turn_id: TurnId,
        /// The most that the turn may cost.
        amount: Micros,
    },
    /// Charge what a turn cost, once however often it is told, and let go of the rest of its hold; the outcome comes as
    /// [`crate::Input::Paid`]. It may cost more than was held, and is charged even if the hold has run out.
    Settle {
        /// Who pays.
        wallet: WalletId,
        /// Number of the hold.
        hold: u32,
        /// The turn; the charge's idempotency key.
        turn_id: TurnId,
        /// What it cost.
        amount: Micros,
    },
    /// Let go of a hold that came to nothing; the outcome comes as [`crate::Input::Paid`].
    Release {
        /// Who pays.
        wallet: WalletId,
        /// Number of the hold.
        hold: u32,
        /// The turn that it was for.
        turn_id: TurnId,
    },
    /// Write the document of a session of the model; the outcome comes as [`crate::Input::SessionKept`].
    KeepSession(Box<SessionWrite>),
    /// Ask the text model for the summary; the answer comes as [`crate::Input::Summarised`].
    Summarise {
        /// Names the end.
        ended_at: Millis,
        /// What is asked.
        question: Box<SummaryQuestion>,
    },
    /// Write the document of an answer to come; the outcome comes as [`crate::Input::PromiseKept`].
    KeepPromise(Box<PromiseWrite>),
    /// Ask the text model for the tutor's answer; it comes as [`crate::Input::Composed`].
    Compose {
        /// Names the question.
        number: u32,
        /// What is asked.
        question: Box<Question>,
    },
    /// Answer everybody who came for the answer that was due.
    DueAnswered(DueOutcome),
    /// Answer everybody who wants the conversation open again.
    Reopened(Result<(), Refusal>),
    /// Answer a REST call.
    Reply {
        /// Which.
        call: u32,
        /// With what.
        answer: Box<Result<TurnAnswer, Refusal>>,
    },
    /// Something for the operator's log; no personal text.
    Note {
        /// Name of the event.
        name: &'static str,
        /// What happened.
        detail: String,
    },
}

impl Effect {
    /// Whether it does no more than move sound, and so nothing that a crash must not forget.
    pub(crate) fn is_about_sound(&self) -> bool {
        matches!(
            self,
            Self::RelayAudio { .. }
                | Self::HoldAudio
                | Self::ForwardAudio { .. }
                | Self::GrantSpeech(_)
                | Self::GrantAnswer(_)
        )
    }
}

/// Why something could not be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// What is missing, when it is credits.
    pub shortage: Option<Shortage>,
}

impl Refusal {
    /// Without more to say.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), shortage: None }
    }
}

/// Something to store in the object.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Replaces the record.
    Record(Box<Record>),
    /// Adds a turn, or what was metered of it.
    Turn(Box<Turn>),
    /// Adds an event to the log.
    Event(Box<Sequenced>),
    /// Drops the pieces of a turn from the log: the turn itself is there now.
    Compact {
        /// The turn.
        turn_id: TurnId,
    },
}

/// What Firestore is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct FlushBatch {
    /// Of the record, to know afterwards whether more has come.
    pub revision: u64,
    /// The conversation without its turns.
    pub conversation: Conversation,
    /// Turns that are not there yet, in order. Adding one again that is there changes nothing.
    pub turns: Vec<Turn>,
    /// How many turns are there once this is done.
    pub upto: u32,
    /// Version the document must be at; to be read first when unknown.
    pub update_time: Option<String>,
}

/// What the document of a session is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionWrite {
    /// Which document.
    pub id: StreamingSessionId,
    /// Which session of the conversation.
    pub number: u32,
    /// Of the session, to know afterwards whether more has come.
    pub revision: u32,
    /// What it is to say, as a whole.
    pub document: StreamingSession,
    /// Which version it must be at, so that a write that comes late changes nothing.
    pub version: SessionVersion,
}

/// What the document of an answer to come is to hold. Who works on it is not the conversation's to say: a write begins that anew.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseWrite {
    /// Of the promise, to know afterwards whether more has come.
    pub revision: u32,
    /// What it is to say, as a whole.
    pub document: PendingResponse,
}
