//! What is typed, or comes from a pipe, line by line.

use std::io::{self, BufRead as _, IsTerminal as _};

use tokio::sync::mpsc::{Receiver, channel};

/// Lines of standard input.
#[derive(Debug)]
pub struct Lines {
    lines: Receiver<String>,
    typed: bool,
}

impl Lines {
    /// Begins to read. A thread does, because a read of a terminal cannot be called off; it ends with the process.
    #[must_use]
    pub fn of_stdin() -> Self {
        let (sender, lines) = channel(1);
        std::thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                let Ok(line) = line else { return };
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines, typed: io::stdin().is_terminal() }
    }

    /// Whether somebody sits there.
    #[must_use]
    pub fn are_typed(&self) -> bool {
        self.typed
    }

    /// The next line; `None` after the last. Nothing is lost when this is dropped before it is done.
    pub async fn next(&mut self) -> Option<String> {
        self.lines.recv().await
    }
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing.
    Blank,
    /// To say this to the tutor.
    Say(String),
    /// To stop the tutor.
    Interrupt,
    /// To end the conversation.
    End,
    /// To leave.
    Quit,
    /// Something that is no command.
    Unknown(String),
}

impl Line {
    /// Reads a line. What begins with a slash is a command.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        match line.trim() {
            "" => Self::Blank,
            "/interrupt" => Self::Interrupt,
            "/end" => Self::End,
            "/quit" => Self::Quit,
            command if command.starts_with('/') => Self::Unknown(command.to_owned()),
            text => Self::Say(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_a_slash_is_never_said() {
        assert_eq!(Line::parse(" /end "), Line::End);
        assert_eq!(Line::parse("/quti"), Line::Unknown("/quti".into()));
        assert_eq!(Line::parse("1/2 is less than 1"), Line::Say("1/2 is less than 1".into()));
        assert_eq!(Line::parse(" \t"), Line::Blank);
    }
}
