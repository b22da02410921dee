//! What may be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use mentora_core::documents::CourseCode;
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, InvalidId, UserId};
use reqwest::Url;

use crate::console::Console;
use crate::identity::Identity;

/// Where `npm start` serves.
const LOCAL: &str = "http://127.0.0.1:8787";

/// Talk to the Mentora tutor from a terminal.
#[derive(Debug, Parser)]
#[command(name = "mentora", version, arg_required_else_help = true)]
pub struct Arguments {
    /// Address of Mentora
    #[arg(long, global = true, env = "MENTORA_URL", default_value = LOCAL, value_parser = address, hide_env_values = true)]
    pub url: Url,
    /// A Firebase ID token: who you are
    #[arg(long, global = true, env = "MENTORA_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Be this user, without a password; only where Mentora runs for development
    #[arg(long = "as", global = true, value_name = "UID", value_parser = id::<UserId>)]
    pub uid: Option<UserId>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List your courses
    Courses,
    /// Join a course by its code
    Join {
        /// The code, in any case
        #[arg(value_parser = CourseCode::new)]
        code: CourseCode,
        /// The course's password, if it has one
        #[arg(long, env = "MENTORA_COURSE_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// List the assignments of a course
    Assignments {
        /// Its id; `mentora courses` shows it
        #[arg(value_parser = id::<CourseId>)]
        course_id: CourseId,
    },
    /// List your conversations
    Conversations {
        /// Only those about this assignment; its teachers get everybody's
        #[arg(long, value_name = "ID", value_parser = id::<AssignmentId>)]
        assignment: Option<AssignmentId>,
    },
    /// Show a conversation
    Show {
        /// Its id
        #[arg(value_parser = id::<ConversationId>)]
        conversation_id: ConversationId,
    },
    /// Say one thing and wait for the tutor's answer
    Say {
        /// The conversation
        #[arg(value_parser = id::<ConversationId>)]
        conversation_id: ConversationId,
        /// What to say
        text: String,
    },
    /// End a conversation
    End {
        /// The conversation
        #[arg(value_parser = id::<ConversationId>)]
        conversation_id: ConversationId,
    },
    /// See to the statistics of an assignment
    #[command(subcommand)]
    Statistics(StatisticsCommand),
    /// Make the decisions of an exported conversation again, without a server
    Replay {
        /// What `mentora --json show ID` printed, or an export of your data
        #[arg(value_name = "EXPORT.json")]
        export: PathBuf,
        /// Rules to decide by in place of those in the export: an assignment, or its `aiConfig`
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Argue with the tutor, live
    #[command(after_help = "While it runs:\n  \
        /interrupt  stop the tutor\n  \
        /end        end the conversation\n  \
        /quit       leave; the conversation goes on when you come back\n\n\
        Lines may also come from a pipe: each waits for the answer to the one before.")]
    Chat {
        /// A conversation, an assignment, or the code of a course
        #[arg(value_name = "CONVERSATION_ID | ASSIGNMENT_ID | COURSE_CODE")]
        target: String,
    },
}

/// What to do about statistics.
#[derive(Debug, Subcommand)]
pub enum StatisticsCommand {
    /// Make them anew, of all conversations that have ended
    Rebuild {
        /// The assignment; `mentora assignments` shows it
        #[arg(value_parser = id::<AssignmentId>)]
        assignment_id: AssignmentId,
    },
}

impl Arguments {
    /// Who is asking. `--as` wins over a token from the environment.
    #[must_use]
    pub fn identity(&self) -> Identity {
        match (&self.uid, &self.token) {
            (Some(uid), _) => Identity::Development(uid.clone()),
            (None, Some(token)) => Identity::Token(token.trim().to_owned()),
            (None, None) => Identity::Nobody,
        }
    }

    /// How to answer.
    #[must_use]
    pub fn console(&self) -> Console {
        Console { json: self.json }
    }
}

fn id<T: TryFrom<String, Error = InvalidId>>(text: &str) -> Result<T, InvalidId> {
    T::try_from(text.to_owned())
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err(format!("give an address like {LOCAL} or https://mentora.example.org"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_address_is_of_the_web() {
        assert!(address("https://mentora.example.org/base/").is_ok());
        for bad in ["", "127.0.0.1:8787", "ftp://x", "localhost:1"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
