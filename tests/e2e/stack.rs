//! One Worker with its world: the stand-in for Google, a store, workerd.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clock::Clock;
use crate::people::{Answer, Call};
use crate::process::Process;
use crate::sim::Sim;

const READY: Duration = Duration::from_secs(90);
const PATIENCE: Duration = Duration::from_secs(70);
/// Calls a minute that no test makes.
const ROOMY: u32 = 1_000_000;
const POLL: Duration = Duration::from_millis(100);
/// What Stripe's webhooks are signed with: the one, or the one before.
pub const WEBHOOK_SECRETS: [&str; 2] = ["whsec_of-these-tests", "whsec_of-the-tests-before"];
/// Where a stack begins with a script of these tests.
const TEST_SCRIPT: &str = "src/test.js";
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What makes the code panic that [`Stack::deploy`] brings.
pub const PANICS_AT: &str = "Marker: panic.";

/// Where the documents are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// In Google's emulator at this host and port.
    Firestore(String),
    /// In the Worker's own store.
    Embedded,
}

/// How often one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limits {
    /// As often as tests do, but for these bindings, which allow so many calls a minute.
    Roomy(Vec<(&'static str, u32)>),
    /// Nobody counts.
    Unbound,
}

/// What a stack is started with.
pub struct Wanted {
    pub store: Store,
    pub limits: Limits,
    /// Settings beside those of a local Worker, or in place of them.
    pub settings: Vec<(&'static str, String)>,
    /// A script of these tests where wrangler begins, in place of `src/entry.js`.
    pub script: Option<&'static str>,
    /// What it lives by, in place of the clock of this machine.
    pub clock: Option<Arc<Clock>>,
}

impl Wanted {
    pub fn new(store: Store) -> Self {
        Self { store, limits: Limits::Roomy(Vec::new()), settings: Vec::new(), script: None, clock: None }
    }
}

/// A running Worker.
pub struct Stack {
    pub sim: Sim,
    pub project: String,
    pub store: Store,
    worker: Option<Process>,
    port: u16,
    folder: PathBuf,
    clock: Option<Arc<Clock>>,
    http: reqwest::Client,
}

impl Stack {
    /// Starts all of it and waits until it answers.
    pub async fn start(wanted: Wanted) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("demo-e2e-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
        fs::create_dir_all(&folder).unwrap();
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        let sim = Sim::start(http.clone(), &name, wanted.clock.as_deref()).await;
        lay_out(&folder, &wanted.limits, wanted.script);
        write_settings(&folder, &name, &sim, &wanted);
        let Wanted { store, clock, .. } = wanted;
        let mut stack = Self { sim, project: name, store, worker: None, port: 0, folder, clock, http };
        stack.revive().await;
        stack
    }

    /// Kills workerd as a power cut would.
    pub fn kill(&mut self) {
        self.worker.take().expect("the Worker runs").kill();
    }

    /// Starts workerd on what it had stored.
    pub async fn revive(&mut self) {
        self.port = free_port();
        self.worker = Some(wrangler(&self.folder, self.port, self.clock.as_deref()));
        let started = Instant::now();
        loop {
            let worker = self.worker.as_mut().unwrap();
            assert!(!worker.has_ended(), "wrangler ended.\n{}", worker.tail());
            assert!(started.elapsed() < READY, "the Worker does not answer.\n{}", worker.tail());
            let health = self.http.get(self.url("/api/health")).timeout(Duration::from_secs(5)).send().await;
            if let Ok(health) = health
                && let Ok(body) = health.json::<Value>().await
                && body["status"].is_string()
            {
                assert_eq!(body["status"], "ok", "{body}\n{}", self.log());
                return;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Puts another version in the place of the one that runs, and waits until it answers. wrangler sees that what was built has
    /// changed, bundles it and starts workerd anew on what is stored, as a deployment does with each object. The version differs in
    /// the commit it was made from, and panics at [`PANICS_AT`].
    pub async fn deploy(&self) {
        let health = self.call(Call::get("/api/health")).await.ok();
        let old = health["commit"].as_str().unwrap();
        let new: String = old.chars().rev().collect::<String>().to_uppercase();
        let built = self.folder.join("build");
        let program = built.join("index_bg.wasm");
        fs::write(&program, replaced(fs::read(&program).unwrap(), old.as_bytes(), new.as_bytes())).unwrap();
        let glue = built.join("index.js");
        fs::write(&glue, trapped(&fs::read_to_string(&glue).unwrap())).unwrap();
        let deployed = Instant::now();
        loop {
            assert!(deployed.elapsed() < READY, "the version {new} does not come.\n{}", self.log());
            let health = self.http.get(self.url("/api/health")).timeout(Duration::from_secs(5)).send().await;
            if let Ok(health) = health
                && let Ok(body) = health.json::<Value>().await
                && body["commit"] == new.as_str()
            {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until the Worker has written a line with `part` in it.
    pub async fn wrote(&self, part: &str) {
        for _ in 0..100 {
            if self.worker.as_ref().is_some_and(|worker| worker.line_with(part).is_some()) {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
        panic!("{part:?} was not written\n{}", self.log());
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    /// Host and port.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The last lines of the Worker's log.
    pub fn log(&self) -> String {
        self.worker.as_ref().map_or_else(|| "the Worker is down".to_owned(), Process::tail)
    }

    /// What the Worker logged since it was started: the lines that are events. wrangler writes its own marks around some.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.worker.as_ref().map(Process::lines).unwrap_or_default();
        let event = |line: &String| {
            let json = &line[line.find('{')?..];
            serde_json::Deserializer::from_str(json).into_iter::<Value>().next()?.ok()
        };
        lines.iter().filter_map(event).filter(|event| event["event"].is_string()).collect()
    }

    /// Waits until the Worker has logged an event that `is` wanted.
    pub async fn logged(&self, is: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..50 {
            if let Some(event) = self.events().into_iter().find(&is) {
                return event;
            }
            tokio::time::sleep(POLL).await;
        }
        panic!("no such event was logged\n{}", self.log());
    }

    /// Waits for the event of this name that is behind `before` others of it.
    pub async fn logged_next(&self, name: &str, before: usize) -> Value {
        let next = || self.events().into_iter().filter(|event| event["event"] == name).nth(before);
        self.logged(|_| next().is_some()).await;
        next().unwrap()
    }

    /// The clock rings by this line of `[triggers]`.
    pub async fn ring(&self, line: &str) -> Answer {
        self.ring_within(line, PATIENCE).await
    }

    /// The same, where a run has more to do.
    pub async fn ring_within(&self, line: &str, patience: Duration) -> Answer {
        let call = Call::get(format!("/cdn-cgi/handler/scheduled?cron={}", line.replace(' ', "+")));
        let what = call.to_string();
        let response = call.request(&self.http, &self.url("")).timeout(patience).send().await;
        let response = response.unwrap_or_else(|error| panic!("{what}: {error:?}\n{}", self.log()));
        Answer::of(what, response).await
    }

    /// Asks the Worker.
    pub async fn call(&self, call: Call) -> Answer {
        self.call_at(&self.url(""), call).await
    }

    /// Asks somebody else of its world.
    pub async fn call_at(&self, base: &str, call: Call) -> Answer {
        let what = call.to_string();
        let response = call.request(&self.http, base).send().await;
        let response = response.unwrap_or_else(|error| panic!("{what}: {error:?}\n{}", self.log()));
        Answer::of(what, response).await
    }

    /// Prints the Worker's log when the test that holds this fails.
    pub fn watch(&self) -> impl Drop + '_ {
        Watch(self)
    }
}

struct Watch<'a>(&'a Stack);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0.log());
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.worker = None;
        // What cannot be removed lies in the build folder and harms nobody.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Limits {
    /// A line of the block of a limit, with the limit that tests want.
    fn applied(&self, name: &str, line: String) -> String {
        let Self::Roomy(tight) = self else { return line };
        if !line.starts_with("simple = ") {
            return line;
        }
        let calls = tight.iter().find(|(binding, _)| *binding == name).map_or(ROOMY, |(_, calls)| *calls);
        format!("simple = {{ limit = {calls}, period = 60 }}")
    }
}

/// A configuration of its own and a copy of what was built: nothing is rebuilt, and nobody's build disturbs a test.
fn lay_out(folder: &Path, limits: &Limits, script: Option<&str>) {
    let built = Path::new(ROOT).join("build");
    let main = built.join("index.js");
    assert!(main.is_file(), "{} is not there. Build it with `npm run build`.", main.display());
    copy_folder(&built, &folder.join("build"));
    copy_scripts(&folder.join("src"));
    if let Some(script) = script {
        fs::copy(Path::new(ROOT).join("tests/e2e").join(script), folder.join(TEST_SCRIPT)).unwrap();
    }
    let wrangler = fs::read_to_string(Path::new(ROOT).join("wrangler.toml")).unwrap();
    let (mut kept, mut block, mut name) = (String::new(), "", "");
    for line in wrangler.lines() {
        if line.starts_with('[') {
            block = line.trim();
        }
        if block == "[build]" || (block == "[[ratelimits]]" && *limits == Limits::Unbound) {
            continue;
        }
        if let Some(bound) = line.strip_prefix("name = ") {
            name = bound.trim_matches('"');
        }
        let line = line.replace("\"apps/mentora/build\"", "\"assets\"");
        let line = if script.is_some() { line.replace("src/entry.js", TEST_SCRIPT) } else { line };
        kept.push_str(&if block == "[[ratelimits]]" { limits.applied(name, line) } else { line });
        kept.push('\n');
    }
    fs::write(folder.join("wrangler.toml"), kept).unwrap();
    // The web app is tested in a browser; here only what the API hands out of it has to be there.
    fs::create_dir_all(folder.join("assets")).unwrap();
    fs::write(folder.join("assets/index.html"), "<!doctype html><title>Mentora</title>").unwrap();
    fs::copy(Path::new(ROOT).join("docs/openapi.json"), folder.join("assets/openapi.json")).unwrap();
}

/// The same bytes with `new` wherever `old` is. Both are of one length: what else is there keeps its place.
fn replaced(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let places: Vec<usize> =
        bytes.windows(old.len()).enumerate().filter(|(_, part)| *part == old).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the program does not say what it was made from");
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

/// The glue of a program that panics at a message: it is called with an object where there is no memory, and so traps as Rust
/// does that panics.
fn trapped(glue: &str) -> String {
    let (before, after) = glue.split_once("webSocketMessage(").expect("an object takes messages");
    let (parameters, body) = after.split_once('{').unwrap();
    let message = parameters.trim().trim_end_matches(')').rsplit(',').next().unwrap().trim();
    let trap =
        format!("if(typeof {message}==='string'&&{message}.includes('{PANICS_AT}'))this.__wbg_ptr=-16;");
    format!("{before}webSocketMessage({parameters}{{{trap}{body}")
}

/// What stands around the built Worker: wrangler begins there.
fn copy_scripts(to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(Path::new(ROOT).join("src")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "js") {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn write_settings(folder: &Path, project: &str, sim: &Sim, wanted: &Wanted) {
    let mut settings = vec![
        ("ENVIRONMENT", "local".to_owned()),
        ("FIREBASE_PROJECT_ID", project.to_owned()),
        ("TICKET_SECRET", "a secret of these tests".to_owned()),
        ("GEMINI_BASE_URL", sim.base.clone()),
        ("SENDGRID_BASE_URL", sim.base.clone()),
        ("FCM_BASE_URL", sim.base.clone()),
        ("SENDGRID_API_KEY", "SG.of-these-tests".to_owned()),
        ("MAIL_FROM", "Mentora <mail@example.org>".to_owned()),
        // 20 credits, also where answers cost real money.
        ("WELCOME_CREDITS_MICROS", "20000000".to_owned()),
        ("APP_URL", "https://mentora.example".to_owned()),
        ("FIREBASE_JWKS_URL", format!("{}/jwks", sim.base)),
        ("GOOGLE_TOKEN_URL", format!("{}/token", sim.base)),
        ("FIREBASE_SERVICE_ACCOUNT_KEY", sim.account.to_string()),
        ("STORAGE_EMULATOR_HOST", sim.base.clone()),
        ("STRIPE_BASE_URL", sim.base.clone()),
        ("STRIPE_SECRET_KEY", "sk_test_e2e".to_owned()),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRETS.join(",")),
    ];
    match &wanted.store {
        Store::Firestore(host) => {
            settings.push(("DOCUMENT_STORE", "firestore".to_owned()));
            settings.push(("FIRESTORE_EMULATOR_HOST", host.clone()));
        }
        Store::Embedded => settings.push(("DOCUMENT_STORE", "embedded".to_owned())),
    }
    for (name, value) in &wanted.settings {
        settings.retain(|(known, _)| known != name);
        settings.push((name, value.clone()));
    }
    // Single quotes: wrangler reads dotenv, where they keep everything as it is, except `$`.
    let line = |(name, value): (&str, String)| format!("{name}='{}'\n", value.replace('$', "\\$"));
    fs::write(folder.join("settings.env"), settings.into_iter().map(line).collect::<String>()).unwrap();
}

fn wrangler(folder: &Path, port: u16, clock: Option<&Clock>) -> Process {
    let default = Path::new(ROOT).join("node_modules/wrangler/bin/wrangler.js");
    let script = env::var_os("MENTORA_WRANGLER").map_or(default, PathBuf::from);
    let mut command = Command::new(node());
    command
        .arg(script)
        .args(["dev", "--ip", "127.0.0.1", "--port", &port.to_string(), "--inspector-port", "0"])
        .args(["--show-interactive-dev-session=false", "--persist-to", "documents"])
        .args(["--env-file", "settings.env", "--config", "wrangler.toml"])
        .current_dir(folder)
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_LOG_PATH", folder.join("wrangler-logs"))
        .env("NO_COLOR", "1")
        .env("CI", "true");
    if let Some(clock) = clock {
        clock.wind(&mut command);
    }
    Process::start("wrangler dev", &mut command)
}

/// A Node that wrangler and Google's clients run on.
pub fn node() -> PathBuf {
    let default = Path::new(ROOT).join("node_modules/.bin/node");
    env::var_os("MENTORA_NODE").map_or(default, PathBuf::from)
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
