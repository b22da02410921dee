//! The store, as Google's own client for Node sees it: it shares nothing with ours.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::stack::{Stack, Store, node};

const SETTLED: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(300);

/// The document of a conversation, once it is as `expected` says. Documents follow the conversation after a moment.
pub async fn conversation(stack: &Stack, id: &str, expected: &Value) -> Value {
    let path = format!("conversations/{id}");
    let started = Instant::now();
    loop {
        let document = read(stack, &path);
        match difference("", &document, expected) {
            None => return document,
            Some(difference) if started.elapsed() > SETTLED => {
                panic!(
                    "the store does not have what the conversation has: {difference}\n{document:#}\n{}",
                    stack.log()
                )
            }
            Some(_) => tokio::time::sleep(POLL).await,
        }
    }
}

/// The document of a conversation, once it is as wanted.
pub async fn until(stack: &Stack, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = format!("conversations/{id}");
    let started = Instant::now();
    loop {
        let document = read(stack, &path);
        if wanted(&document) {
            return document;
        }
        assert!(started.elapsed() < SETTLED, "the store has only this: {document:#}\n{}", stack.log());
        tokio::time::sleep(POLL).await;
    }
}

fn read(stack: &Stack, path: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readback");
    install(&folder);
    // The emulator by gRPC, as Google's client does of itself; the Worker speaks REST.
    let (host, transport) = match &stack.store {
        Store::Firestore(host) => (host.clone(), "grpc"),
        Store::Embedded => (stack.host(), "rest"),
    };
    let mut command = Command::new(node());
    command.arg("read.mjs").args([&stack.project, path, transport]).current_dir(folder);
    let output = command.env("FIRESTORE_EMULATOR_HOST", host).output().expect("node");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Google's client could not read {path}: {complaint}\n{}", stack.log());
    serde_json::from_slice(&output.stdout).expect("the client prints JSON")
}

fn install(folder: &Path) {
    if folder.join("node_modules/@google-cloud/firestore").is_dir() {
        return;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder);
    let output = npm.output().expect("npm");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "npm could not install Google's Firestore client: {complaint}");
}

/// Where two JSON values differ first. A number is a number: JavaScript prints 1.0 as 1.
pub fn difference(path: &str, found: &Value, expected: &Value) -> Option<String> {
    let differs = || Some(format!("at {path:?}: {found} is not {expected}"));
    match (found, expected) {
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(at, (a, b))| difference(&format!("{path}/{at}"), a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let extra = a.keys().find(|key| !b.contains_key(*key));
            if let Some(extra) = extra {
                return Some(format!("at {path:?}: {extra} is only in what was found"));
            }
            let mut fields = b.iter();
            fields.find_map(|(key, b)| {
                difference(&format!("{path}/{key}"), a.get(key).unwrap_or(&Value::Null), b)
            })
        }
        (a, b) if a == b => None,
        _ => differs(),
    }
}
