//! The stand-in for Google: started beside the Worker, told what shall go wrong, asked what it saw.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::process::Process;

const START: Duration = Duration::from_secs(30);

/// A running `mentora-sim`.
pub struct Sim {
    pub base: String,
    /// The key file of its service account.
    pub account: Value,
    http: reqwest::Client,
    _process: Process,
}

impl Sim {
    /// Its tutor speaks as fast as it can; a test that wants time makes it by a fault.
    pub async fn start(http: reqwest::Client, project: &str, clock: Option<&Clock>) -> Self {
        let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/debug/mentora-sim");
        let program = env::var_os("MENTORA_SIM").map_or(default, PathBuf::from);
        assert!(
            program.is_file(),
            "{} is not there. Build it with `cargo build -p mentora-sim`.",
            program.display()
        );
        let mut command = Command::new(program);
        command.args(["--port", "0", "--project", project, "--playback-rate", "0"]);
        if let Some(clock) = clock {
            clock.wind(&mut command);
        }
        let mut process = Process::start("mentora-sim", &mut command);
        let started = Instant::now();
        let line = loop {
            if let Some(line) = process.line_with("listening on ") {
                break line;
            }
            assert!(!process.has_ended() && started.elapsed() < START, "no sim.\n{}", process.tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let base = line.rsplit(' ').next().unwrap().to_owned();
        let account = http.get(format!("{base}/sim/service-account.json")).send().await.unwrap();
        let account = account.json().await.unwrap();
        Self { base, account, http, _process: process }
    }

    /// Every URL that was signed until now is too old.
    pub async fn expire_urls(&self) {
        let answer = self.http.post(self.url("/sim/expire-urls")).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    /// The mails to an address, once there is one.
    pub async fn mails(&self, address: &str) -> Vec<Value> {
        let patience = Instant::now() + START;
        loop {
            let answer =
                self.http.get(self.url("/sim/outbox")).query(&[("to", address)]).send().await.unwrap();
            let outbox: Value = answer.json().await.unwrap();
            let mails = outbox["mails"].as_array().cloned().unwrap_or_default();
            if !mails.is_empty() {
                return mails;
            }
            assert!(Instant::now() < patience, "no mail to {address}: {outbox}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The mails to an address and the push messages to a device that there are by now.
    pub async fn outbox(&self, to: &str) -> Value {
        let answer = self.http.get(self.url("/sim/outbox")).query(&[("to", to)]).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// What goes wrong next, and only that.
    pub async fn plan(&self, faults: Value) {
        let answer = self.http.post(self.url("/sim/plan")).body(faults.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "the plan was refused: {}", answer.text().await.unwrap());
    }

    /// What is still to go wrong.
    pub async fn left_of_plan(&self) -> Value {
        self.get("/sim/plan").await["faults"].clone()
    }

    /// From now on this recording is known when it is heard.
    pub async fn learn(&self, wav: Vec<u8>, text: &str) {
        let request = self.http.post(self.url("/sim/speech")).query(&[("text", text)]).body(wav);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "not learnt: {}", answer.text().await.unwrap());
    }

    /// A signed ID token; `wish` names at least `uid`.
    pub async fn id_token(&self, wish: Value) -> String {
        let answer = self.http.post(self.url("/sim/id-token")).body(wish.to_string()).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["idToken"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_owned()
    }

    /// A new key for ID tokens.
    pub async fn rotate_keys(&self) {
        let answer = self.http.post(self.url("/sim/rotate-keys")).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    /// A new key for ID tokens; the old ones are published no more.
    pub async fn replace_keys(&self) {
        let answer = self.http.post(self.url("/sim/rotate-keys?forget=true")).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    /// The keys that ID tokens are checked with, as they are published.
    pub async fn public_keys(&self) -> String {
        self.get("/jwks").await.to_string()
    }

    /// All connections so far, the oldest first.
    pub async fn connections(&self) -> Vec<Connection> {
        let log = self.get("/sim/log").await;
        log["connections"].as_array().unwrap().iter().cloned().map(Connection).collect()
    }

    /// The connections on which a student said something with `part` in it.
    pub async fn connections_with(&self, part: &str) -> Vec<Connection> {
        let all = self.connections().await;
        all.into_iter().filter(|connection| connection.was_told(part)).collect()
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// What the stand-in recorded of one connection.
#[derive(Debug, Clone)]
pub struct Connection(Value);

impl Connection {
    /// The setup that the Worker sent.
    pub fn setup(&self) -> Option<&Value> {
        self.received().find_map(|frame| frame.get("setup"))
    }

    /// The resumption handle in the setup.
    pub fn handle(&self) -> Option<&str> {
        self.setup()?.pointer("/sessionResumption/handle")?.as_str()
    }

    /// Whether the setup was taken.
    pub fn was_accepted(&self) -> bool {
        self.entries("sent").any(|frame| frame.get("setupComplete").is_some())
    }

    /// How it ended, unless it is open.
    pub fn closed(&self) -> Option<&Value> {
        Some(&self.0["closed"]).filter(|closed| !closed.is_null())
    }

    /// The handles it gave out.
    pub fn offered(&self) -> Vec<&str> {
        self.entries("sent")
            .filter_map(|frame| frame.pointer("/sessionResumptionUpdate/newHandle")?.as_str())
            .collect()
    }

    /// The handles it gave out once a student had said something with `part` in it.
    pub fn offered_after(&self, part: &str) -> Vec<&str> {
        let entries = self.0["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let told =
            |entry: &Value| entry.get("received").is_some_and(|frame| frame.to_string().contains(part));
        let after = entries.iter().skip_while(|entry| !told(entry));
        after.filter_map(|entry| entry.pointer("/sent/sessionResumptionUpdate/newHandle")?.as_str()).collect()
    }

    /// Bytes of speech that it was given.
    pub fn heard(&self) -> u64 {
        // The record tells sound by its length: `<3200 bytes>`.
        let length = |frame: &Value| {
            let data = frame.pointer("/realtimeInput/audio/data")?.as_str()?;
            data.strip_prefix('<')?.strip_suffix(" bytes>")?.parse::<u64>().ok()
        };
        self.received().filter_map(length).sum()
    }

    /// Whether a message to it has `part` in it.
    pub fn was_told(&self, part: &str) -> bool {
        self.received().any(|frame| frame.get("setup").is_none() && frame.to_string().contains(part))
    }

    fn received(&self) -> impl Iterator<Item = &Value> {
        self.entries("received")
    }

    fn entries(&self, kind: &'static str) -> impl Iterator<Item = &Value> {
        self.0["entries"].as_array().into_iter().flatten().filter_map(move |entry| entry.get(kind))
    }
}

/// A fault of the plan: `what` happens when a student says something with `text` in it, at the moment `after`.
pub fn fault(text: &str, after: &str, what: Value) -> Value {
    json!({ "when": { "text": text, "after": after }, "do": what })
}
