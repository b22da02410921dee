//! Publishes Google's keys in Google's place, and fails to when it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const LONGEST_REQUEST: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// What it answers.
#[derive(Clone)]
enum Reply {
    Keys(String),
    Unavailable,
    /// Nothing at all, for as long as somebody waits.
    Silence,
}

/// A server of keys on a free port.
pub struct KeyServer {
    pub url: String,
    state: Arc<Mutex<(Reply, usize)>>,
    serving: JoinHandle<()>,
}

impl KeyServer {
    /// It is there, and has no keys yet.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new((Reply::Unavailable, 0)));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, Arc::clone(&shared)));
            }
        });
        Self { url, state, serving }
    }

    /// From now on these keys are published; they may be kept for hours.
    pub fn publish(&self, keys: String) {
        self.reply(Reply::Keys(keys));
    }

    /// From now on it answers with an error.
    pub fn break_down(&self) {
        self.reply(Reply::Unavailable);
    }

    /// From now on it takes requests and answers none.
    pub fn fall_silent(&self) {
        self.reply(Reply::Silence);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().1
    }

    fn reply(&self, reply: Reply) {
        self.state.lock().unwrap().0 = reply;
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut socket: TcpStream, state: Arc<Mutex<(Reply, usize)>>) {
    if !request_arrives(&mut socket).await {
        return;
    }
    let reply = {
        let mut state = state.lock().unwrap();
        state.1 += 1;
        state.0.clone()
    };
    let (status, cache, body) = match reply {
        Reply::Keys(keys) => ("200 OK", "public, max-age=21600, must-revalidate, no-transform", keys),
        Reply::Unavailable => ("503 Service Unavailable", "no-store", "{}".to_owned()),
        Reply::Silence => return tokio::time::sleep(PATIENCE).await,
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncache-control: {cache}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Who asked may have gone.
    let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn request_arrives(socket: &mut TcpStream) -> bool {
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    while request.len() < LONGEST_REQUEST {
        match tokio::time::timeout(PATIENCE, socket.read(&mut chunk)).await {
            Ok(Ok(length)) if length > 0 => request.extend_from_slice(&chunk[..length]),
            _ => return false,
        }
        if request.windows(4).any(|end| end == b"\r\n\r\n") {
            return true;
        }
    }
    false
}
