//! `POST /api/conversations`

use axum::response::{IntoResponse, Response};
use mentora_core::documents::{Assignment, AssignmentStatus, Conversation, ConversationState, Role, Usage};
use mentora_core::ids::{AssignmentId, ConversationId, UserId};
use mentora_core::money::Micros;
use mentora_core::policy::{CourseAction, Standing};
use mentora_core::prompts::PromptEdits;
use mentora_core::prompts::edits::kept_from_students;
use mentora_core::time::Millis;
use mentora_durable::repositories::conversations::{ConversationFilter, Handing};
use mentora_durable::repositories::{Conversations, Page, RepositoryError};
use mentora_wire::rest::{ConversationBody, CreateConversation, CreatedConversation};

use crate::access;
use crate::answer::{Created, Current};
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;

/// The caller's open conversation about an assignment, or a new one.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/conversations", operation_id = "createConversation", tag = "conversations",
    request_body = CreateConversation,
    responses(
        (status = 200, description = "The one that was open.", body = CreatedConversation),
        (status = 201, description = "A new one.", body = CreatedConversation, headers(("location" = String))),
        crate::openapi::Forbidden, crate::openapi::Hidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Json(CreateConversation { assignment_id, prompt_edits }): Json<CreateConversation>,
) -> Result<Response, ApiError> {
    let (documents, user, now) = (context.documents(), caller.actor.user.clone(), context.now());
    let converse = CourseAction::Converse;
    let (assignment, found) = access::assignment(&documents, &caller, &assignment_id, converse).await?;
    let conversations = Conversations(&documents);
    if let Some(open) = conversations.open_of(&assignment_id, &user).await? {
        return Ok(already_open(open));
    }
    let had_one = had_one(&conversations, &assignment_id, &user).await?;
    may_begin(&assignment, found.standing, had_one, now)?;
    may_edit(&assignment, &prompt_edits)?;
    let conversation = fresh(assignment_id, &assignment, user, prompt_edits, now);
    begin(&conversations, context.fresh_id()?, conversation, handing(found.standing)).await
}

async fn begin(
    conversations: &Conversations<'_>,
    id: ConversationId,
    conversation: Conversation,
    handing: Handing,
) -> Result<Response, ApiError> {
    match conversations.create(&id, &conversation, handing).await {
        Ok(()) => {
            let location = format!("/api/conversations/{id}");
            let conversation = ConversationBody { id, conversation, pending: None };
            let body = CreatedConversation { created: true, conversation };
            Ok(Created { location, body }.into_response())
        }
        // The same student was faster by a moment, on another device: that one is open now.
        Err(RepositoryError::AlreadyExists) => {
            let open = conversations.open_of(&conversation.assignment_id, &conversation.user_id).await?;
            Ok(already_open(open.ok_or(RepositoryError::Conflict)?))
        }
        Err(error) => Err(error.into()),
    }
}

fn already_open((id, conversation): (ConversationId, Conversation)) -> Response {
    let conversation = ConversationBody { id, conversation, pending: None };
    Current(CreatedConversation { created: false, conversation }).into_response()
}

async fn had_one(
    conversations: &Conversations<'_>,
    assignment: &AssignmentId,
    user: &UserId,
) -> Result<bool, RepositoryError> {
    let filter = ConversationFilter {
        assignment: Some(assignment.clone()),
        user: Some(user.clone()),
        ..ConversationFilter::default()
    };
    let (found, _) = conversations.list(&filter, &Page { limit: 1, cursor: None }).await?;
    Ok(!found.is_empty())
}

/// Whether a conversation may begin now. Staff may always: they try what they have set.
fn may_begin(
    assignment: &Assignment,
    standing: Standing,
    had_one: bool,
    now: Millis,
) -> Result<(), ApiError> {
    if standing.is_staff() {
        return Ok(());
    }
    match AssignmentStatus::of(assignment, now) {
        AssignmentStatus::Scheduled => Err(ApiError::conflict(
            "This assignment has not begun yet. Come back when it has; `details.startAt` says when.",
        )
        .with_detail("startAt", assignment.start_at.0)),
        AssignmentStatus::Closed => {
            let error = ApiError::conflict(
                "This assignment is closed: it was due, and is not taken late. Ask your teacher for more time.",
            );
            Err(error.with_detail("dueAt", assignment.due_at.map(|due| due.0)))
        }
        AssignmentStatus::Active if had_one && !assignment.allow_resubmit => Err(ApiError::conflict(
            "You have finished this assignment, and it is taken once. Ask your teacher to let you begin again.",
        )),
        AssignmentStatus::Active => Ok(()),
    }
}

