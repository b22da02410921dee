//! The calls that the main Worker makes to a conversation: name, path and body in one place, shared by caller and
//! callee.

use mentora_core::documents::{Conversation, EndReason, PendingResponse};
use mentora_core::ids::{ConversationId, UserId};
use mentora_core::time::Millis;
use mentora_session::Refusal;
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::TurnAnswer;
use mentora_wire::stream::server::Shortage;
use mentora_wire::stream::{AudioMode, ClientFrame, Seq, StreamRole};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use worker::{Env, Headers, Method, Request, RequestInit, Response, Stub};

/// Binding of the class `Conversation`.
pub const BINDING: &str = "CONVERSATION";
/// Header in which an upgrade carries its [`Admission`].
pub(super) const ADMISSION_HEADER: &str = "x-mentora-admission";

/// Where a call goes, under `https://conversation/{id}`.
pub(super) mod paths {
    /// [`super::Calls::stream`]
    pub const STREAM: &str = "stream";
    /// [`super::Calls::events`]
    pub const EVENTS: &str = "events";
    /// [`super::Calls::post_frames`]
    pub const FRAMES: &str = "frames";
    /// [`super::Calls::post_turn`]
    pub const TURNS: &str = "turns";
    /// [`super::Calls::snapshot`]
    pub const SNAPSHOT: &str = "snapshot";
    /// [`super::Calls::end`]
    pub const END: &str = "end";
    /// [`super::Calls::reopen`]
    pub const REOPEN: &str = "reopen";
    /// [`super::Calls::give_due`]
    pub const DUE: &str = "due";
    /// [`super::Calls::take_back`]
    pub const TAKE_BACK: &str = "take-back";
    /// [`super::Calls::erase`]
    pub const ERASE: &str = "erase";
    /// [`super::Calls::look`]
    pub const LOOK: &str = "look";
    /// [`super::Calls::expire`]
    pub const EXPIRE: &str = "expire";
}

/// A client whom the Worker has let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who it is.
    pub user: UserId,
    /// What it wants to be.
    pub role: StreamRole,
    /// Sees what only staff may see.
    pub staff: bool,
    /// The ticket it came with; spent here.
    pub ticket: Option<TicketStub>,
    /// Last event it has seen.
    pub cursor: Option<Seq>,
    /// How it wants audio.
    pub audio: AudioMode,
}

/// What is needed of a ticket to spend it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketStub {
    /// Names the ticket.
    pub nonce: String,
    /// Until when it must be remembered.
    pub expires_at: Millis,
}

/// Somebody says something and waits for the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostTurnCall {
    /// Who.
    pub user: UserId,
    /// What.
    pub text: String,
    /// Said twice, it is one turn.
    pub client_message_id: String,
}

/// The student says what a stream's client would, by POST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFramesCall {
    /// Who.
    pub user: UserId,
    /// What, in order.
    pub frames: Vec<ClientFrame>,
}

/// Somebody who may ends the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndCall {
    /// Why.
    pub reason: EndReason,
}

/// Whoever keeps the course's conversations for a time only comes for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpireCall {
    /// What closed later stays.
    pub closed_by: Millis,
}

/// Somebody looks at the clock, and has found an answer that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCall {
    /// As it was found.
    pub pending: PendingResponse,
    /// Which version of it that was: an etag. Only of that one it is given.
    pub version: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Given {
    /// Somebody else is at it, or the student was faster.
    NotLeased,
    /// It is given.
    Answered,
    /// There was nothing to give, or not yet.
    Nothing,
    /// Nobody can pay for it now.
    Unpaid,
    /// The text model takes no more questions now, this one or any other.
    NoRoom,
    /// It could not be given.
    Failed,
}

/// A conversation as its object knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// With its turns.
    pub conversation: Conversation,
    /// When the answer is due that is to come.
    pub due_at: Option<Millis>,
}

/// Why a call was refused; the text is for the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// What is missing, when it is credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortage: Option<Shortage>,
}

impl From<Refusal> for CallError {
    fn from(Refusal { code, message, shortage }: Refusal) -> Self {
        Self { code, message, shortage }
    }
}

impl CallError {
    /// Without more to say.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), shortage: None }
    }

    fn unreachable(error: &worker::Error) -> Self {
        crate::platform::log::failure(
            "conversation.call.failed",
            serde_json::json!({ "why": error.to_string() }),
        );
        Self::new(ErrorCode::InternalError, "The conversation does not answer. Try again in a moment.")
    }
}

/// Calls to conversations.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    env: &'a Env,
}

impl<'a> Calls<'a> {
    /// Through the binding of this environment.
    #[must_use]
    pub fn new(env: &'a Env) -> Self {
        Self { env }
    }

    /// Opens the stream. The answer is a 101, or an error for the Worker to pass on; whoever was let in wrongly is
    /// told by a close code.
    ///
    /// # Errors
    /// When the object cannot be reached.
    pub async fn stream(&self, admission: &Admission) -> worker::Result<Response> {
        let headers = Headers::new();
        headers.set("upgrade", "websocket")?;
        headers.set(ADMISSION_HEADER, &serde_json::to_string(admission)?)?;
        let mut init = RequestInit::new();
        init.with_method(Method::Get).with_headers(headers);
        let request = Request::new_with_init(&url(&admission.conversation, paths::STREAM), &init)?;
        self.stub(&admission.conversation)?.fetch_with_request(request).await
    }

