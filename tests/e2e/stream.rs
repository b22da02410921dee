//! A client of a conversation's stream. It keeps what it has seen over all of its connections and holds the server to
//! the contract: each `seq` once and rising, nothing acknowledged forgotten, no error that nobody provoked.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::people::{Person, Student, ticket, unique};
use crate::speech::Speech;
use crate::stack::Stack;

/// How long anything may take that has no deadline of its own.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Shown of a frame when a test fails.
const SHOWN: usize = 400;
/// Shown of a transcript: its last lines.
const SHOWN_LINES: usize = 120;

/// What a client keeps when its connection is gone.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The last `seq` seen.
    pub cursor: u64,
    /// All events, in order.
    pub events: Vec<Value>,
    /// What went over the wire, for who reads a failed test.
    transcript: Vec<String>,
}

impl Memory {
    /// The events of a type.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["type"] == kind).collect()
    }

    /// The text that was streamed of a turn.
    pub fn streamed(&self, turn_id: &str) -> String {
        let chunks = self.all("ai_text_chunk").into_iter().filter(|chunk| chunk["turnId"] == turn_id);
        chunks.filter_map(|chunk| chunk["text"].as_str()).collect()
    }
}

/// How a client connects.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `audio=…`
    pub audio: Option<&'static str>,
    /// `role=…`
    pub role: Option<&'static str>,
    pub pass: Pass,
}

impl Options {
    pub fn audio(mode: &'static str) -> Self {
        Self { audio: Some(mode), ..Self::default() }
    }

    pub fn pass(pass: Pass) -> Self {
        Self { pass, ..Self::default() }
    }
}

/// What a client shows at the door.
#[derive(Debug, Clone, Default)]
pub enum Pass {
    /// A ticket that was just made for it, as a browser does.
    #[default]
    Fresh,
    Nothing,
    Ticket(String),
    /// An ID token in a header, and no subprotocol: what a program does that is no browser.
    Token(String),
}

/// There is no stream: the status that the upgrade was answered with. (The client reads no body here.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused(pub u16);

/// What arrives, beside `connected` and events.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    Json(Value),
    Sound(Sound),
    Closed(u16, String),
    Gone(String),
}

/// A piece of the tutor's voice.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// In a binary frame: the index of the turn, and where in it the piece begins, ms.
    pub place: Option<(u32, u32)>,
    /// In a base64 frame: the turn.
    pub turn_id: Option<String>,
    pub pcm: Vec<u8>,
}

/// An open stream.
pub struct Stream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub memory: Memory,
    /// All sound of this connection.
    pub sounds: Vec<Sound>,
    /// The first frame.
    pub connected: Value,
    /// How often it was greeted: once, and by every further life of the object.
    pub greetings: u32,
    /// A gap was found: what comes is not looked at until the server has begun again where we are.
    deaf: bool,
}

impl Stream {
    /// A student's first connection, with binary audio.
    pub async fn of(stack: &Stack, student: &Student) -> Self {
        Self::resume(stack, student, Memory::default(), Options::audio("binary")).await
    }

    /// A student's next connection: takes up where `memory` ends.
    pub async fn resume(stack: &Stack, student: &Student, memory: Memory, options: Options) -> Self {
        let opened = Self::open(stack, &student.person, &student.conversation, memory, options).await;
        opened.unwrap_or_else(|refused| panic!("no stream: {refused:?}\n{}", stack.log()))
    }

    /// Anybody's connection to any conversation.
    pub async fn open(
        stack: &Stack,
        person: &Person,
        conversation: &str,
        memory: Memory,
        options: Options,
    ) -> Result<Self, Refused> {
        let mut stream = Self::knock(stack, person, conversation, memory, options).await?;
        let connected = stream.next().await;
        let Frame::Json(connected) = connected else { panic!("not greeted: {connected:?}") };
        assert_eq!(connected["type"], "connected", "the first frame: {connected}");
        assert!(connected.get("seq").is_none(), "{connected}");
        let newest = connected["cursor"].as_u64().unwrap();
        let cursor = stream.memory.cursor;
        assert!(newest >= cursor, "the server has forgotten what we have seen up to {cursor}: {connected}");
        assert_eq!(connected["replayFrom"], cursor + 1, "{connected}");
        stream.connected = connected;
        Ok(stream)
    }

