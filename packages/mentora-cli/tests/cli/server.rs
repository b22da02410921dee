//! A Mentora that follows a script, on a free port. It writes down what it is asked.

use std::sync::{Arc, Mutex};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the server does on a stream.
#[derive(Debug, Clone)]
pub enum Act {
    /// Accepts the next connection.
    Accept,
    /// Sends a frame.
    Send(Value),
    /// Waits for a frame, and writes it down. `$id` in what is sent later is its `clientMessageId`.
    Receive,
    /// Closes with this code.
    Close(u16),
    /// Lets the connection go without a word.
    Drop,
}

#[derive(Debug)]
struct Play {
    acts: Mutex<std::vec::IntoIter<Act>>,
    log: Mutex<Vec<String>>,
    ids: Mutex<Vec<String>>,
    tickets: Mutex<u32>,
    development: bool,
}

/// A running server; it ends with its test.
pub struct Server {
    pub url: String,
    play: Arc<Play>,
}

impl Server {
    /// A server for development, whose streams follow the script.
    pub async fn new(script: Vec<Act>) -> Self {
        Self::start(script, true).await
    }

    /// A server where nobody gets in without a token, and no token is good.
    pub async fn production() -> Self {
        Self::start(Vec::new(), false).await
    }

    async fn start(script: Vec<Act>, development: bool) -> Self {
        let play = Arc::new(Play {
            acts: Mutex::new(script.into_iter()),
            log: Mutex::default(),
            ids: Mutex::default(),
            tickets: Mutex::default(),
            development,
        });
        let routes = Router::new()
            .route("/api/dev/sign-in", post(sign_in))
            .route("/api/config", get(config))
            .route("/api/courses", get(courses))
            .route("/api/assignments/a1", get(assignment))
            .route("/api/conversations", post(begin))
            .route("/api/conversations/{id}", get(conversation))
            .route("/api/conversations/c1/turns", post(turn))
            .route("/api/conversations/c1/stream/tickets", post(ticket))
            .route("/api/conversations/c1/stream", get(stream))
            .fallback(async || StatusCode::NOT_FOUND)
            .with_state(play.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, play }
    }

    /// What was asked on streams, and how the server ended them.
    pub fn log(&self) -> String {
        self.play.log.lock().unwrap().join("\n")
    }

    pub fn without_its_port(&self, text: &str) -> String {
        text.replace(&self.url, "http://127.0.0.1:PORT")
    }
}

impl Play {
    fn next(&self) -> Option<Act> {
        self.acts.lock().unwrap().next()
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    /// Message ids are random: `m1` is the first one seen, `m2` the second.
    fn name(&self, id: &str) -> String {
        let mut ids = self.ids.lock().unwrap();
        let place = ids.iter().position(|known| known == id).unwrap_or_else(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        });
        format!("m{}", place + 1)
    }

