//! The figures of the assignment, told when the conversation ends or is opened again.

use std::rc::Rc;

use mentora_core::documents::Conversation;
use mentora_core::ids::ConversationId;
use mentora_session::{Input, Refusal, TallyOutcome, Way};
use mentora_wire::error::ErrorCode;
use serde_json::json;

use super::shell::{AtHand, Shell};
use crate::platform::{clock, log};
use crate::repositories::{RepositoryError, Tallies};

/// Tells them and reports how it went.
pub(super) async fn run(shell: Rc<Shell>, id: ConversationId, way: Way, conversation: Conversation) {
    let writing = shell.outgoing.documents.lock().await;
    if shell.is_erased() {
        return;
    }
    let documents = shell.documents();
    let tallies = Tallies(&documents);
    let told = match way {
        Way::In => tallies.add(&id, &conversation, clock::now()).await,
        Way::Out => tallies.take_back(&id, &conversation, clock::now()).await,
    };
    drop(writing);
    let outcome = told.map_or_else(|error| outcome_of(&id, &error), |()| TallyOutcome::Done);
    shell.feed_and_arm(Input::Tallied { way, outcome }, AtHand::Nothing).await;
}

fn outcome_of(id: &ConversationId, error: &RepositoryError) -> TallyOutcome {
    let refused = |code, message: &str| TallyOutcome::Refused(Refusal::new(code, message));
    match error {
        RepositoryError::NotFound => refused(ErrorCode::NotFound, "There is no such conversation."),
        RepositoryError::AlreadyExists => refused(
            ErrorCode::Conflict,
            "The student has another conversation about this assignment open. Two cannot go on at once: end that one first.",
        ),
        RepositoryError::Conflict | RepositoryError::Stale | RepositoryError::Unavailable => {
            TallyOutcome::Again
        }
        // Credentials and documents can be mended; until then it waits here.
        RepositoryError::InvalidCursor | RepositoryError::Internal(_) => {
            log::failure(
                "conversation.tally.failed",
                json!({ "conversation": id, "why": error.to_string() }),
            );
            TallyOutcome::Again
        }
    }
}
