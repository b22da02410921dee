//! The line between a Worker and Firestore. What is sent over it arrives and is answered, unless a test has disturbed it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(60);
const MEETS: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);
const UNAVAILABLE: &str =
    r#"{"error":{"code":503,"message":"The service is unavailable.","status":"UNAVAILABLE"}}"#;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// It does not get through: `503`, as Firestore says it.
    Down,
    /// It waits on the way until the line is mended, and arrives then, though nobody may wait for it any more.
    Slow,
    /// It is carried out, and the connection is cut before anybody is told.
    AnswerLost,
}

/// A disturbance in force.
#[derive(Debug, Clone)]
struct Order {
    about: String,
    what: Disturbance,
    /// How many requests it still meets.
    left: u32,
    met: u32,
}

/// The near end of the line, on a free port.
pub struct Line {
    /// Host and port, as `FIRESTORE_EMULATOR_HOST` wants them.
    pub host: String,
    orders: Arc<Mutex<Vec<Order>>>,
    serving: JoinHandle<()>,
}

impl Line {
    /// A line to the emulator at `far`.
    pub async fn to(far: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let orders: Arc<Mutex<Vec<Order>>> = Arc::default();
        let (shared, base) = (Arc::clone(&orders), format!("http://{far}"));
        let http = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(carry(socket, base.clone(), http.clone(), Arc::clone(&shared)));
            }
        });
        Self { host, orders, serving }
    }

    /// From now on the next `times` requests that name `about` are met by this.
    pub fn disturb(&self, about: &str, what: Disturbance, times: u32) {
        self.mend(about);
        self.orders.lock().unwrap().push(Order { about: about.to_owned(), what, left: times, met: 0 });
    }

    /// From now on what names `about` passes.
    pub fn mend(&self, about: &str) {
        self.orders.lock().unwrap().retain(|order| order.about != about);
    }

    /// Waits until a disturbance about this has met a request.
    pub async fn meets(&self, about: &str) {
        let patience = Instant::now() + MEETS;
        while self.met(about) == 0 {
            assert!(Instant::now() < patience, "nothing about {about} was sent for {MEETS:?}");
            tokio::time::sleep(POLL).await;
        }
    }

    /// How many requests that name `about` were met by the disturbance in force.
    pub fn met(&self, about: &str) -> u32 {
        self.orders.lock().unwrap().iter().find(|order| order.about == about).map_or(0, |order| order.met)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One request, and its answer if there is to be one.
async fn carry(mut socket: TcpStream, base: String, http: Client, orders: Arc<Mutex<Vec<Order>>>) {
    let Some(request) = Request::read(&mut socket).await else { return };
    let met = request.meets(&mut orders.lock().unwrap());
    let (status, body) = match met {
        Some(Disturbance::Down) => (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE.into()),
        Some(Disturbance::Slow) => {
            while request.is_about(&orders.lock().unwrap()) {
                tokio::time::sleep(POLL).await;
            }
            request.pass_on(&base, &http).await
        }
        Some(Disturbance::AnswerLost) => {
            request.pass_on(&base, &http).await;
            return;
        }
        None => request.pass_on(&base, &http).await,
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Who asked may have gone.
    let _ = socket.write_all(&[head.as_bytes(), &body].concat()).await;
}

struct Request {
    method: Method,
    path: String,
    authorization: Option<String>,
    body: Vec<u8>,
}

impl Request {
    async fn read(socket: &mut TcpStream) -> Option<Self> {
        let (mut bytes, mut chunk) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            if let Some(request) = Self::parse(&bytes) {
                return Some(request);
            }
            match tokio::time::timeout(PATIENCE, socket.read(&mut chunk)).await {
                Ok(Ok(length)) if length > 0 => bytes.extend_from_slice(&chunk[..length]),
                _ => return None,
            }
        }
    }

    /// A whole request.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ');
        let (method, path) = (first.next()?.parse().ok()?, first.next()?.to_owned());
        let header = |wanted: &str| {
            let value = |line: &str| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
            };
            head.lines().find_map(value)
        };
        assert_eq!(header("transfer-encoding"), None, "workerd says how long its requests are");
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
        Some(Self { method, path, authorization: header("authorization"), body })
    }

    fn meets(&self, orders: &mut [Order]) -> Option<Disturbance> {
        // Of a read nobody asks whether it was carried out.
        let suits = |order: &Order| order.what != Disturbance::AnswerLost || self.path.ends_with(":commit");
        let mut orders = orders.iter_mut();
        let order = orders.find(|order| order.left > 0 && suits(order) && self.names(order))?;
        order.left -= 1;
        order.met += 1;
        Some(order.what)
    }

    fn is_about(&self, orders: &[Order]) -> bool {
        orders.iter().any(|order| self.names(order))
    }

    fn names(&self, order: &Order) -> bool {
        self.path.contains(&order.about) || String::from_utf8_lossy(&self.body).contains(&order.about)
    }

    async fn pass_on(&self, base: &str, http: &Client) -> (StatusCode, Vec<u8>) {
        let mut request = http.request(self.method.clone(), format!("{base}{}", self.path));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if !self.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json").body(self.body.clone());
        }
        let answer = request.send().await.expect("the emulator answers");
        let status = answer.status();
        (status, answer.bytes().await.expect("the emulator's answer is whole").into())
    }
}
