//! What can happen to a conversation.

use mentora_core::documents::EndReason;
use mentora_core::ids::UserId;
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_gemini::generate::Answer;
use mentora_gemini::{Loss, ServerEvent};
use mentora_wire::stream::server::Shortage;
use mentora_wire::stream::{AudioMode, ClientFrame, Seq, StreamRole};
use serde::{Deserialize, Serialize};

use crate::effect::Refusal;
use crate::posted::Posted;
use crate::record::Way;
use crate::relay::Sound;

/// Names a connection within the life of its socket; survives hibernation in the socket's attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub u32);

/// A client, as the shell knows it and keeps it in the socket's attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its name.
    pub id: ConnectionId,
    /// Who it is.
    pub user: UserId,
    /// What it is to the conversation.
    pub role: StreamRole,
    /// Sees what only staff may see.
    pub staff: bool,
    /// How it wants audio.
    pub audio: AudioMode,
    /// Last event it has seen when it came; the beginning when it named none.
    pub cursor: Seq,
}

/// Who said something, and so who is told when it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A frame of a stream.
    Connection(ConnectionId),
    /// A REST call that waits for the answer.
    Call(u32),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The object came to life with these sockets: the first time, after hibernation, or after a crash.
    Woke {
        /// Sockets that are open.
        connections: Vec<Connection>,
    },
    /// A client connected.
    Connected(Connection),
    /// A client connected by server-sent events.
    Subscribed(Connection),
    /// A frame of the student came by POST. It was taken unless [`crate::Effect::Refused`] is among the effects.
    Posted {
        /// Names the frame.
        post: u32,
        /// Who sends it.
        user: UserId,
        /// What it is.
        posted: Posted,
    },
    /// A client leaves too much unread; see [`crate::reading`].
    TooSlow {
        /// Which.
        connection: ConnectionId,
    },
    /// A client is gone.
    Disconnected {
        /// Which.
        connection: ConnectionId,
    },
    /// A client sent a frame.
    Frame {
        /// Which client.
        connection: ConnectionId,
        /// The frame; never [`ClientFrame::AudioChunk`], which comes as [`Input::AudioChunk`].
        frame: ClientFrame,
    },
    /// A client sent what is no frame.
    BadFrame {
        /// Which client.
        connection: ConnectionId,
        /// What is wrong with it, for the client.
        problem: String,
    },
    /// A client sent sound; the shell holds the bytes until it is told what to do with them.
    AudioChunk {
        /// Which client.
        connection: ConnectionId,
        /// How many bytes of PCM.
        bytes: usize,
    },
    /// A REST call says something and waits for the answer.
    Call {
        /// Names the call.
        call: u32,
        /// What is said.
        text: String,
        /// Sent twice, it is one turn.
        client_message_id: String,
    },
    /// Somebody who may ends the conversation.
    End {
        /// Why.
        reason: EndReason,
    },
    /// The model says something; never [`ServerEvent::Audio`], which comes as [`Input::ModelAudio`].
    Model {
        /// Of which opening.
        generation: u32,
        /// What.
        event: ServerEvent,
    },
    /// The model speaks; the shell holds the bytes.
    ModelAudio {
        /// Of which opening.
        generation: u32,
        /// How many bytes of PCM.
        bytes: usize,
        /// Hz.
        sample_rate: u32,
    },
    /// The relay has handed sound on since this was last said. Said before anything else is, so that totals are exact.
    Relayed {
        /// To the model.
        speech: Sound,
        /// To those who listen.
        answer: Sound,
        /// When the last of that came.
        answered_at: Millis,
    },
    /// The model's socket is gone, or did not come.
    ModelLost {
        /// Which opening.
        generation: u32,
        /// What to do about it.
        loss: Loss,
        /// For the log.
        detail: String,
    },
    /// Firestore answered a flush.
    Flushed {
        /// Of the batch.
        revision: u64,
        /// Turns that are there if it is done.
        turns: u32,
        /// How it went.
        outcome: FlushOutcome,
    },
    /// Staff open the conversation again; the answer is [`crate::Effect::Reopened`].
    Reopen,
    /// The figures of the assignment were told, or not.
    Tallied {
        /// What they were told.
        way: Way,
        /// How it went.
        outcome: TallyOutcome,
    },
    /// The wallet answered [`crate::Effect::Hold`].
    Held {
        /// Which hold.
        hold: u32,
        /// How it went.
        outcome: HoldOutcome,
    },
    /// The wallet answered [`crate::Effect::Settle`] or [`crate::Effect::Release`].
    Paid {
        /// Which hold.
        hold: u32,
        /// How it went.
        outcome: PaymentOutcome,
    },
    /// The text model has answered [`crate::Effect::Analyse`], or will not. It may come late, and twice.
    Analysed {
        /// Which question.
        number: u32,
        /// What it said; `None` when it was too late, failed, or withheld it.
        reply: Option<String>,
    },
    /// The document of a session of the model was written, or not.
    SessionKept {
        /// Which session.
        number: u32,
        /// Of the write.
        revision: u32,
        /// How it went.
        outcome: FlushOutcome,
    },
    /// The text model answered [`crate::Effect::Summarise`], or not.
    Summarised {
        /// Of which end.
        ended_at: Millis,
        /// What it said, as it said it.
        answer: Option<String>,
    },
    /// The tutor's answer is due, says whoever looks at the clock; what comes of it is [`crate::Effect::DueAnswered`]. It may be said
    /// twice, early, and of what was answered long ago.
    Due {
        /// Index of the student's turn that was to be answered.
        index: u32,
        /// Which try it is, from 1.
        attempt: u32,
        /// The text model.
        model: String,
    },
    /// The text model answered [`crate::Effect::Compose`], or did not.
    Composed {
        /// Which question.
        number: u32,
        /// What it said, or why it did not, without anybody's words.
        answer: Result<Answer, String>,
    },
    /// The student takes back the turn that will be answered later. It was taken back unless [`crate::Effect::Refused`] is among the
    /// effects.
    TakeBack {
        /// Names the request.
        post: u32,
    },
    /// The document of an answer to come was written, or not.
    PromiseKept {
        /// Of the write.
        revision: u32,
        /// How it went.
        outcome: FlushOutcome,
    },
    /// The alarm rang. It may ring twice, and late.
    Alarm,
}

/// How telling the figures of the assignment went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TallyOutcome {
    /// They know, now or already.
    Done,
    /// Not now, or nobody knows: to be told again, which changes nothing if they know.
    Again,
    /// Never, for what the caller is told.
    Refused(Refusal),
}

/// How asking for a hold went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldOutcome {
    /// It is held, now or already.
    Granted,
    /// The wallet cannot pay; nothing is held.
    Refused(Shortage),
    /// Not now, or nobody knows: to be asked for again, under the same number.
    Unsure,
}

/// How telling the wallet what a hold came to went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// It knows, now or already.
    Done {
        /// What is in the wallet now.
        balance_micros: Micros,
        /// Whether that is little.
        low: bool,
    },
    /// Not now, or nobody knows: to be told again, which changes nothing if it knows.
    Unsure,
}

/// How a flush went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlushOutcome {
    /// It is there.
    Done {
        /// Version of the document, as a precondition for the next.
        update_time: String,
    },
    /// The document is not at the version we thought, or nobody knows whether the write arrived: read it first.
    Unsure,
    /// Not now.
    Unavailable,
    /// Never: the document is gone, or the write is refused.
    Refused(String),
}
