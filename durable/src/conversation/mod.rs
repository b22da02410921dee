//! `Conversation`: one object per conversation. It holds the clients' sockets and the one socket of the model, and keeps
//! every turn safe. What a conversation does is decided in `mentora-session`; this is the shell around it.
//!
//! # Layout
//! - [`calls`]: what the main Worker may ask of it, shared by caller and callee
//! - `shell`: feeds the session machine and carries out what it says
//! - `clients`: the lines to the clients; sockets hibernate, [server-sent events](events) do not
//! - `door`: how clients come in, and what they say by POST
//! - `model`: the model's socket
//! - `relay`: what hands sound on beside it all
//! - `rows`: what is kept in SQLite
//! - `flush`: turns on their way to Firestore
//! - `credit`: what answers cost, told to the wallet that pays
//! - `verdict`: what the text model makes of a turn
//! - `sessions`: the documents of the model's sessions
//! - `summary`: what the text model says of a conversation that has ended
//! - `tally`: the figures of the assignment, told when the conversation ends or is opened again
//! - `erase`: the end of all of it; `outgoing`: what it has to wait for
//! - `delayed`: answers that come later; `due`: one of them is given, with all that belongs to it
//! - `upkeep`: what a nightly round asks
//! - `facts`: what the conversation is about
//! - [`sweep`]: ends the conversations of what is to go

#![allow(missing_docs, reason = "`#[durable_object]` makes public items that nobody can document")]

pub mod calls;
mod clients;
mod credit;
mod delayed;
mod door;
mod due;
mod erase;
mod events;
mod facts;
mod flush;
mod model;
mod outgoing;
mod relay;
mod rows;
mod sessions;
mod shell;
mod summary;
pub mod sweep;
mod tally;
mod upkeep;
mod verdict;

use std::cell::RefCell;
use std::rc::Rc;

use mentora_core::ids::ConversationId;
use mentora_core::limits::MAX_FRAME_BYTES;
use mentora_session::{ConnectionId, Input};
use mentora_wire::error::ErrorCode;
use mentora_wire::stream::client::{check_pcm, decode_audio};
use mentora_wire::stream::{AudioMode, BadFrame, ClientFrame};
use serde::Serialize;
use serde_json::json;
use wasm_bindgen::prelude::*;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, Socket, State, WebSocket, WebSocketIncomingMessage,
    durable_object,
};

use self::calls::{CallError, EndCall, PostTurnCall, Snapshot, paths};
pub use self::clients::turned_away;
use self::relay::Relay;
use self::rows::Rows;
use self::shell::{AtHand, Shell};
use crate::platform::config::Config;
use crate::platform::{body, log};

/// The Durable Object.
#[durable_object]
#[derive(Debug)]
pub struct Conversation {
    // Opened by the first event, so that a failure is an answer and not the end of the constructor.
    shell: RefCell<Option<Rc<Shell>>>,
    parts: RefCell<Option<(State, Env)>>,
}