/// Whether these sections of the prompt may be written. Staff who try what they have set are held to it as students are.
fn may_edit(assignment: &Assignment, edits: &PromptEdits) -> Result<(), ApiError> {
    let Some(section) = kept_from_students(&assignment.ai_config, edits) else { return Ok(()) };
    let error = ApiError::forbidden(
        "This section of the prompt is your teacher's (`details.path`). Begin without it, or ask your teacher to unlock it.",
    );
    Err(error.with_detail("path", format!("promptEdits.{section}")))
}

/// Auditors argue for themselves: there is nobody to hand it in to.
fn handing(standing: Standing) -> Handing {
    if standing == Standing::Learner(Role::Student) { Handing::In } else { Handing::Nothing }
}

fn fresh(
    id: AssignmentId,
    assignment: &Assignment,
    user: UserId,
    prompt_edits: PromptEdits,
    now: Millis,
) -> Conversation {
    Conversation {
        assignment_id: id,
        course_id: assignment.course_id.clone(),
        user_id: user,
        state: ConversationState::AwaitingIdea,
        end_reason: None,
        turns: Vec::new(),
        turn_count: 0,
        token_usage: Usage::default(),
        cost_micros: Micros::ZERO,
        summary: None,
        streaming_session: None,
        rules: None,
        prompt_edits,
        started_at: now,
        last_action_at: now,
        closed_at: None,
        created_at: now,
        updated_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mentora_core::documents::{AiConfig, AssignmentMode};
    use mentora_core::ids::CourseId;
    use mentora_wire::error::ErrorCode;

    const NOW: Millis = Millis(1_000);
    const STUDENT: Standing = Standing::Learner(Role::Student);

    fn an_assignment(start_at: i64, due_at: Option<i64>, allow_resubmit: bool) -> Assignment {
        Assignment {
            course_id: CourseId::new("c").unwrap(),
            topic_id: None,
            title: "Is lying ever right?".into(),
            question: None,
            prompt: String::new(),
            mode: AssignmentMode::Instant,
            start_at: Millis(start_at),
            due_at: due_at.map(Millis),
            allow_late: false,
            allow_resubmit,
            references: Vec::new(),
            reminders: Vec::new(),
            created_by: UserId::new("teacher").unwrap(),
            ai_config: AiConfig::default(),
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    #[test]
    fn a_student_begins_an_active_assignment_once() {
        assert_eq!(may_begin(&an_assignment(0, None, false), STUDENT, false, NOW), Ok(()));
        let again = may_begin(&an_assignment(0, None, false), STUDENT, true, NOW).unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
        assert_eq!(may_begin(&an_assignment(0, None, true), STUDENT, true, NOW), Ok(()));
    }

    #[test]
    fn a_student_is_told_when_an_assignment_begins_or_was_due() {
        let early = may_begin(&an_assignment(2_000, None, false), STUDENT, false, NOW).unwrap_err();
        assert_eq!(early.code(), ErrorCode::Conflict);
        assert_eq!(early.render("r").error.details["startAt"], 2_000);
        let late = may_begin(&an_assignment(0, Some(900), false), STUDENT, false, NOW).unwrap_err();
        assert_eq!(late.render("r").error.details["dueAt"], 900);
    }

    #[test]
    fn a_student_writes_the_sections_that_are_neither_closed_nor_locked() {
        let edits: PromptEdits = [("speech".to_owned(), "Rhyme.".to_owned())].into();
        let mut assignment = an_assignment(0, None, false);
        let refused = may_edit(&assignment, &edits).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
        assert_eq!(refused.render("r").error.details["path"], "promptEdits.speech");
        assert_eq!(may_edit(&assignment, &PromptEdits::new()), Ok(()));
        assignment.ai_config.allow_student_prompt_edit = true;
        assert_eq!(may_edit(&assignment, &edits), Ok(()));
        assignment.ai_config.locked_prompt_sections = vec!["speech".into()];
        assert_eq!(may_edit(&assignment, &edits).unwrap_err().code(), ErrorCode::Forbidden);
    }

    #[test]
    fn students_hand_in_what_they_argue_and_nobody_else_does() {
        assert_eq!(handing(STUDENT), Handing::In);
        for other in [Standing::Learner(Role::Auditor), Standing::Assistant, Standing::Owner] {
            assert_eq!(handing(other), Handing::Nothing, "{other:?}");
        }
    }

    #[test]
    fn staff_may_try_an_assignment_at_any_time() {
        assert_eq!(may_begin(&an_assignment(2_000, None, false), Standing::Assistant, true, NOW), Ok(()));
    }
}