    /// Opens the stream as server-sent events. The answer is the events, a `204` when there is nothing to come any more,
    /// or a [`CallError`] with its status.
    ///
    /// # Errors
    /// When the object cannot be reached.
    pub async fn events(&self, admission: &Admission) -> worker::Result<Response> {
        let headers = Headers::new();
        headers.set(ADMISSION_HEADER, &serde_json::to_string(admission)?)?;
        let mut init = RequestInit::new();
        init.with_method(Method::Get).with_headers(headers);
        let request = Request::new_with_init(&url(&admission.conversation, paths::EVENTS), &init)?;
        self.stub(&admission.conversation)?.fetch_with_request(request).await
    }

    /// Says what a stream's client would: of each frame whether it was taken, or why not.
    ///
    /// # Errors
    /// [`CallError`] when there is no such conversation, or it cannot be reached.
    pub async fn post_frames(
        &self,
        id: &ConversationId,
        call: &PostFramesCall,
    ) -> Result<Vec<Option<CallError>>, CallError> {
        self.call(id, paths::FRAMES, call).await
    }

    /// Says something and waits for the answer.
    ///
    /// # Errors
    /// [`CallError`] when it cannot be said, or no answer came.
    pub async fn post_turn(&self, id: &ConversationId, call: &PostTurnCall) -> Result<TurnAnswer, CallError> {
        self.call(id, paths::TURNS, call).await
    }

    /// The conversation with its turns, as its object knows it.
    ///
    /// # Errors
    /// [`CallError`] when there is none, or it cannot be read now.
    pub async fn snapshot(&self, id: &ConversationId) -> Result<Snapshot, CallError> {
        self.call(id, paths::SNAPSHOT, &()).await
    }

    /// Has an answer given that is due, with all that belongs to it, and waits for what comes of it. Asked for twice, there is one
    /// answer.
    ///
    /// # Errors
    /// [`CallError`] when nobody knows what came of it: it is found again.
    pub async fn give_due(&self, id: &ConversationId, call: &DueCall) -> Result<Given, CallError> {
        self.call(id, paths::DUE, call).await
    }

    /// Takes back the turn that is to be answered later. Where there is none, nothing changes.
    ///
    /// # Errors
    /// [`CallError`] when there is no such conversation, it cannot be read now, or the tutor is answering already.
    pub async fn take_back(&self, id: &ConversationId) -> Result<Snapshot, CallError> {
        self.call(id, paths::TAKE_BACK, &()).await
    }

    /// Ends the conversation. Ending it twice changes nothing.
    ///
    /// # Errors
    /// [`CallError`] when there is none, or it cannot be read now.
    pub async fn end(&self, id: &ConversationId, call: &EndCall) -> Result<Snapshot, CallError> {
        self.call(id, paths::END, call).await
    }

    /// Opens the conversation again after its end. Opening an open one changes nothing.
    ///
    /// # Errors
    /// [`CallError`] when there is none, when it cannot go on, or when it cannot be opened now.
    pub async fn reopen(&self, id: &ConversationId) -> Result<Snapshot, CallError> {
        self.call(id, paths::REOPEN, &()).await
    }

    /// Ends the conversation for good, and forgets all that was said. When this returns, its object holds nothing, and
    /// writes nothing to the documents any more; of the documents themselves the caller disposes. Erasing it twice
    /// changes nothing, and what was never begun can be erased.
    ///
    /// # Errors
    /// [`CallError`] when the object cannot be reached, or could not forget.
    pub async fn erase(&self, id: &ConversationId) -> Result<(), CallError> {
        self.call(id, paths::ERASE, &()).await
    }

    /// Has the conversation do what its alarm would have done by now; whether it has ended.
    ///
    /// # Errors
    /// [`CallError`] when there is none, or it cannot be read now.
    pub async fn look(&self, id: &ConversationId) -> Result<bool, CallError> {
        self.call(id, paths::LOOK, &()).await
    }

    /// Erases the conversation as [`Calls::erase`] does, if it closed by then; whether nothing is left of it.
    ///
    /// # Errors
    /// [`CallError`] when it cannot be read now, or could not forget.
    pub async fn expire(&self, id: &ConversationId, call: &ExpireCall) -> Result<bool, CallError> {
        self.call(id, paths::EXPIRE, call).await
    }

    fn stub(&self, id: &ConversationId) -> worker::Result<Stub> {
        self.env.durable_object(BINDING)?.get_by_name(id.as_str())
    }

    async fn call<B: Serialize, R: DeserializeOwned>(
        &self,
        id: &ConversationId,
        path: &str,
        body: &B,
    ) -> Result<R, CallError> {
        let answer: worker::Result<Result<R, CallError>> = async {
            let mut init = RequestInit::new();
            init.with_method(Method::Post).with_body(Some(serde_json::to_string(body)?.into()));
            let request = Request::new_with_init(&url(id, path), &init)?;
            let mut response = self.stub(id)?.fetch_with_request(request).await?;
            let text = response.text().await?;
            Ok(serde_json::from_str(&text)?)
        }
        .await;
        answer.unwrap_or_else(|error| Err(CallError::unreachable(&error)))
    }
}

fn url(id: &ConversationId, path: &str) -> String {
    format!("https://conversation/{id}/{path}")
}
