//! Why a call failed, and whether it may be tried again.

use serde::Deserialize;

use crate::{name::NameError, transport::TransportError, value::ValueError};

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {message}")]
pub struct Error {
    /// What kind of failure.
    pub kind: Kind,
    /// The HTTP status; 0 where there was no reply.
    pub status: u16,
    /// For the log; never for a client of ours.
    pub message: String,
}

/// What a failure means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The document, or the database, is not there.
    NotFound,
    /// The document was to be new and is there.
    AlreadyExists,
    /// The document is at another version, or an index is missing.
    FailedPrecondition,
    /// Lost against another transaction; nothing was written.
    Aborted,
    /// The request is wrong and stays wrong.
    InvalidArgument,
    /// The credentials are good but not for this.
    PermissionDenied,
    /// The access token is missing, expired or wrong.
    Unauthenticated,
    /// Quota; try later.
    ResourceExhausted,
    /// The service cannot answer now; nothing was written.
    Unavailable,
    /// A read took too long.
    DeadlineExceeded,
    /// A commit was sent and its fate is not known: it may have been applied.
    UnknownOutcome,
    /// A reply, or a stored document, that cannot be understood.
    Malformed,
}

/// Whether a failed call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It would fail again.
    Never,
    /// After a pause that grows.
    AfterBackoff,
    /// Once, with a newly fetched access token.
    WithNewToken,
    /// Only where applying the writes twice does no harm: preconditions, deterministic ids, `appendMissingElements`.
    IfIdempotent,
}

impl Error {
    /// A failure found on our side of the wire.
    pub(crate) fn local(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, status: 0, message: message.into() }
    }

    /// A reply or a document that cannot be understood.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::local(Kind::Malformed, message)
    }

    /// Whether the call may be made again.
    pub fn retry(&self) -> Retry {
        match self.kind {
            Kind::Aborted | Kind::ResourceExhausted | Kind::Unavailable | Kind::DeadlineExceeded => {
                Retry::AfterBackoff
            }
            Kind::Unauthenticated => Retry::WithNewToken,
            Kind::UnknownOutcome => Retry::IfIdempotent,
            Kind::NotFound
            | Kind::AlreadyExists
            | Kind::FailedPrecondition
            | Kind::InvalidArgument
            | Kind::PermissionDenied
            | Kind::Malformed => Retry::Never,
        }
    }

    /// From the status and body of an error reply: `{"error": {…}}`, alone or first in an array.
    pub(crate) fn from_reply(status: u16, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Reply {
            // First, because serde reads a struct out of an array too, field by field.
            Many(Vec<Wrapper>),
            One(Wrapper),
        }
        #[derive(Deserialize)]
        struct Wrapper {
            error: Status,
        }
        #[derive(Deserialize)]
        struct Status {
            #[serde(default)]
            status: String,
            #[serde(default)]
            message: String,
        }

        let reply = match serde_json::from_slice(body) {
            Ok(Reply::One(Wrapper { error })) => Some(error),
            Ok(Reply::Many(errors)) => errors.into_iter().next().map(|Wrapper { error }| error),
            Err(_) => None,
        };
        match reply {
            Some(Status { status: name, message }) => {
                Self { kind: kind_of_name(&name).unwrap_or(kind_of_status(status)), status, message }
            }
            // A proxy's page, most likely: the beginning tells enough.
            None => {
                let message = String::from_utf8_lossy(body).chars().take(200).collect();
                Self { kind: kind_of_status(status), status, message }
            }
        }
    }

    /// The same failure, seen from a commit: whatever does not prove that nothing was written leaves that open.
    pub(crate) fn of_commit(self) -> Self {
        let uncertain = match self.kind {
            Kind::DeadlineExceeded | Kind::Malformed => true,
            Kind::Unavailable => self.status != 0,
            _ => false,
        };
        if uncertain { Self { kind: Kind::UnknownOutcome, ..self } } else { self }
    }
}

