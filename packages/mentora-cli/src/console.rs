//! Where text goes: what was asked for to standard output, everything about it to standard error, so that a pipe
//! gets the dialogue and nothing else.

use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::CliError;

/// How to answer.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// In JSON.
    pub json: bool,
}

impl Console {
    /// Prints what was asked for: `text` for people, `value` for programs.
    ///
    /// # Errors
    /// [`CliError::Output`]
    pub fn answer<T: Serialize>(self, value: &T, text: impl FnOnce() -> String) -> Result<(), CliError> {
        if self.json {
            let json = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
            return self.print(&format!("{json}\n"));
        }
        self.print(&text())
    }

    /// Prints a line of JSON at once.
    ///
    /// # Errors
    /// [`CliError::Output`]
    pub fn line(self, value: &Value) -> Result<(), CliError> {
        self.print(&format!("{value}\n"))
    }

    /// Prints text as it is, at once.
    ///
    /// # Errors
    /// [`CliError::Output`]
    pub fn print(self, text: &str) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // Whoever read has read enough, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
            written => Ok(written?),
        }
    }

    /// Tells people something on the side. Nothing depends on it being read.
    pub fn note(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Says what went wrong.
    pub fn complain(self, error: &CliError) {
        if self.json {
            self.note(&json!({"error": {"code": error.code(), "message": error.to_string()}}).to_string());
        } else {
            self.note(&format!("mentora: {error}"));
        }
    }
}
