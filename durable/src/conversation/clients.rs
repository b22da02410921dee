//! The lines to the clients. Sockets hibernate: what is known of each stands in its attachment, and the list in memory is
//! made anew whenever the object comes to life. Server-sent events end with the life in which they began.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mentora_core::ids::TurnId;
use mentora_core::time::Millis;
use mentora_session::{Connection, ConnectionId, Reading, Sound};
use mentora_wire::stream::{AudioMode, CloseCode, Event, PrivateFrame, Seq, Sequenced, StreamRole, audio};
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Result, State, WebSocket, WebSocketPair};

use super::events::{Feed, Pieces};
use super::relay::Relay;
use crate::platform::metrics::{Metrics, Point, Side, Socket};
use crate::platform::{clock, log};

/// The platform answers this by itself, without waking the object.
const PING: (&str, &str) = (r#"{"type":"ping"}"#, r#"{"type":"pong"}"#);

/// The lines to the clients.
#[derive(Debug)]
pub(super) struct Clients {
    open: RefCell<BTreeMap<ConnectionId, Open>>,
    newest: Cell<u32>,
    metrics: Metrics,
    relay: Relay,
}

/// A client that is here.
#[derive(Debug)]
struct Open {
    line: Line,
    seat: Seat,
    reading: Reading,
    /// The newest event that it was sent.
    told: Seq,
}

/// The way to a client.
#[derive(Debug)]
enum Line {
    Socket(WebSocket),
    Events(Feed),
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
                let reading = Reading::of_survivor();
                open.insert(id, Open { line: Line::Socket(socket), seat, reading, told: Seq(0) });
            }
        }
        let found = open.values().map(|open| open.seat.connection.clone()).collect();
        self.open.replace(open);
        found
    }

    /// Takes a client in: its end of the socket, and what the machine knows it by.
    pub(super) fn accept(
        &self,
        state: &State,
        connection: impl FnOnce(ConnectionId) -> Connection,
    ) -> Result<(WebSocket, Connection)> {
        let pair = WebSocketPair::new()?;
        let connection = connection(self.next_id());
        state.accept_web_socket(&pair.server);
        let seat = Seat { connection: connection.clone(), since: clock::now() };
        pair.server.serialize_attachment(&seat)?;
        self.seat(Line::Socket(pair.server), seat);
        Ok((pair.client, connection))
    }

    /// Takes a client in that listens by server-sent events; `gone` is done when it hangs up, and `stuck` when it takes
    /// nothing any more.
    pub(super) fn subscribe(
        &self,
        connection: impl FnOnce(ConnectionId) -> Connection,
        gone: impl FnOnce(ConnectionId) + 'static,
        stuck: impl FnOnce(ConnectionId) + 'static,
    ) -> (Pieces, Connection) {
        let id = self.next_id();
        let connection = connection(id);
        let (mut feed, pieces) = Feed::new(move || gone(id));
        spawn_local(feed.heartbeat(move || stuck(id)));
        self.seat(Line::Events(feed), Seat { connection: connection.clone(), since: clock::now() });
        (pieces, connection)
    }

    fn next_id(&self) -> ConnectionId {
        let id = ConnectionId(self.newest.get().saturating_add(1));
        self.newest.set(id.0);
        id
    }

    fn seat(&self, line: Line, seat: Seat) {
        self.metrics.write(&seat.point(None, 0));
        if let Line::Socket(socket) = &line {
            self.relay.listen(socket, seat.connection.audio);
        }
        let reading = Reading::of_newcomer();
        self.open.borrow_mut().insert(seat.connection.id, Open { line, seat, reading, told: Seq(0) });
    }

    /// How a client wants audio.
    pub(super) fn audio_of(&self, id: ConnectionId) -> Option<AudioMode> {
        self.open.borrow().get(&id).map(|open| open.seat.connection.audio)
    }

    /// A client says how many bytes have come.
    pub(super) fn received(&self, id: ConnectionId, total: u64) {
        if let Some(open) = self.open.borrow_mut().get_mut(&id) {
            open.reading.received(total);
        }
    }

    /// A client that reads too slowly to be kept.
    pub(super) fn too_slow(&self) -> Option<ConnectionId> {
        let mut open = self.open.borrow_mut();
        let mut slow = open.iter_mut().filter_map(|(id, open)| {
            if let Line::Events(feed) = &open.line {
                open.reading.taken(feed.taken());
            }
            open.reading.is_too_slow().then_some(*id)
        });
        slow.next()
    }

    /// Whose socket it is.
    pub(super) fn id_of(&self, socket: &WebSocket) -> Option<ConnectionId> {
        let open = self.open.borrow();
        let is = |open: &Open| matches!(&open.line, Line::Socket(known) if known == socket);
        let known = open.iter().find(|(_, open)| is(open)).map(|(id, _)| *id);
        known
            .or_else(|| socket.deserialize_attachment::<Seat>().ok().flatten().map(|seat| seat.connection.id))
    }

    /// Its socket, while it is open.
    pub(super) fn socket_of(&self, id: ConnectionId) -> Option<WebSocket> {
        match &self.open.borrow().get(&id)?.line {
            Line::Socket(socket) => Some(socket.clone()),
            Line::Events(_) => None,
        }
    }

    fn unlisten(&self, line: &Line) {
        if let Line::Socket(socket) = line {
            self.relay.unlisten(socket);
        }
    }

    /// The relay has given so much of an answer to the sockets that listen.
    pub(super) fn relayed(&self, answer: Sound) {
        let chunks = usize::try_from(answer.chunks).unwrap_or(usize::MAX);
        for open in self.open.borrow_mut().values_mut().filter(|open| matches!(open.line, Line::Socket(_))) {
            open.reading.sent(match open.seat.connection.audio {
                AudioMode::None => 0,
                // At the least: what stands around the data is not counted, and what is read is never more than sent.
                AudioMode::Base64 => answer.bytes.div_ceil(3).saturating_mul(4),
                AudioMode::Binary => answer.bytes.saturating_add(chunks.saturating_mul(audio::HEADER_BYTES)),
            });
        }
    }

    /// Forgets a socket that is gone, with this close code if it said one.
    pub(super) fn forget(&self, id: ConnectionId, code: Option<u16>) {
        let gone = self.open.borrow_mut().remove(&id);
        if let Some(Open { line, seat, .. }) = gone {
            self.unlisten(&line);
            self.metrics.write(&seat.point(Some(clock::now()), code.unwrap_or_default()));
        }
    }

    /// Changes what a client is to the conversation.
    pub(super) fn set_role(&self, id: ConnectionId, role: StreamRole) {
        if let Some(Open { line, seat, .. }) = self.open.borrow_mut().get_mut(&id) {
            seat.connection.role = role;
            let Line::Socket(socket) = line else { return };
            if let Err(error) = socket.serialize_attachment(&*seat) {
                log::failure("conversation.attachment.failed", json!({ "why": error.to_string() }));
            }
        }
    }

    /// Closes a client's socket.
    pub(super) fn close(&self, id: ConnectionId, code: CloseCode, reason: &str) {
        let closed = self.open.borrow_mut().remove(&id);
        let Some(Open { line, seat, .. }) = closed else { return };
        self.unlisten(&line);
        self.metrics.write(&seat.point(Some(clock::now()), code.code()));
        match line {
            // One that is closing already is no failure.
            Line::Socket(socket) => drop(socket.close(Some(code.code()), Some(reason))),
            Line::Events(feed) => feed.say_why(code, reason),
        }
    }

    /// Ends server-sent events that have nothing to tell.
    pub(super) fn send_away(&self, id: ConnectionId, retry_ms: i64) {
        let sent = self.open.borrow_mut().remove(&id);
        if let Some(Open { line: Line::Events(feed), seat, .. }) = sent {
            self.metrics.write(&seat.point(Some(clock::now()), CloseCode::Normal.code()));
            feed.advise(retry_ms);
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
        let Some(full) = Text::of_event(event) else { return };
        let redacted = redacted(event).and_then(|event| Text::of_event(&event));
        for open in self.open.borrow_mut().values_mut() {
            // Whoever came within this step was sent it with the past: it was written before either was carried out.
            if event.seq <= open.told {
                continue;
            }
            open.told = event.seq;
            let text = if open.seat.connection.staff { &full } else { redacted.as_ref().unwrap_or(&full) };
            open.send(text);
        }
    }

    /// Tells one client events that it has missed.
    pub(super) fn replay(&self, id: ConnectionId, events: &[Sequenced]) {
        let mut all = self.open.borrow_mut();
        let Some(open) = all.get_mut(&id) else { return };
        for event in events {
            open.told = open.told.max(event.seq);
            let redacted = if open.seat.connection.staff { None } else { redacted(event) };
            if let Some(text) = Text::of_event(redacted.as_ref().unwrap_or(event)) {
                open.send(&text);
            }
        }
        open.reading.asked_for();
    }

    /// Tells one client something of its own.
    pub(super) fn tell_one(&self, id: ConnectionId, frame: &PrivateFrame) {
        if let (Some(open), Some(text)) = (self.open.borrow_mut().get_mut(&id), Text::of_frame(frame)) {
            open.send(&text);
        }
    }

    /// Gives the tutor's speech to those who want it, in the form they want.
    pub(super) fn relay_audio(&self, turn_id: &TurnId, turn_index: u32, offset_ms: i64, data: &str) {
        let offset_ms = u32::try_from(offset_ms).unwrap_or(u32::MAX);
        let mut as_text = None;
        let mut as_bytes = None;
        for open in self.open.borrow_mut().values_mut() {
            match open.seat.connection.audio {
                AudioMode::None => {}
                AudioMode::Base64 => {
                    let frame =
                        || PrivateFrame::AiAudioChunk { turn_id: turn_id.clone(), data: data.to_owned() };
                    let text = as_text.get_or_insert_with(|| Text::of_frame(&frame()));
                    if let Some(text) = text {
                        open.send(text);
                    }
                }
                AudioMode::Binary => {
                    let Line::Socket(socket) = &open.line else { continue };
                    let bytes = as_bytes.get_or_insert_with(|| {
                        audio::encode(turn_index, offset_ms, &STANDARD.decode(data).unwrap_or_default())
                    });
                    // A socket that is going away is told so by its close event.
                    let _ = socket.send_with_bytes(&*bytes);
                    open.reading.sent(bytes.len());
                }
            }
        }
    }
}

/// A frame as text.
struct Text {
    kind: &'static str,
    seq: Option<Seq>,
    json: String,
}

impl Text {
    fn of_event(event: &Sequenced) -> Option<Self> {
        let json = serde_json::to_string(event).ok()?;
        Some(Self { kind: event.event.kind(), seq: Some(event.seq), json })
    }

    fn of_frame(frame: &PrivateFrame) -> Option<Self> {
        Some(Self { kind: frame.kind(), seq: None, json: serde_json::to_string(frame).ok()? })
    }
}

impl Open {
    fn send(&mut self, text: &Text) {
        match &self.line {
            // A socket that is going away is told so by its close event.
            Line::Socket(socket) => drop(socket.send_with_str(&text.json)),
            Line::Events(feed) => feed.send(text.kind, text.seq, &text.json),
        }
        // Most are answered by the platform, which counts nothing; so nobody counts any.
        if text.kind != "pong" {
            self.reading.sent(text.json.len());
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
