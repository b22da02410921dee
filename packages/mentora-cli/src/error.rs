//! What can go wrong, and what to do about it.

use std::time::Duration;

use mentora_wire::error::{ErrorCode, ErrorDetail};
use reqwest::Url;

/// What went wrong; the text is for the one at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Nobody has said who is asking.
    #[error(
        "Say who you are: `--token` with a Firebase ID token (or MENTORA_TOKEN), or `--as student` where Mentora runs for development."
    )]
    Anonymous,
    /// `--as` where the server has no such sign-in.
    #[error(
        "{} does not let you in without a password: `--as` works only where Mentora runs for development. Use `--token` with a Firebase ID token.",
        bare(.url)
    )]
    NoDevelopmentSignIn {
        /// The server.
        url: Url,
    },
    /// No connection.
    #[error("{}", unreachable_text(.url))]
    Unreachable {
        /// The server.
        url: Url,
    },
    /// A connection, but no answer in time.
    #[error("{} did not answer within {} s. Try again in a moment.", bare(.url), .patience.as_secs())]
    Late {
        /// The server.
        url: Url,
        /// How long it was waited.
        patience: Duration,
    },
    /// An answer that is not of the contract.
    #[error("{} answered {status} with something that this version does not understand. Is it Mentora, and is the address right?", bare(.url))]
    Foreign {
        /// The server.
        url: Url,
        /// The HTTP status.
        status: u16,
    },
    /// The token has run out, and only its owner can get another.
    #[error("The token has run out. Get a fresh Firebase ID token and try again.")]
    TokenExpired,
    /// The server refuses, in its own words.
    #[error("{}", refusal_text(.0))]
    Refused(Box<ErrorDetail>),
    /// Nothing is called that.
    #[error(
        "No conversation, assignment or course of yours is called `{0}`. `mentora courses` lists your courses; `mentora join CODE` joins one."
    )]
    NoSuchTarget(String),
    /// A course with nothing to argue about.
    #[error(
        "Nothing is to be argued in this course at the moment. `mentora assignments {course}` shows what will be."
    )]
    NothingToArgue {
        /// The id of the course.
        course: String,
    },
    /// Several assignments, and no choice made.
    #[error("Which one? Give the id of an assignment: `mentora chat ID`.")]
    NotChosen,
    /// The connection was lost and did not come back.
    #[error("The connection to {} was lost and did not come back. {}", bare(.url), unsent_text(*.unsent))]
    Lost {
        /// The server.
        url: Url,
        /// How many messages are not known to be stored.
        unsent: usize,
    },
    /// A message from a pipe was not taken.
    #[error("“{text}” was not said, nor was what follows it. {reason}")]
    NotSaid {
        /// The message.
        text: String,
        /// Why it was not taken.
        reason: String,
    },
    /// The server closed the stream for good.
    #[error("The server closed the conversation's stream: {0}")]
    Closed(&'static str),
    /// A file that is not what it should be.
    #[error(
        "{path} is no export of a conversation, nor an assignment: {why}. `mentora --json show ID` prints one, and `GET /api/assignments/ID` the other."
    )]
    Unreadable {
        /// The file.
        path: String,
        /// Why it cannot be read.
        why: String,
    },
    /// An export that was made before rules were stored.
    #[error(
        "The export of conversation `{0}` does not say by which rules it was decided. Give them: `--config FILE`, with the assignment as `GET /api/assignments/ID` answers."
    )]
    NoRules(String),
    /// Decisions that come out otherwise.
    #[error("{different} of {decisions} decisions do not come out as they are stored.")]
    NotTheSame {
        /// How many.
        different: usize,
        /// Of how many.
        decisions: usize,
    },
    /// Standard output cannot be written.
    #[error("The output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl CliError {
    /// 2 when the command line was not complete, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Anonymous | Self::NotChosen | Self::Unreadable { .. } | Self::NoRules(_) => 2,
            _ => 1,
        }
    }

    /// For programs: the contract's code, or one of our own.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Refused(detail) => code_name(detail.code),
            Self::TokenExpired => code_name(ErrorCode::TokenExpired),
            Self::NoSuchTarget(_) => code_name(ErrorCode::NotFound),
            Self::Anonymous => "ANONYMOUS".into(),
            Self::NoDevelopmentSignIn { .. } => "NO_DEVELOPMENT_SIGN_IN".into(),
            Self::Unreachable { .. } => "UNREACHABLE".into(),
            Self::Late { .. } => "TIMEOUT".into(),
            Self::Foreign { .. } => "BAD_RESPONSE".into(),
            Self::NothingToArgue { .. } => "NOTHING_TO_ARGUE".into(),
            Self::NotChosen => "NOT_CHOSEN".into(),
            Self::Lost { .. } => "CONNECTION_LOST".into(),
            Self::NotSaid { .. } => "NOT_SAID".into(),
            Self::Closed(_) => "STREAM_CLOSED".into(),
            Self::Unreadable { .. } => "UNREADABLE".into(),
            Self::NoRules(_) => "NO_RULES".into(),
            Self::NotTheSame { .. } => "NOT_THE_SAME".into(),
            Self::Output(_) => "OUTPUT".into(),
        }
    }

    /// The contract's code, when the server refused.
    #[must_use]
    pub fn refusal(&self) -> Option<ErrorCode> {
        if let Self::Refused(detail) = self { Some(detail.code) } else { None }
    }

    /// Whether nobody knows if the server did what it was asked.
    #[must_use]
    pub fn is_lost_on_the_way(&self) -> bool {
        match self {
            Self::Late { .. } => true,
            Self::Foreign { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Whether the same request may succeed in a moment without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Late { .. } => true,
            Self::Foreign { status, .. } => *status >= 500,
            Self::Refused(detail) => {
                matches!(
                    detail.code,
                    ErrorCode::RateLimited
                        | ErrorCode::UpstreamUnavailable
                        | ErrorCode::UpstreamQuota
                        | ErrorCode::InternalError
                )
            }
            _ => false,
        }
    }
}

/// The name of a code on the wire.
#[must_use]
pub fn code_name(code: ErrorCode) -> String {
    // The names live in the wire crate's serde attributes, and only there.
    serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An address as people write it.
fn bare(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

fn unreachable_text(url: &Url) -> String {
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let todo = if loopback {
        "Start it with `npm start`."
    } else {
        "Check the address (`--url` or MENTORA_URL) and your connection."
    };
    format!("Nothing answers at {}. {todo}", bare(url))
}

fn refusal_text(detail: &ErrorDetail) -> String {
    let fields = detail.details.get("fields").and_then(|fields| fields.as_array());
    let offences = fields.into_iter().flatten().filter_map(|field| {
        Some(format!("\n  {}: {}", field.get("path")?.as_str()?, field.get("message")?.as_str()?))
    });
    let request = match (detail.code, detail.request_id.as_str()) {
        (ErrorCode::InternalError, id) if !id.is_empty() => format!(" (request {id})"),
        _ => String::new(),
    };
    format!("{}{request}{}", detail.message, offences.collect::<String>())
}

fn unsent_text(unsent: usize) -> String {
    match unsent {
        0 => "Nothing that you said is lost. Run the same command to go on.".into(),
        1 => "The last message may not have arrived. Run the same command to see.".into(),
        n => format!("The last {n} messages may not have arrived. Run the same command to see."),
    }
}
