//! What `mentora chat` is given: a conversation, an assignment, or the code of a course.

use mentora_core::documents::CourseCode;
use mentora_core::ids::{AssignmentId, ConversationId};
use mentora_core::prompts::PromptEdits;
use mentora_wire::error::ErrorCode;
use mentora_wire::rest::{
    AssignmentBody, ConversationBody, CourseBody, CreateConversation, CreatedConversation,
};

use super::Context;
use super::assignments::listed;
use crate::client::Reply;
use crate::error::CliError;
use crate::lines::Lines;

/// Finds the conversation that `text` means, and begins it if need be. Ids of conversations and assignments look the
/// same, so the server is asked for one after the other.
pub(super) async fn resolve(
    context: &Context,
    text: &str,
    lines: &mut Lines,
) -> Result<ConversationBody, CliError> {
    if let Ok(id) = ConversationId::new(text)
        && let Some(reply) = found(context.client.get(&format!("/api/conversations/{id}")).await)?
    {
        let reply: Reply<ConversationBody> = reply;
        return Ok(reply.body);
    }
    if let Ok(id) = AssignmentId::new(text)
        && let Some(conversation) = found(begin(context, id).await)?
    {
        return Ok(conversation);
    }
    if let Ok(code) = CourseCode::new(text)
        && let Some(course) = course(context, &code).await?
    {
        let id = choose(context, &course, lines).await?;
        return begin(context, id).await;
    }
    Err(CliError::NoSuchTarget(text.to_owned()))
}

/// `None` for what is not there, or not for these eyes.
fn found<T>(answer: Result<T, CliError>) -> Result<Option<T>, CliError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.refusal() == Some(ErrorCode::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn begin(context: &Context, assignment_id: AssignmentId) -> Result<ConversationBody, CliError> {
    let body = CreateConversation { assignment_id, prompt_edits: PromptEdits::new() };
    let reply: Reply<CreatedConversation> = context.client.post("/api/conversations", &body).await?;
    Ok(reply.body.conversation)
}

async fn course(context: &Context, code: &CourseCode) -> Result<Option<CourseBody>, CliError> {
    let courses: Vec<Reply<CourseBody>> = context.client.list("/api/courses", &[]).await?;
    Ok(courses.into_iter().map(|reply| reply.body).find(|body| body.course.code == *code))
}

/// The assignment of a course: the one there is, or the one that the student picks.
async fn choose(context: &Context, course: &CourseBody, lines: &mut Lines) -> Result<AssignmentId, CliError> {
    let query = [("courseId", course.id.as_str()), ("status", "active")];
    let replies: Vec<Reply<AssignmentBody>> = context.client.list("/api/assignments", &query).await?;
    let open: Vec<_> = replies.iter().map(|reply| &reply.body).collect();
    match open.as_slice() {
        [] => return Err(CliError::NothingToArgue { course: course.id.to_string() }),
        [only] => return Ok(only.id.clone()),
        _ => {}
    }
    context.console.note(listed(&open).trim_end());
    if !lines.are_typed() {
        return Err(CliError::NotChosen);
    }
    context.console.note(&format!("Which one? 1 to {}, from the top:", open.len()));
    let answer = lines.next().await.unwrap_or_default();
    let place = answer.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let chosen = place.and_then(|place| open.get(place));
    chosen.map(|assignment| assignment.id.clone()).ok_or(CliError::NotChosen)
}
