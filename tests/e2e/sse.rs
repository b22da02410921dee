//! A reader of a conversation's server-sent events, who speaks by POST. Like [`crate::stream::Stream`] it holds the server to
//! the contract: each `seq` once and rising, named by the event's `id`; each event of the type that its frame says.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::people::{Answer, Person, Student, unique};
use crate::stack::Stack;
use crate::stream::{Memory, PATIENCE};

/// What arrives.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Frame(Value),
    Comment,
    /// The end, with the advice when to come back if there was one, ms.
    End(Option<u64>),
    /// It broke.
    Broken(String),
}

/// Open server-sent events.
pub struct Reader {
    response: Response,
    rest: String,
    retry: Option<u64>,
    pub memory: Memory,
    /// The first frame.
    pub connected: Value,
}

/// Asks for events, and does not look at what is answered.
pub async fn ask(
    stack: &Stack,
    person: &Person,
    conversation: &str,
    query: &str,
    last: Option<u64>,
) -> Response {
    let http = reqwest::Client::builder().no_proxy().connect_timeout(PATIENCE).build().unwrap();
    let path = format!("/api/conversations/{conversation}/stream{query}");
    let mut request =
        http.get(stack.url(&path)).bearer_auth(&person.token).header("accept", "text/event-stream");
    if let Some(last) = last {
        request = request.header("last-event-id", last.to_string());
    }
    timeout(PATIENCE, request.send()).await.expect("the request is answered").expect("an answer")
}

impl Reader {
    /// A student's events, from where `memory` ends.
    pub async fn of(stack: &Stack, student: &Student, memory: Memory) -> Self {
        Self::open(stack, &student.person, &student.conversation, "?audio=base64", memory).await
    }

    pub async fn open(
        stack: &Stack,
        person: &Person,
        conversation: &str,
        query: &str,
        memory: Memory,
    ) -> Self {
        let cursor = memory.cursor;
        let response = ask(stack, person, conversation, query, Some(cursor)).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", stack.log());
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let (rest, retry, connected) = (String::new(), None, Value::Null);
        let mut reader = Self { response, rest, retry, memory, connected };
        let Piece::Frame(connected) = reader.next().await else { panic!("not greeted") };
        assert_eq!((&connected["type"], &connected["replayFrom"]), (&json!("connected"), &json!(cursor + 1)));
        reader.connected = connected;
        reader
    }

    /// The next piece.
    pub async fn next(&mut self) -> Piece {
        self.next_within(PATIENCE).await.unwrap_or_else(|| panic!("nothing came for {PATIENCE:?}"))
    }

    /// The next piece, if one comes in time.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Piece> {
        let until = Instant::now() + patience;
        loop {
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                if let Some(piece) = self.take(&block) {
                    return Some(piece);
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            match timeout(left, self.response.chunk()).await.ok()? {
                Ok(Some(bytes)) => self.rest.push_str(std::str::from_utf8(&bytes).expect("UTF-8")),
                Ok(None) => return Some(Piece::End(self.retry)),
                Err(error) => return Some(Piece::Broken(error.to_string())),
            }
        }
    }

    fn take(&mut self, block: &str) -> Option<Piece> {
        let (mut kind, mut id, mut data) = (None, None, None);
        for line in block.lines() {
            match line.split_once(':').map(|(name, value)| (name, value.trim_start())) {
                Some(("", _)) => return Some(Piece::Comment),
                Some(("event", value)) => kind = Some(value),
                Some(("id", value)) => id = Some(value.parse::<u64>().unwrap()),
                Some(("data", value)) => data = Some(value),
                Some(("retry", value)) => self.retry = Some(value.parse().unwrap()),
                other => panic!("{other:?} in {block}"),
            }
        }
        let frame: Value = serde_json::from_str(data?).expect("frames are JSON");
        assert_eq!(frame["type"].as_str(), kind, "{frame}");
        assert_eq!(frame["seq"].as_u64(), id, "{frame}");
        if let Some(seq) = id {
            assert!(seq > self.memory.cursor, "seq {seq} came after {}", self.memory.cursor);
            self.memory.cursor = seq;
            self.memory.events.push(frame.clone());
        }
        Some(Piece::Frame(frame))
    }

    /// Reads on to a frame of this type. An error on the way, or the end, fails the test.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await {
                Piece::Frame(frame) if frame["type"] == kind => return frame,
                Piece::Frame(frame) => assert_ne!(frame["type"], "error", "waiting for {kind}: {frame}"),
                Piece::Comment => {}
                end => panic!("{end:?} while waiting for {kind}"),
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
}

/// Sends frames by POST.
pub async fn post(stack: &Stack, student: &Student, frames: &Value) -> Answer {
    student.person.post(stack, &student.path("/stream/messages"), frames).await
}

/// The student writes by POST, and is taken; the id of the message.
pub async fn say(stack: &Stack, student: &Student, text: &str) -> String {
    let id = unique("posted");
    let frame = json!({ "type": "text_input", "text": text, "clientMessageId": id });
    let answer = post(stack, student, &frame).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(answer.body, json!({ "results": [{ "accepted": true, "clientMessageId": id }] }));
    id
}
