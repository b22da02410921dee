//! What a conversation is about, read from the documents when its object first comes to life.

use futures::future::try_join;
use mentora_core::documents::{AiConfig, ConversationState, Persona, Role};
use mentora_core::ids::{ConversationId, CourseId, UserId, WalletId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_session::{Facts, State};
use mentora_wire::error::ErrorCode;
use serde_json::json;

use super::calls::CallError;
use crate::platform::documents::Documents;
use crate::platform::log;
use crate::repositories::{Assignments, Conversations, Courses, Personas, RepositoryError, Roster, Stored};

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
    let purse = purse(documents, &conversation.course_id, &conversation.user_id).await?;
    let mut ai_config = ai_config;
    if let Some(most) = purse.max_turns {
        ai_config.max_turns = ai_config.max_turns.min(most);
    }
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
        payer: Some(purse.payer),
        free_credits: purse.free,
        model: model.to_owned(),
        started_at: conversation.started_at,
    };
    Ok(Loaded { session: State::of_document(facts, conversation, now), orphaned })
}

/// Out of whose purse answers are paid.
struct Purse {
    payer: WalletId,
    /// What a demo course gives each student first.
    free: Option<Micros>,
    /// After how many turns a conversation of a demo course ends at the latest.
    max_turns: Option<u32>,
}

/// The course pays for whoever takes part in it; auditors pay themselves. It stays so while a conversation lasts, whatever
/// the roster says later.
async fn purse(documents: &Documents, course: &CourseId, student: &UserId) -> Result<Purse, CallError> {
    let (found, member) = try_join(Courses(documents).get(course), Roster(documents).get(course, student))
        .await
        .map_err(|error| unreadable(&error))?;
    let audits = member.is_some_and(|member| member.role == Role::Auditor);
    let payer = if audits { WalletId::of_user(student) } else { WalletId::of_course(course) };
    let policy = found.filter(|course| course.is_demo).and_then(|course| course.into_document().demo_policy);
    Ok(Purse {
        payer,
        free: policy.as_ref().map(|policy| policy.max_free_credits_micros_per_user),
        max_turns: policy.and_then(|policy| policy.max_turns_per_conversation),
    })
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
