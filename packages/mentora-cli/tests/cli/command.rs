//! Runs the command.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// How long the command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the command left behind.
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// All of it, for a snapshot.
    pub fn whole(&self) -> String {
        format!("exit code {}\n--- output\n{}--- notes\n{}", self.code, self.out, self.err)
    }
}

/// Runs `mentora` with these arguments and nothing on standard input.
pub async fn mentora(arguments: &[&str]) -> Outcome {
    mentora_told(arguments, "").await
}

/// Runs `mentora` with these arguments and `input` on standard input.
pub async fn mentora_told(arguments: &[&str], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mentora"))
        .args(arguments)
        .env_remove("MENTORA_URL")
        .env_remove("MENTORA_TOKEN")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that fails early does not read its input.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let done = timeout(PATIENCE, child.wait_with_output()).await;
    let done = done.unwrap_or_else(|_| panic!("`mentora {}` did not end", arguments.join(" "))).unwrap();
    Outcome {
        code: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}