impl DurableObject for Conversation {
    fn new(state: State, env: Env) -> Self {
        // At once: what a panic has left behind is not to go on until somebody asks for this object.
        if let Ok(relay) = Relay::of(&state) {
            relay.begin();
        }
        Self { shell: RefCell::new(None), parts: RefCell::new(Some((state, env))) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let shell = self.shell()?;
        let path = request.path();
        let mut segments = path.trim_start_matches('/').splitn(2, '/');
        let (Some(Ok(id)), Some(call)) = (segments.next().map(ConversationId::new), segments.next()) else {
            return Response::error("no such call", 404);
        };
        match call {
            paths::STREAM => door::socket(&shell, &id, &request).await,
            paths::EVENTS => door::events(&shell, &id, &request).await,
            paths::FRAMES => answer(&door::post_frames(&shell, &id, request).await),
            paths::TURNS => answer(&post_turn(&shell, &id, request).await),
            paths::SNAPSHOT => answer(&snapshot(&shell, &id).await),
            paths::REOPEN => answer(&reopen(&shell, &id).await),
            paths::DUE => answer(&due::give(&shell, &id, request).await),
            paths::TAKE_BACK => answer(&take_back(&shell, &id).await),
            paths::END => answer(&end(&shell, &id, request).await),
            paths::ERASE => answer(&erase(&shell).await),
            paths::LOOK => answer(&upkeep::look(&shell, &id).await),
            paths::EXPIRE => answer(&upkeep::expire(&shell, &id, request).await),
            _ => Response::error("no such call", 404),
        }
    }

    async fn websocket_message(&self, socket: WebSocket, message: WebSocketIncomingMessage) -> Result<()> {
        let shell = self.shell()?;
        let Some(connection) = shell.clients.id_of(&socket) else { return Ok(()) };
        let audio = shell.clients.audio_of(connection).unwrap_or_default();
        let (input, at_hand) = read(connection, audio, message);
        if let Input::Frame { frame: ClientFrame::Ping { received: Some(total) }, .. } = input {
            shell.clients.received(connection, total);
        }
        shell.feed_and_arm(input, at_hand).await;
        Ok(())
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, reason: String, _: bool) -> Result<()> {
        let shell = self.shell()?;
        if let Some(connection) = shell.clients.id_of(&socket) {
            shell.clients.forget(connection, u16::try_from(code).ok());
            shell.feed_and_arm(Input::Disconnected { connection }, AtHand::Nothing).await;
        }
        // The closing handshake is ours to finish; a code that may not be sent is answered with a plain one.
        let code = u16::try_from(code)
            .ok()
            .filter(|code| (1000..=4999).contains(code) && !matches!(code, 1005 | 1006));
        let _ = socket.close(Some(code.unwrap_or(1000)), Some(reason));
        Ok(())
    }

    async fn websocket_error(&self, socket: WebSocket, _: Error) -> Result<()> {
        let shell = self.shell()?;
        if let Some(connection) = shell.clients.id_of(&socket) {
            shell.clients.forget(connection, None);
            shell.feed_and_arm(Input::Disconnected { connection }, AtHand::Nothing).await;
        }
        Ok(())
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell()?.ring().await;
        Response::empty()
    }

    async fn connect(&self, _: Socket) -> Result<()> {
        Err(Error::RustError("a conversation takes no TCP connections".into()))
    }
}

/// What the relay calls.
#[wasm_bindgen]
impl Conversation {
    /// The model says something that was not relayed.
    #[wasm_bindgen(js_name = modelFrame)]
    pub fn model_frame(&self, generation: u32, text: &str) {
        self.called(|shell| model::said(shell, generation, text));
    }

    /// The model's socket is gone.
    #[wasm_bindgen(js_name = modelClosed)]
    pub fn model_closed(&self, generation: u32, code: u16, reason: &str) {
        self.called(|shell| model::closed(shell, generation, code, reason));
    }

    /// Much was relayed.
    #[wasm_bindgen(js_name = relayReport)]
    pub fn relay_report(&self) {
        self.called(Shell::hear_relay);
    }
}

impl Conversation {
    fn called(&self, act: impl FnOnce(&Rc<Shell>)) {
        match self.shell() {
            Ok(shell) => {
                act(&shell);
                shell.arm_soon();
            }
            Err(error) => {
                log::failure("conversation.open.failed", json!({ "why": error.to_string() }));
            }
        }
    }

    fn shell(&self) -> Result<Rc<Shell>> {
        let open = self.shell.borrow().clone();
        let shell = match open {
            Some(shell) => shell,
            None => self.open()?,
        };
        shell.revive()?;
        Ok(shell)
    }