fn kind_of_name(name: &str) -> Option<Kind> {
    Some(match name {
        "NOT_FOUND" => Kind::NotFound,
        "ALREADY_EXISTS" => Kind::AlreadyExists,
        "FAILED_PRECONDITION" => Kind::FailedPrecondition,
        "ABORTED" => Kind::Aborted,
        "INVALID_ARGUMENT" | "OUT_OF_RANGE" | "UNIMPLEMENTED" => Kind::InvalidArgument,
        "PERMISSION_DENIED" => Kind::PermissionDenied,
        "UNAUTHENTICATED" => Kind::Unauthenticated,
        "RESOURCE_EXHAUSTED" => Kind::ResourceExhausted,
        "UNAVAILABLE" | "INTERNAL" | "UNKNOWN" | "CANCELLED" => Kind::Unavailable,
        "DEADLINE_EXCEEDED" => Kind::DeadlineExceeded,
        _ => return None,
    })
}

fn kind_of_status(status: u16) -> Kind {
    match status {
        401 => Kind::Unauthenticated,
        403 => Kind::PermissionDenied,
        404 => Kind::NotFound,
        409 => Kind::Aborted,
        429 => Kind::ResourceExhausted,
        408 | 504 => Kind::DeadlineExceeded,
        400..=499 => Kind::InvalidArgument,
        500.. => Kind::Unavailable,
        _ => Kind::Malformed,
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        Self::local(Kind::InvalidArgument, error.to_string())
    }
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        Self::local(Kind::InvalidArgument, error.to_string())
    }
}

/// Seen from a read; a commit looks closer, see [`crate::Client::commit`].
impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let kind = match error {
            TransportError::NotSent(_) | TransportError::Broken(_) => Kind::Unavailable,
            TransportError::TimedOut => Kind::DeadlineExceeded,
        };
        Self::local(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_alone_and_out_of_an_array() {
        let object = br#"{"error":{"code":409,"message":"there","status":"ALREADY_EXISTS"}}"#;
        let array = [b"[".as_slice(), object, b"]"].concat();
        for body in [object.as_slice(), array.as_slice()] {
            let error = Error::from_reply(409, body);
            assert_eq!(
                (error.kind, error.status, error.message.as_str()),
                (Kind::AlreadyExists, 409, "there")
            );
        }
    }

    #[test]
    fn the_name_decides_where_one_http_status_has_two_meanings() {
        for (name, kind) in
            [("INVALID_ARGUMENT", Kind::InvalidArgument), ("FAILED_PRECONDITION", Kind::FailedPrecondition)]
        {
            let body = format!(r#"{{"error":{{"status":"{name}"}}}}"#);
            assert_eq!(Error::from_reply(400, body.as_bytes()).kind, kind);
        }
    }

    #[test]
    fn a_page_of_a_proxy_is_classified_by_its_status() {
        assert_eq!(Error::from_reply(502, b"<html>").kind, Kind::Unavailable);
        assert_eq!(Error::from_reply(404, b"Not Found").kind, Kind::NotFound);
    }

    #[test]
    fn a_commit_is_only_called_failed_where_nothing_can_have_been_written() {
        let replied = |status, body: &str| Error::from_reply(status, body.as_bytes()).of_commit().kind;
        assert_eq!(replied(502, "<html>"), Kind::UnknownOutcome);
        assert_eq!(replied(503, r#"{"error":{"status":"UNAVAILABLE"}}"#), Kind::UnknownOutcome);
        assert_eq!(replied(504, r#"{"error":{"status":"DEADLINE_EXCEEDED"}}"#), Kind::UnknownOutcome);
        assert_eq!(replied(409, r#"{"error":{"status":"ABORTED"}}"#), Kind::Aborted);
        assert_eq!(replied(429, r#"{"error":{"status":"RESOURCE_EXHAUSTED"}}"#), Kind::ResourceExhausted);
    }
}