    /// Connects, without waiting for a greeting.
    pub async fn knock(
        stack: &Stack,
        person: &Person,
        conversation: &str,
        mut memory: Memory,
        options: Options,
    ) -> Result<Self, Refused> {
        let (protocols, token) = match options.pass {
            Pass::Fresh => {
                let ticket = ticket(stack, person, conversation).await;
                (Some(format!("mentora.v1, ticket.{ticket}")), None)
            }
            Pass::Nothing => (Some("mentora.v1".to_owned()), None),
            Pass::Ticket(ticket) => (Some(format!("mentora.v1, ticket.{ticket}")), None),
            Pass::Token(token) => (None, Some(format!("Bearer {token}"))),
        };
        let option =
            |name: &str, value: Option<&str>| value.map_or(String::new(), |value| format!("&{name}={value}"));
        let options = option("audio", options.audio) + &option("role", options.role);
        let path = format!("/api/conversations/{conversation}/stream?cursor={}{options}", memory.cursor);
        let mut request = format!("ws://{}{path}", stack.host()).into_client_request().unwrap();
        let headers = [("sec-websocket-protocol", &protocols), ("authorization", &token)];
        for (name, value) in headers {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        let opened = timeout(PATIENCE, connect_async(request)).await.expect("the upgrade is answered");
        let (socket, response) = match opened {
            Ok(opened) => opened,
            Err(Error::Http(response)) => return Err(Refused(response.status().as_u16())),
            Err(error) => panic!("the upgrade broke: {error}\n{}", stack.log()),
        };
        let selected = response.headers().get("sec-websocket-protocol").map(|name| name.to_str().unwrap());
        assert_eq!(selected, protocols.map(|_| "mentora.v1"));
        memory.transcript.push(format!("   (connected with cursor {})", memory.cursor));
        Ok(Self { socket, memory, sounds: Vec::new(), connected: Value::Null, greetings: 0, deaf: false })
    }

    pub async fn send(&mut self, frame: Value) {
        self.send_raw(Message::Text(frame.to_string().into())).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        match &message {
            Message::Text(text) => self.note("→", text),
            other => self.note("→", &format!("{} bytes", other.len())),
        }
        timeout(PATIENCE, self.socket.send(message))
            .await
            .expect("the frame is taken")
            .expect("the stream is open");
    }

    /// The student writes; the id of the message.
    pub async fn say(&mut self, text: &str) -> String {
        let id = unique("message");
        self.say_as(text, &id).await;
        id
    }

    /// The student writes with this id.
    pub async fn say_as(&mut self, text: &str, id: &str) {
        self.send(json!({ "type": "text_input", "text": text, "clientMessageId": id })).await;
    }

    /// The student speaks, in chunks of 100 ms.
    pub async fn speak(&mut self, speech: &Speech, by: Encoding) -> String {
        let id = self.begin_to_speak(speech).await;
        for chunk in speech.chunks() {
            self.send_sound(chunk, by).await;
        }
        self.send(json!({ "type": "audio_end" })).await;
        id
    }

    pub async fn begin_to_speak(&mut self, speech: &Speech) -> String {
        self.start_audio(speech, "manual").await
    }

    /// Opens a microphone for as many turns as will be.
    pub async fn open_microphone(&mut self, speech: &Speech) -> String {
        self.start_audio(speech, "automatic").await
    }

    async fn start_audio(&mut self, speech: &Speech, turn_taking: &str) -> String {
        let id = unique("speech");
        let config = json!({
            "sampleRate": speech.rate, "encoding": "pcm", "channels": 1, "turnTaking": turn_taking,
        });
        self.send(json!({ "type": "audio_start", "config": config, "clientMessageId": id })).await;
        id
    }

    pub async fn send_sound(&mut self, chunk: &[u8], by: Encoding) {
        match by {
            Encoding::Base64 => {
                // Written as the SDK writes it: the order of the fields is what the Worker knows it by.
                let text = format!(r#"{{"type":"audio_chunk","data":"{}"}}"#, STANDARD.encode(chunk));
                self.send_raw(Message::Text(text.into())).await;
            }
            Encoding::Binary => self.send_raw(Message::Binary(chunk.to_vec().into())).await,
        }
    }

    /// The next frame that a client looks at.
    pub async fn next(&mut self) -> Frame {
        self.next_within(PATIENCE).await.unwrap_or_else(|| panic!("nothing came for {PATIENCE:?}"))
    }

    /// The next frame, if one comes in time.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Frame> {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = timeout(left, self.socket.next()).await.ok()?;
            if let Some(frame) = self.take(message).await {
                return Some(frame);
            }
        }
    }

    async fn take(&mut self, message: Option<Result<Message, Error>>) -> Option<Frame> {
        let frame = match message {
            Some(Ok(Message::Text(text))) => {
                self.note("←", &text);
                Frame::Json(serde_json::from_str(&text).expect("frames are JSON"))
            }
            Some(Ok(Message::Binary(bytes))) => {
                let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
                let place = Some((word(0), word(4)));
                Frame::Sound(Sound { place, turn_id: None, pcm: bytes[8..].to_vec() })
            }
            Some(Ok(Message::Close(Some(close)))) => {
                Frame::Closed(close.code.into(), close.reason.to_string())
            }
            Some(Ok(Message::Close(None))) => Frame::Closed(1005, String::new()),
            Some(Ok(_)) => return None,
            Some(Err(error)) => Frame::Gone(error.to_string()),
            None => Frame::Gone("the end".to_owned()),
        };
        match frame {
            Frame::Json(json) => self.take_json(json).await,
            Frame::Sound(sound) => {
                self.note("←", &format!("sound at {:?}, {} bytes", sound.place, sound.pcm.len()));
                self.sounds.push(sound.clone());
                Some(Frame::Sound(sound))
            }
            end => {
                self.note("←", &format!("{end:?}"));
                Some(end)
            }
        }
    }

