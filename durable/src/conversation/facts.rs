//! What a conversation is about, read from the documents when its object first comes to life.

use mentora_core::ids::ConversationId;
use mentora_core::time::Millis;
use mentora_session::{Facts, State};
use mentora_wire::error::ErrorCode;
use serde_json::json;

use super::calls::CallError;
use crate::platform::documents::Documents;
use crate::platform::log;
use crate::repositories::{Assignments, Conversations, RepositoryError};

/// Reads the conversation and its assignment.
pub(super) async fn load(
    documents: &Documents,
    id: &ConversationId,
    model: &str,
    now: Millis,
) -> Result<State, CallError> {
    let gone = || CallError::new(ErrorCode::NotFound, "There is no such conversation.");
    let conversation =
        Conversations(documents).get(id).await.map_err(|error| unreadable(&error))?.ok_or_else(gone)?;
    let assignment = Assignments(documents)
        .get(&conversation.assignment_id)
        .await
        .map_err(|error| unreadable(&error))?
        .ok_or_else(gone)?
        .into_document();
    let facts = Facts {
        conversation: id.clone(),
        owner: conversation.user_id.clone(),
        assignment: conversation.assignment_id.clone(),
        course: conversation.course_id.clone(),
        title: assignment.title,
        question: assignment.question,
        background: assignment.prompt,
        ai_config: assignment.ai_config,
        model: model.to_owned(),
        started_at: conversation.started_at,
    };
    Ok(State::of_document(facts, conversation, now))
}

fn unreadable(error: &RepositoryError) -> CallError {
    log::failure("conversation.load.failed", json!({ "why": error.to_string() }));
    let message = "The conversation cannot be read at the moment. Nothing is lost; try again soon.";
    CallError::new(ErrorCode::UpstreamUnavailable, message)
}
