//! The clients' sockets. They hibernate: what is known of each stands in its attachment, and the list in memory is
//! made anew whenever the object comes to life.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mentora_core::ids::TurnId;
use mentora_core::time::Millis;
use mentora_session::{Connection, ConnectionId};
use mentora_wire::stream::{AudioMode, CloseCode, Event, PrivateFrame, Sequenced, StreamRole, audio};
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::{Result, State, WebSocket, WebSocketPair};

use super::relay::Relay;
use crate::platform::metrics::{Metrics, Point, Side, Socket};
use crate::platform::{clock, log};

/// Most sockets of one conversation: 50 listeners and 5 of the speaker.
const MAX_SOCKETS: usize = 55;
/// The platform answers this by itself, without waking the object.
const PING: (&str, &str) = (r#"{"type":"ping"}"#, r#"{"type":"pong"}"#);

/// The clients' sockets.
#[derive(Debug)]
pub(super) struct Clients {
    open: RefCell<BTreeMap<ConnectionId, (WebSocket, Seat)>>,
    newest: Cell<u32>,
    metrics: Metrics,
    relay: Relay,
}

/// What a socket has attached.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seat {
    connection: Connection,
    since: Millis,
}

impl Clients {
    pub(super) fn new(metrics: Metrics, relay: Relay) -> Self {
        Self { open: RefCell::default(), newest: Cell::default(), metrics, relay }
    }

    /// Finds the sockets that outlived the last life of the object.
    pub(super) fn find(&self, state: &State) -> Vec<Connection> {
        if let Ok(pair) = worker::WebSocketRequestResponsePair::new(PING.0, PING.1) {
            state.set_websocket_auto_response(&pair);
        }
        let mut open = BTreeMap::new();
        for socket in state.get_websockets() {
            if let Ok(Some(seat)) = socket.deserialize_attachment::<Seat>() {
                let id = seat.connection.id;
                self.newest.set(self.newest.get().max(id.0));
                self.relay.listen(&socket, seat.connection.audio);
                open.insert(id, (socket, seat));
            }
        }
        let found = open.values().map(|(_, seat)| seat.connection.clone()).collect();
        self.open.replace(open);
        found
    }

    /// Takes a client in: its end of the socket, and what the machine knows it by.
    pub(super) fn accept(
        &self,
        state: &State,
        connection: impl FnOnce(ConnectionId) -> Connection,
    ) -> Result<std::result::Result<(WebSocket, Connection), WebSocket>> {
        let pair = WebSocketPair::new()?;
        if self.open.borrow().len() >= MAX_SOCKETS {
            return Ok(Err(turned_away(pair, CloseCode::RateExceeded, "too many connections")?));
        }
        let id = ConnectionId(self.newest.get().saturating_add(1));
        self.newest.set(id.0);
        let connection = connection(id);
        state.accept_web_socket(&pair.server);
        let seat = Seat { connection: connection.clone(), since: clock::now() };
        pair.server.serialize_attachment(&seat)?;
        self.metrics.write(&seat.point(None, 0));
        self.relay.listen(&pair.server, seat.connection.audio);
        self.open.borrow_mut().insert(id, (pair.server, seat));
        Ok(Ok((pair.client, connection)))
    }

    /// Whose socket it is.
    pub(super) fn id_of(&self, socket: &WebSocket) -> Option<ConnectionId> {
        let open = self.open.borrow();
        let known = open.iter().find(|(_, (known, _))| known == socket).map(|(id, _)| *id);
        known
            .or_else(|| socket.deserialize_attachment::<Seat>().ok().flatten().map(|seat| seat.connection.id))
    }

    /// Its socket, while it is open.
    pub(super) fn socket_of(&self, id: ConnectionId) -> Option<WebSocket> {
        self.open.borrow().get(&id).map(|(socket, _)| socket.clone())
    }

    /// Forgets a socket that is gone, with this close code if it said one.
    pub(super) fn forget(&self, id: ConnectionId, code: Option<u16>) {
        if let Some((socket, seat)) = self.open.borrow_mut().remove(&id) {
            self.relay.unlisten(&socket);
            self.metrics.write(&seat.point(Some(clock::now()), code.unwrap_or_default()));
        }
    }

    /// Changes what a client is to the conversation.
    pub(super) fn set_role(&self, id: ConnectionId, role: StreamRole) {
        if let Some((socket, seat)) = self.open.borrow_mut().get_mut(&id) {
            seat.connection.role = role;
            if let Err(error) = socket.serialize_attachment(&*seat) {
                log::failure("conversation.attachment.failed", json!({ "why": error.to_string() }));
            }
        }
    }