    /// What can fail comes before the parts are taken, so that the next event may try again.
    fn open(&self) -> Result<Rc<Shell>> {
        let mut parts = self.parts.borrow_mut();
        let unopened = || Error::RustError("the conversation has no parts".into());
        let (state, env) = parts.as_ref().ok_or_else(unopened)?;
        let config = Config::from_env(env).map_err(|error| Error::RustError(error.to_string()))?;
        let rows = Rows::open(state.storage().sql())?;
        let relay = Relay::of(state)?;
        let (state, env) = parts.take().ok_or_else(unopened)?;
        let shell = Rc::new(Shell::new(state, env, config, rows, relay));
        self.shell.replace(Some(Rc::clone(&shell)));
        Ok(shell)
    }
}

/// What a message of a client is to the machine.
fn read(connection: ConnectionId, audio: AudioMode, message: WebSocketIncomingMessage) -> (Input, AtHand) {
    let bad =
        |problem: BadFrame| (Input::BadFrame { connection, problem: problem.to_string() }, AtHand::Nothing);
    match message {
        WebSocketIncomingMessage::Binary(_) if audio != AudioMode::Binary => bad(BadFrame::Binary),
        WebSocketIncomingMessage::Binary(pcm) if pcm.len() > MAX_FRAME_BYTES => {
            bad(BadFrame::TooLarge(pcm.len()))
        }
        WebSocketIncomingMessage::Binary(pcm) => match check_pcm(pcm.len()) {
            Ok(()) => (Input::AudioChunk { connection, bytes: pcm.len() }, AtHand::Pcm(pcm)),
            Err(problem) => bad(problem),
        },
        WebSocketIncomingMessage::String(text) => match ClientFrame::parse(&text) {
            Ok(ClientFrame::AudioChunk { data, .. }) => match decode_audio(&data) {
                Ok(pcm) => (Input::AudioChunk { connection, bytes: pcm.len() }, AtHand::Base64(data)),
                Err(problem) => bad(problem),
            },
            Ok(frame) => (Input::Frame { connection, frame }, AtHand::Nothing),
            Err(problem) => bad(problem),
        },
    }
}

async fn post_turn(
    shell: &Rc<Shell>,
    id: &ConversationId,
    mut request: Request,
) -> std::result::Result<mentora_wire::rest::TurnAnswer, CallError> {
    let PostTurnCall { text, client_message_id, .. } =
        body::read(&mut request).await.map_err(|error| malformed(&error))?;
    shell.know(id).await?;
    let (call, answer) = shell.new_call();
    shell.feed_and_arm(Input::Call { call, text, client_message_id }, AtHand::Nothing).await;
    // The machine answers every call within a minute; a sender that is gone means that memory was lost.
    let lost = |_| {
        CallError::new(ErrorCode::UpstreamUnavailable, "The conversation was interrupted. Read it again.")
    };
    answer.await.map_err(lost)?.map_err(CallError::from)
}

async fn snapshot(shell: &Rc<Shell>, id: &ConversationId) -> std::result::Result<Snapshot, CallError> {
    shell.know(id).await?;
    let gone = || CallError::new(ErrorCode::NotFound, "There is no such conversation.");
    let snapshot = |session: &mentora_session::State| Snapshot {
        conversation: session.snapshot(),
        due_at: session.due_at(),
    };
    shell.with_session(snapshot).ok_or_else(gone)
}

async fn take_back(shell: &Rc<Shell>, id: &ConversationId) -> std::result::Result<Snapshot, CallError> {
    shell.know(id).await?;
    let lost =
        || CallError::new(ErrorCode::UpstreamUnavailable, "The conversation was interrupted. Try again.");
    let taken = shell.take_back();
    shell.arm().await;
    taken.ok_or_else(lost)?.map_err(CallError::from)?;
    snapshot(shell, id).await
}

async fn end(
    shell: &Rc<Shell>,
    id: &ConversationId,
    mut request: Request,
) -> std::result::Result<Snapshot, CallError> {
    let EndCall { reason } = body::read(&mut request).await.map_err(|error| malformed(&error))?;
    shell.know(id).await?;
    shell.feed_and_arm(Input::End { reason }, AtHand::Nothing).await;
    snapshot(shell, id).await
}

async fn reopen(shell: &Rc<Shell>, id: &ConversationId) -> std::result::Result<Snapshot, CallError> {
    shell.know(id).await?;
    let answer = shell.new_reopening();
    shell.feed_and_arm(Input::Reopen, AtHand::Nothing).await;
    // The machine answers once the store has, or has failed to; a sender that is gone means that memory was lost.
    let lost = |_| {
        CallError::new(ErrorCode::UpstreamUnavailable, "The conversation was interrupted. Read it again.")
    };
    answer.await.map_err(lost)?.map_err(CallError::from)?;
    snapshot(shell, id).await
}

async fn erase(shell: &Rc<Shell>) -> std::result::Result<(), CallError> {
    shell.erase().await.map_err(|error| {
        log::failure("conversation.erase.failed", json!({ "why": error.to_string() }));
        CallError::new(ErrorCode::UpstreamUnavailable, "The conversation could not be erased now. Try again.")
    })
}

fn malformed(error: &Error) -> CallError {
    log::failure("conversation.call.malformed", json!({ "why": error.to_string() }));
    CallError::new(ErrorCode::InternalError, "The conversation could not be asked.")
}

fn answer<T: Serialize>(answer: &std::result::Result<T, CallError>) -> Result<Response> {
    Response::from_json(answer)
}
