//! A bare Live client for the tests: frames in, frames out, nothing understood.
#![allow(dead_code)] // Each test file uses its part of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt as _, StreamExt as _};
use mentora_sim::config::VoiceEngine;
use mentora_sim::{Config, RunningSim, Sim};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(20);

/// Fast: tones, no playback time.
pub fn fast() -> Config {
    Config { voice: VoiceEngine::Tone, playback_rate: 0.0, ..Config::default() }
}

pub async fn start(config: Config) -> RunningSim {
    Sim::start(config).await.expect("the sim starts")
}

/// What arrives.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    Json(Value),
    Text(Value),
    Garbage(Vec<u8>),
    Closed(u16, String),
    Dropped,
}

impl Frame {
    pub fn json(&self) -> &Value {
        match self {
            Self::Json(value) | Self::Text(value) => value,
            other => panic!("a message was expected, not {other:?}"),
        }
    }
}

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// With the key in the header, on v1beta.
    pub async fn connect(sim: &RunningSim) -> Self {
        Self::with_url(&format!("{}?key=test-key", sim.live_url("v1beta")))
            .await
            .expect("the upgrade is accepted")
    }

    /// `Err` holds the HTTP status.
    pub async fn with_url(url: &str) -> Result<Self, u16> {
        Self::with_headers(url, &[]).await
    }

    pub async fn with_headers(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tokio::time::timeout(PATIENCE, connect_async(request)).await.expect("the upgrade is answered") {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Connected, set up with this setup, `setupComplete` seen.
    pub async fn ready(sim: &RunningSim, setup: Value) -> Self {
        let mut client = Self::connect(sim).await;
        client.send(json!({ "setup": setup })).await;
        assert_eq!(client.next().await, Frame::Json(json!({ "setupComplete": {} })));
        client
    }

    pub async fn send(&mut self, message: Value) {
        self.send_raw(Message::Text(message.to_string().into())).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.expect("the message is sent");
    }

    /// A student turn by text.
    pub async fn say(&mut self, text: &str) {
        let turns = json!([{ "role": "user", "parts": [{ "text": text }] }]);
        self.send(json!({ "clientContent": { "turns": turns, "turnComplete": true } })).await;
    }

    /// Audio in messages of 100 ms, 16 kHz.
    pub async fn speak(&mut self, samples: &[i16]) {
        for chunk in samples.chunks(1_600) {
            let bytes: Vec<u8> = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let audio = json!({ "data": STANDARD.encode(bytes), "mimeType": "audio/pcm;rate=16000" });
            self.send(json!({ "realtimeInput": { "audio": audio } })).await;
        }
    }

    pub async fn next(&mut self) -> Frame {
        let received = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("something arrives");
        match received {
            Some(Ok(Message::Binary(bytes))) => match serde_json::from_slice(&bytes) {
                Ok(value) => Frame::Json(value),
                Err(_) => Frame::Garbage(bytes.to_vec()),
            },
            Some(Ok(Message::Text(text))) => Frame::Text(serde_json::from_str(&text).expect("JSON")),
            Some(Ok(Message::Close(Some(close)))) => {
                Frame::Closed(close.code.into(), close.reason.to_string())
            }
            Some(Ok(Message::Close(None))) => Frame::Closed(1005, String::new()),
            Some(Ok(other)) => panic!("not expected: {other:?}"),
            Some(Err(_)) | None => Frame::Dropped,
        }
    }

    /// The bytes of the next binary message.
    pub async fn next_bytes(&mut self) -> Vec<u8> {
        match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("something arrives") {
            Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
            other => panic!("not a binary message: {other:?}"),
        }
    }

    /// Nothing arrives for so long.
    pub async fn quiet_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.socket.next()).await.is_err()
    }

    /// All messages up to and with the one wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        loop {
            match self.next().await {
                Frame::Json(value) | Frame::Text(value) => {
                    let done = wanted(&value);
                    seen.push(value);
                    if done {
                        return seen;
                    }
                }
                other => panic!("{other:?} after {seen:?}"),
            }
        }
    }

    /// Up to `turnComplete`.
    pub async fn turn(&mut self) -> Vec<Value> {
        self.until(|frame| frame.pointer("/serverContent/turnComplete").is_some()).await
    }

    /// The close that ends it, whatever comes before.
    pub async fn end(&mut self) -> Frame {
        loop {
            match self.next().await {
                Frame::Json(_) | Frame::Text(_) | Frame::Garbage(_) => {}
                end => return end,
            }
        }
    }

    /// Closes and waits until the server has closed, too.
    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
        while let Ok(Some(Ok(_))) = tokio::time::timeout(PATIENCE, self.socket.next()).await {}
    }
}

/// A setup that is accepted, with fields of `more` in it.
pub fn setup(more: Value) -> Value {
    let mut setup = json!({
        "model": "models/gemini-3.8-live",
        "generationConfig": { "responseModalities": ["AUDIO"] },
        "inputAudioTranscription": {}, "outputAudioTranscription": {},
    });
    for (name, value) in more.as_object().expect("an object") {
        setup[name] = value.clone();
    }
    setup
}

pub fn manual() -> Value {
    json!({ "realtimeInputConfig": { "automaticActivityDetection": { "disabled": true } } })
}

pub fn text_of(frames: &[Value], kind: &str) -> String {
    let path = format!("/serverContent/{kind}/text");
    frames.iter().filter_map(|frame| frame.pointer(&path)?.as_str()).collect()
}

pub fn audio_of(frames: &[Value]) -> Vec<u8> {
    let data = |frame: &Value| {
        let part = frame.pointer("/serverContent/modelTurn/parts/0/inlineData")?;
        assert_eq!(part["mimeType"], "audio/pcm;rate=24000");
        Some(STANDARD.decode(part["data"].as_str()?).unwrap())
    };
    frames.iter().filter_map(data).flatten().collect()
}

pub fn has(frames: &[Value], pointer: &str) -> bool {
    frames.iter().any(|frame| frame.pointer(pointer).is_some())
}

/// As loud and as uneven as speech. 16 kHz.
pub fn speechlike(seconds: f64, seed: f64) -> Vec<i16> {
    let count = (16_000.0 * seconds) as u32;
    let sample = |n: u32| {
        let t = f64::from(n) / 16_000.0;
        let syllables =
            (t * (17.0 + seed)).sin().max(0.0) * (0.6 + 0.4 * (t * (5.0 + 2.0 * seed) + seed).sin());
        (9_000.0 * syllables * (t * 1_100.0).sin()) as i16
    };
    (0..count).map(sample).collect()
}

pub fn silence(seconds: f64) -> Vec<i16> {
    vec![0; (16_000.0 * seconds) as usize]
}

/// A WAV file of 16-bit mono samples.
pub fn wav(samples: &[i16], rate: u32) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

/// JSON from the control endpoints.
pub async fn get(sim: &RunningSim, path: &str) -> Value {
    reqwest::get(format!("{}{path}", sim.base_url)).await.unwrap().json().await.unwrap()
}

/// Status and body of a POST.
pub async fn post(sim: &RunningSim, path: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
    let response = client.post(format!("{}{path}", sim.base_url)).body(body).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

/// What is to go wrong from now on.
pub async fn plan(sim: &RunningSim, faults: Value) {
    let (status, body) = post(sim, "/sim/plan", faults.to_string()).await;
    assert_eq!(status, 200, "{body}");
}

/// What lies in the outbox: `mails` or `pushes`.
pub async fn outbox(sim: &RunningSim, what: &str, query: &str) -> Vec<Value> {
    get(sim, &format!("/sim/outbox{query}")).await[what].as_array().unwrap().clone()
}
