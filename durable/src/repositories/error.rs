//! Why a repository could not do what it was asked.

use mentora_firestore::{Error, Kind, NameError, value::ValueError};

/// A failure, without HTTP. The text of [`RepositoryError::Internal`] is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryError {
    /// There is no such document.
    #[error("there is no such document")]
    NotFound,
    /// There is one already.
    #[error("there is one already")]
    AlreadyExists,
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed it meanwhile")]
    Conflict,
    /// It has another version than the one that was to be changed.
    #[error("it has another version than the one that was to be changed")]
    Stale,
    /// The store does not answer now; whether a write happened is open.
    #[error("the document store does not answer")]
    Unavailable,
    /// The cursor belongs to another list.
    #[error("the cursor belongs to another list")]
    InvalidCursor,
    /// Our fault: a request or a document that does not fit.
    #[error("{0}")]
    Internal(String),
}

impl From<Error> for RepositoryError {
    fn from(error: Error) -> Self {
        match error.kind {
            Kind::NotFound => Self::NotFound,
            Kind::AlreadyExists => Self::AlreadyExists,
            Kind::Aborted => Self::Conflict,
            // A query that needs an index answers so too; that one is ours.
            Kind::FailedPrecondition if !error.message.contains("index") => Self::Conflict,
            Kind::ResourceExhausted | Kind::Unavailable | Kind::DeadlineExceeded | Kind::UnknownOutcome => {
                Self::Unavailable
            }
            Kind::FailedPrecondition
            | Kind::InvalidArgument
            | Kind::PermissionDenied
            | Kind::Unauthenticated
            | Kind::Malformed => Self::Internal(error.to_string()),
        }
    }
}

impl From<NameError> for RepositoryError {
    fn from(error: NameError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<ValueError> for RepositoryError {
    fn from(error: ValueError) -> Self {
        Self::Internal(error.to_string())
    }
}