    fn newest_id(&self) -> String {
        self.ids.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let error = json!({"code": code, "message": message, "details": {}, "requestId": "r1"});
    (status, Json(json!({ "error": error }))).into_response()
}

fn missing() -> Response {
    refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here.")
}

async fn sign_in(State(play): State<Arc<Play>>, Json(who): Json<Value>) -> Response {
    if !play.development {
        return missing();
    }
    Json(json!({"idToken": format!("token of {}", who["uid"].as_str().unwrap())})).into_response()
}

async fn config() -> Json<Value> {
    Json(json!({"environment": "local", "model": {"live": "offline", "offline": true}}))
}

async fn courses(
    State(play): State<Arc<Play>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    if !play.development {
        return refusal(StatusCode::UNAUTHORIZED, "TOKEN_EXPIRED", "The token has run out.");
    }
    assert_eq!(headers[header::AUTHORIZATION], "Bearer token of student");
    let course = |id: &str, code: &str, title: &str| {
        json!({
            "id": id, "role": "student", "title": title, "code": code, "ownerId": "teacher", "etag": "\"1\"",
            "visibility": "public", "isDemo": true, "createdAt": 0, "updatedAt": 0,
        })
    };
    let second = query.iter().any(|(name, value)| name == "cursor" && value == "next");
    let (item, next) = if second {
        (course("k2", "LOGIC-26", "Logic"), Value::Null)
    } else {
        (course("k1", "DEMO01", "Arguing well"), json!("next"))
    };
    Json(json!({"items": [item], "nextCursor": next})).into_response()
}

async fn assignment() -> Json<Value> {
    Json(json!({
        "id": "a1", "etag": "5e1", "courseId": "k1", "title": "Zoos", "question": "Should zoos be closed?", "startAt": 0,
        "createdBy": "teacher", "createdAt": 0, "updatedAt": 0,
    }))
}

fn a_conversation() -> Value {
    json!({
        "id": "c1", "created": true, "assignmentId": "a1", "courseId": "k1", "userId": "student",
        "state": "awaiting_idea", "startedAt": 0, "lastActionAt": 0, "createdAt": 0, "updatedAt": 0,
    })
}

async fn begin(Json(body): Json<Value>) -> Response {
    if body["assignmentId"] == "a1" {
        (StatusCode::CREATED, Json(a_conversation())).into_response()
    } else {
        missing()
    }
}

async fn conversation(Path(id): Path<String>) -> Response {
    if id == "c1" { Json(a_conversation()).into_response() } else { missing() }
}

async fn turn(Json(body): Json<Value>) -> Json<Value> {
    Json(json!({
        "userTurn": a_turn(0, "student", body["text"].as_str().unwrap()),
        "aiTurn": a_turn(1, "tutor", "What is a prison?"),
        "decision": {"strategy": "challenge", "reason": "No reason was given."},
        "state": "awaiting_followup",
    }))
}

async fn ticket(State(play): State<Arc<Play>>) -> Json<Value> {
    let mut tickets = play.tickets.lock().unwrap();
    *tickets += 1;
    Json(json!({"ticket": format!("t{tickets}"), "expiresAt": 0}))
}

async fn stream(
    State(play): State<Arc<Play>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let offered = headers[header::SEC_WEBSOCKET_PROTOCOL].to_str().unwrap().to_owned();
    assert!(matches!(play.next(), Some(Act::Accept)), "a connection that the script does not have");
    let query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    play.note(format!("connection: {} ({offered})", query.join("&")));
    upgrade.protocols(["mentora.v1"]).on_upgrade(async move |socket| perform(&play, socket).await)
}

async fn perform(play: &Play, mut socket: WebSocket) {
    loop {
        match play.next() {
            Some(Act::Send(frame)) => {
                let text = frame.to_string().replace("$id", &play.newest_id());
                socket.send(Message::text(text)).await.unwrap();
            }
            Some(Act::Receive) => match socket.recv().await {
                Some(Ok(Message::Text(text))) => play.note(heard(play, &text)),
                other => panic!("waited for a frame, got {other:?}"),
            },
            Some(Act::Close(code)) => {
                play.note(format!("closed with {code}"));
                let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
                // The client's own close completes it.
                while let Some(Ok(_)) = socket.recv().await {}
                return;
            }
            Some(Act::Drop) => return play.note("dropped".into()),
            Some(Act::Accept) => panic!("the script opens a connection on a connection"),
            None => {
                while let Some(Ok(_)) = socket.recv().await {}
                return;
            }
        }
    }
}

fn heard(play: &Play, text: &str) -> String {
    let mut frame: Value = serde_json::from_str(text).unwrap();
    if let Some(id) = frame["clientMessageId"].as_str() {
        frame["clientMessageId"] = play.name(id).into();
    }
    format!("  {frame}")
}

/// A turn, as it is stored.
pub fn a_turn(index: u32, speaker: &str, text: &str) -> Value {
    json!({
        "id": format!("c1-{index}"), "index": index, "speaker": speaker, "type": "idea", "modality": "text",
        "text": text, "analysis": {"strategy": "challenge"}, "createdAt": 0, "prevHash": "", "hash": "",
    })
}