    async fn take_json(&mut self, json: Value) -> Option<Frame> {
        if json["type"] == "connected" {
            self.greetings += 1;
            // After a crash of the Worker's code a connection stays open and may have missed something.
            self.deaf = json["replayFrom"].as_u64().unwrap() > self.memory.cursor + 1;
            if self.deaf {
                let cursor = self.memory.cursor;
                self.send(json!({ "type": "hello", "cursor": cursor })).await;
            }
        } else if json["type"] == "ai_audio_chunk" {
            let pcm = STANDARD.decode(json["data"].as_str().unwrap()).expect("audio is base64");
            let turn_id = json["turnId"].as_str().map(str::to_owned);
            let sound = Sound { place: None, turn_id, pcm };
            self.sounds.push(sound.clone());
            return Some(Frame::Sound(sound));
        } else if let Some(seq) = json["seq"].as_u64() {
            if self.deaf {
                return None;
            }
            let cursor = self.memory.cursor;
            assert!(seq > cursor, "seq {seq} came after {cursor}: {json}");
            self.memory.cursor = seq;
            self.memory.events.push(json.clone());
        } else {
            let private = ["error", "pong"].contains(&json["type"].as_str().unwrap_or_default());
            assert!(private, "an event without its place: {json}");
        }
        Some(Frame::Json(json))
    }

    /// Reads on to a frame of this type. An error on the way, or the end of the connection, fails the test.
    pub async fn until(&mut self, kind: &str) -> Value {
        self.until_any(&[kind]).await
    }

    /// The same, for the first of several types.
    pub async fn until_any(&mut self, kinds: &[&str]) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.next_within(left).await {
                Some(Frame::Json(json)) if kinds.iter().any(|kind| json["type"] == *kind) => return json,
                Some(Frame::Json(json)) => {
                    assert_ne!(json["type"], "error", "while waiting for {kinds:?}: {json}")
                }
                Some(Frame::Sound(_)) => {}
                Some(end) => panic!("{end:?} while waiting for {kinds:?}"),
                None => panic!("no {kinds:?} within {PATIENCE:?}"),
            }
        }
    }

    /// Reads on to the tutor's whole answer.
    pub async fn answer(&mut self) -> Value {
        loop {
            let turn = self.until("ai_response_end").await["turn"].clone();
            if turn["truncated"] == false {
                return turn;
            }
        }
    }

    /// Reads on to the end of the connection.
    pub async fn end(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Frame::Closed(code, reason) => return (code, reason),
                Frame::Gone(why) => panic!("gone without a close: {why}"),
                Frame::Json(_) | Frame::Sound(_) => {}
            }
        }
    }

    /// Reads what is left of a connection that was not read for a while, to its end.
    pub async fn end_unread(&mut self) -> (u16, String) {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("an end");
            match message {
                Some(Ok(Message::Close(Some(close)))) => {
                    return (close.code.into(), close.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("gone without a close: {other:?}"),
            }
        }
    }

    /// Nothing but what is given comes for so long.
    pub async fn quiet(&mut self, time: Duration) -> Vec<Frame> {
        let until = Instant::now() + time;
        let mut came = Vec::new();
        while let Some(frame) = self.next_within(until.saturating_duration_since(Instant::now())).await {
            came.push(frame);
        }
        came
    }

    /// Is gone without a goodbye, as when the network is; what was seen.
    pub fn vanish(mut self) -> Memory {
        std::mem::take(&mut self.memory)
    }

    /// Says goodbye; what was seen.
    pub async fn close(mut self) -> Memory {
        let _ = timeout(PATIENCE, self.socket.close(None)).await;
        std::mem::take(&mut self.memory)
    }

    /// Reads what is still there of a connection whose server is gone; what was seen.
    pub async fn drain(mut self) -> Memory {
        while let Some(Frame::Json(_) | Frame::Sound(_)) = self.next_within(Duration::from_secs(3)).await {}
        std::mem::take(&mut self.memory)
    }

    fn note(&mut self, arrow: &str, what: &str) {
        let shown: String = what.chars().take(SHOWN).collect();
        self.memory.transcript.push(format!("{arrow} {shown}"));
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let lines = &self.memory.transcript;
            let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
            eprintln!("--- what this client saw ---\n{}\n---", last.join("\n"));
        }
    }
}

/// How sound goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Base64,
    Binary,
}
