//! What a conversation is about, read from the documents when its object first comes to life.

use mentora_core::documents::{AiConfig, ConversationState, Persona};
use mentora_core::ids::{ConversationId, CourseId};
use mentora_core::time::Millis;
use mentora_session::{Facts, State};
use mentora_wire::error::ErrorCode;
use serde_json::json;

use super::calls::CallError;
use crate::platform::documents::Documents;
use crate::platform::log;
use crate::repositories::{Assignments, Conversations, Personas, RepositoryError, Stored};

/// What was read.
pub(super) struct Loaded {
    pub(super) session: State,
    /// The assignment is gone and the conversation open: nothing tells the tutor any more what it is about, so it ends.
    pub(super) orphaned: bool,
}

/// Reads the conversation, its assignment and the persona that it names. They are kept as they are found: what becomes of
/// an assignment or a persona later does not disturb a conversation that has begun.
pub(super) async fn load(
    documents: &Documents,
    id: &ConversationId,
    model: &str,
    now: Millis,
) -> Result<Loaded, CallError> {
    let gone = || CallError::new(ErrorCode::NotFound, "There is no such conversation.");
    let conversation =
        Conversations(documents).get(id).await.map_err(|error| unreadable(&error))?.ok_or_else(gone)?;
    let assignment = Assignments(documents).get(&conversation.assignment_id).await;
    let assignment = assignment.map_err(|error| unreadable(&error))?.map(Stored::into_document);
    let orphaned = assignment.is_none() && conversation.state != ConversationState::Closed;
    // Without its assignment, what was said can still be read.
    let (title, question, background, ai_config) = assignment
        .map(|found| (found.title, found.question, found.prompt, found.ai_config))
        .unwrap_or_default();
    let facts = Facts {
        conversation: id.clone(),
        owner: conversation.user_id.clone(),
        assignment: conversation.assignment_id.clone(),
        course: conversation.course_id.clone(),
        title,
        question,
        background,
        prompt_edits: conversation.prompt_edits.clone(),
        persona: own_persona(documents, &conversation.course_id, &ai_config).await?,
        ai_config,
        // There are no wallets yet: nothing is held or charged.
        payer: None,
        model: model.to_owned(),
        started_at: conversation.started_at,
    };
    Ok(Loaded { session: State::of_document(facts, conversation, now), orphaned })
}

/// The persona of the course that the rules name; none when they name a built-in one, or one that is gone.
async fn own_persona(
    documents: &Documents,
    course: &CourseId,
    config: &AiConfig,
) -> Result<Option<Persona>, CallError> {
    let found = Personas(documents).named(course, &config.persona).await;
    Ok(found.map_err(|error| unreadable(&error))?.own())
}

fn unreadable(error: &RepositoryError) -> CallError {
    log::failure("conversation.load.failed", json!({ "why": error.to_string() }));
    let message = "The conversation cannot be read at the moment. Nothing is lost; try again soon.";
    CallError::new(ErrorCode::UpstreamUnavailable, message)
}
