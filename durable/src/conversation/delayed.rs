//! Answers that come later: the text model's words, and the document by which they are found when they are due.

use std::rc::Rc;

use mentora_gemini::generate::Question;
use mentora_session::{FlushOutcome, Input, PromiseWrite};

use super::shell::{AtHand, Shell};
use crate::platform::text_model;
use crate::repositories::{PendingResponses, RepositoryError};

/// Asks the text model for the tutor's answer and reports what came.
pub(super) async fn compose(shell: Rc<Shell>, number: u32, question: Question) {
    let answer = text_model::ask(shell.gemini(), &question).await;
    if shell.is_erased() {
        return;
    }
    // Google's words about a failure may quote what was said: only the kind of it is for the log.
    let answer = answer.map_err(|error| error.kind().to_owned());
    shell.feed_and_arm(Input::Composed { number, answer }, AtHand::Nothing).await;
}

/// Writes what is promised and reports how it went.
pub(super) async fn promise(shell: Rc<Shell>, write: PromiseWrite) {
    let writing = shell.outgoing.documents.lock().await;
    if shell.is_erased() {
        return;
    }
    let Some(id) = shell.with_session(|session| session.record().facts.conversation.clone()) else { return };
    let PromiseWrite { revision, document } = write;
    let documents = shell.documents();
    let written = PendingResponses(&documents).put(&id, &document).await;
    drop(writing);
    shell.tell_store();
    let outcome = match written {
        Ok(()) => FlushOutcome::Done { update_time: String::new() },
        Err(RepositoryError::Internal(why)) => FlushOutcome::Refused(why),
        // Whether it is there is read before the next write.
        Err(_) => FlushOutcome::Unsure,
    };
    shell.feed_and_arm(Input::PromiseKept { revision, outcome }, AtHand::Nothing).await;
}
