//! One socket from the upgrade to its close: waits for the setup, hands over to the session, says goodbye.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::{Value, json};

use super::close::Close;
use super::protojson;
use super::resumption::Held;
use super::schema::CLIENT_MESSAGE;
use super::session::Session;
use super::setup::Setup;
use super::{context::Context, frames};
use crate::credentials::ApiKey;
use crate::journal::ConnectionRecord;
use crate::plan::{Action, Moment, Place, Situation};
use crate::world::World;

/// How long a closing handshake may take before the socket is dropped.
const GOODBYE: Duration = Duration::from_secs(2);
/// How long a client may wait with its setup.
const SETUP_PATIENCE: Duration = Duration::from_secs(30);

/// How a connection ends.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// By us, in words.
    Close(Close),
    /// By us, without a word (a fault).
    Drop,
    /// By the client.
    Gone(Option<Close>),
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// The socket with its journal.
pub struct Line {
    socket: WebSocket,
    record: Arc<ConnectionRecord>,
    text_frames: bool,
    /// Nothing is sent while this is set (a fault).
    pub muted: bool,
}

impl Line {
    /// Sends a message, unless the line is muted.
    pub async fn send(&mut self, frame: &Value) -> Result<(), End> {
        if self.muted {
            return Ok(());
        }
        self.record.sent(frame);
        self.put(frames::encode(frame, self.text_frames)).await
    }

    /// Sends bytes that are no message (a fault).
    pub async fn send_garbage(&mut self) -> Result<(), End> {
        self.record.note("garbage frame sent (fault plan)");
        self.put(Message::Binary(vec![0xff, 0x00, 0x7b, 0x22].into())).await
    }

    /// The next client message in canonical form. Safe to cancel.
    pub async fn receive(&mut self) -> Result<Value, End> {
        loop {
            let bytes = match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
                Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(frame))) => {
                    return Err(End::Gone(frame.map(|frame| Close::new(frame.code, frame.reason.as_str()))));
                }
                Some(Err(_)) | None => return Err(End::Gone(None)),
            };
            let message: Value = serde_json::from_slice(&bytes).map_err(|error| {
                self.record.note(&format!("not JSON: {error}"));
                Close::new(1007, "Invalid JSON payload received. Unexpected token.")
            })?;
            self.record.received(&message);
            return Ok(one_member(protojson::parse(CLIENT_MESSAGE, &message)?)?);
        }
    }

    /// Writes into the journal.
    pub fn note(&self, text: &str) {
        self.record.note(text);
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        self.socket.send(message).await.map_err(|_| End::Gone(None))
    }
}

/// A client message carries exactly one of its members.
fn one_member(message: Value) -> Result<Value, Close> {
    match message.as_object().map(serde_json::Map::len) {
        Some(1) => Ok(message),
        Some(0) => Err(Close::invalid_argument()),
        _ => Err(Close::new(1007, "Invalid value (oneof), oneof field 'message_type' is already set.")),
    }
}

/// A connection that has not been set up yet.
pub struct Connection {
    world: Arc<World>,
    line: Line,
    place: Place,
    version: String,
    key: Option<ApiKey>,
}

impl Connection {
    /// After the upgrade.
    pub fn new(
        world: Arc<World>,
        socket: WebSocket,
        record: Arc<ConnectionRecord>,
        place: Place,
        version: String,
        key: Option<ApiKey>,
    ) -> Self {
        let line = Line { socket, record, text_frames: world.config.text_frames, muted: false };
        Self { world, line, place, version, key }
    }

    /// Runs to the end and closes the socket.
    pub async fn run(mut self) {
        let record = Arc::clone(&self.line.record);
        let (line, end) = match self.set_up().await {
            Ok((setup, held, context)) => {
                Session::new(self.world, self.line, self.place, setup, held, context).run().await
            }
            Err(end) => (self.line, end),
        };
        match end {
            End::Drop => record.closed("sim", json!("dropped")),
            End::Gone(close) => record.closed("client", close.map_or(Value::Null, |close| close.to_json())),
            End::Close(close) => {
                record.closed("sim", close.to_json());
                let _ = tokio::time::timeout(GOODBYE, say_goodbye(line, close)).await;
            }
        }
    }

    async fn set_up(&mut self) -> Result<(Setup, Held, Context), End> {
        if self.key == Some(ApiKey::Expired) {
            return Err(Close::key_expired().into());
        }
        let mut stopping = self.world.stopping.clone();
        let message = tokio::select! {
            message = tokio::time::timeout(SETUP_PATIENCE, self.line.receive()) => {
                message.map_err(|_| Close::deadline_expired())??
            }
            _ = stopping.wait_for(|stop| *stop) => return Err(Close::going_away().into()),
        };
        let Some(setup) = message.get("setup") else {
            return Err(Close::invalid_argument().into());
        };
        if self.key == Some(ApiKey::OutOfQuota) {
            return Err(Close::quota_exceeded().into());
        }
        let setup = Setup::parse(setup, &self.version)?;
        self.faults(Moment::SetupRequest).await?;
        let (held, context) = match setup.resumption.clone().flatten() {
            Some(handle) => self.world.sessions.resume(&handle).await?,
            None => (self.world.sessions.begin(), Context::default()),
        };
        self.line.send(&frames::setup_complete()).await?;
        Ok((setup, held, context))
    }

    async fn faults(&mut self, moment: Moment) -> Result<(), End> {
        let situation = Situation { place: self.place, turn: 0, text: "", moment };
        for action in self.world.plan.take(&situation) {
            match action {
                Action::RejectSetup(close) | Action::Close(close) => {
                    return Err(Close::new(close.code, &close.reason).into());
                }
                Action::Drop(_) => return Err(End::Drop),
                Action::DelayMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                Action::Silence(_) => self.line.muted = true,
                Action::Garbage(_) => self.line.send_garbage().await?,
                _ => self.line.note("a fault of this kind has no meaning before the setup is complete"),
            }
        }
        Ok(())
    }
}

/// Sends the close frame and waits for the client's, so that the frame is not lost with the connection.
async fn say_goodbye(mut line: Line, close: Close) {
    let frame = CloseFrame { code: close.code, reason: close.reason.into() };
    if line.socket.send(Message::Close(Some(frame))).await.is_ok() {
        while let Some(Ok(_)) = line.socket.recv().await {}
    }
}