    /// Closes a client's socket.
    pub(super) fn close(&self, id: ConnectionId, code: CloseCode, reason: &str) {
        if let Some((socket, seat)) = self.open.borrow_mut().remove(&id) {
            self.relay.unlisten(&socket);
            self.metrics.write(&seat.point(Some(clock::now()), code.code()));
            // One that is closing already is no failure.
            let _ = socket.close(Some(code.code()), Some(reason));
        }
    }

    /// Closes the sockets of all.
    pub(super) fn close_all(&self, code: CloseCode, reason: &str) {
        let ids: Vec<ConnectionId> = self.open.borrow().keys().copied().collect();
        for id in ids {
            self.close(id, code, reason);
        }
    }

    /// Tells all an event.
    pub(super) fn tell(&self, event: &Sequenced) {
        let open = self.open.borrow();
        let Ok(text) = serde_json::to_string(event) else { return };
        let redacted = redacted(event).and_then(|event| serde_json::to_string(&event).ok());
        for (socket, Seat { connection, .. }) in open.values() {
            let text = if connection.staff { &text } else { redacted.as_ref().unwrap_or(&text) };
            send(socket, text);
        }
    }

    /// Tells one client events that it has missed.
    pub(super) fn replay(&self, id: ConnectionId, events: &[Sequenced]) {
        let open = self.open.borrow();
        let Some((socket, Seat { connection, .. })) = open.get(&id) else { return };
        for event in events {
            let redacted = if connection.staff { None } else { redacted(event) };
            if let Ok(text) = serde_json::to_string(redacted.as_ref().unwrap_or(event)) {
                send(socket, &text);
            }
        }
    }

    /// Tells one client something of its own.
    pub(super) fn tell_one(&self, id: ConnectionId, frame: &PrivateFrame) {
        if let (Some((socket, _)), Ok(text)) = (self.open.borrow().get(&id), serde_json::to_string(frame)) {
            send(socket, &text);
        }
    }

    /// Gives the tutor's speech to those who want it, in the form they want.
    pub(super) fn relay_audio(&self, turn_id: &TurnId, turn_index: u32, offset_ms: i64, data: &str) {
        let open = self.open.borrow();
        let offset_ms = u32::try_from(offset_ms).unwrap_or(u32::MAX);
        let mut as_text = None;
        let mut as_bytes = None;
        for (socket, Seat { connection, .. }) in open.values() {
            match connection.audio {
                AudioMode::None => {}
                AudioMode::Base64 => {
                    let frame =
                        || PrivateFrame::AiAudioChunk { turn_id: turn_id.clone(), data: data.to_owned() };
                    let text =
                        as_text.get_or_insert_with(|| serde_json::to_string(&frame()).unwrap_or_default());
                    send(socket, text);
                }
                AudioMode::Binary => {
                    let bytes = as_bytes.get_or_insert_with(|| {
                        audio::encode(turn_index, offset_ms, &STANDARD.decode(data).unwrap_or_default())
                    });
                    // A socket that is going away is told so by its close event.
                    let _ = socket.send_with_bytes(bytes);
                }
            }
        }
    }
}

impl Seat {
    /// What is measured of the socket: that it was opened, or until when it was open.
    fn point(&self, until: Option<Millis>, code: u16) -> Point<'static> {
        let side = Side::Client(self.connection.role, self.connection.audio);
        Point::Socket(Socket { open_ms: until.map(|until| until.since(self.since)), side, code })
    }
}

fn send(socket: &WebSocket, text: &str) {
    // A socket that is going away is told so by its close event.
    let _ = socket.send_with_str(text);
}

/// The event as those see it who are not staff; `None` when they see all of it.
fn redacted(event: &Sequenced) -> Option<Sequenced> {
    let Event::Decision { turn_id, strategy, reason, .. } = &event.event else { return None };
    let (turn_id, strategy, reason) = (turn_id.clone(), *strategy, reason.clone());
    let event_for_all = Event::Decision { turn_id, strategy, reason, features: None, alternatives: None };
    Some(Sequenced { seq: event.seq, event: event_for_all })
}

/// Most bytes of a close reason (RFC 6455, section 5.5: 125 with the code).
const MAX_REASON_BYTES: usize = 123;

/// Refuses a client by a close code: a browser cannot read the status of a refused upgrade.
///
/// # Errors
/// When the socket cannot be closed.
pub fn turned_away(pair: WebSocketPair, code: CloseCode, reason: &str) -> Result<WebSocket> {
    let end = (0..=MAX_REASON_BYTES.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
    pair.server.accept()?;
    pair.server.close(Some(code.code()), reason.get(..end.unwrap_or(0)))?;
    Ok(pair.client)
}
