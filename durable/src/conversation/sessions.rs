//! The documents of the model's sessions on their way to Firestore.

use std::rc::Rc;

use mentora_session::{FlushOutcome, Input, SessionVersion, SessionWrite};

use super::shell::{AtHand, Shell};
use crate::repositories::{Known, RepositoryError, StreamingSessions};

/// Writes one and reports how it went.
pub(super) async fn run(shell: Rc<Shell>, write: SessionWrite) {
    let writing = shell.outgoing.sessions.lock().await;
    if shell.is_erased() {
        return;
    }
    let SessionWrite { id, number, revision, document, version } = write;
    let known = match &version {
        SessionVersion::Missing => Known::Missing,
        SessionVersion::Known(update_time) => Known::At(update_time),
        SessionVersion::Unknown => Known::Nothing,
    };
    let documents = shell.documents();
    let written = StreamingSessions(&documents).put(&id, &document, known).await;
    drop(writing);
    shell.tell_store();
    let outcome = match written {
        Ok(Some(update_time)) => FlushOutcome::Done { update_time },
        // Written, at a version that was not told: the next one reads it.
        Ok(None) => FlushOutcome::Unsure,
        Err(error) => outcome_of(&error),
    };
    shell.feed_and_arm(Input::SessionKept { number, revision, outcome }, AtHand::Nothing).await;
}

fn outcome_of(error: &RepositoryError) -> FlushOutcome {
    match error {
        // Whether it is there is read before the next write.
        RepositoryError::NotFound
        | RepositoryError::AlreadyExists
        | RepositoryError::Conflict
        | RepositoryError::Stale
        | RepositoryError::Unavailable => FlushOutcome::Unsure,
        RepositoryError::InvalidCursor | RepositoryError::Internal(_) => {
            FlushOutcome::Refused(error.to_string())
        }
    }
}
