//! `POST /api/assignments`

use mentora_core::documents::Assignment;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{Assignments, RepositoryError};
use mentora_wire::rest::{AssignmentBody, CreateAssignment};

use super::{references, seen_by};
use crate::access;
use crate::answer::Created;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Json;

/// Makes an assignment. For staff of the course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/assignments", operation_id = "createAssignment", tag = "assignments",
    request_body = CreateAssignment,
    responses(
        (status = 201, description = "The assignment.", body = AssignmentBody, headers(("location" = String))),
        crate::openapi::Forbidden, crate::openapi::Hidden,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Json(body): Json<CreateAssignment>,
) -> Result<Created<AssignmentBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    let edit = CourseAction::EditAssignments;
    let found = access::course(&documents, &caller, &body.course_id, edit).await?;
    let id: AssignmentId = context.fresh_id()?;
    let assignment = Assignment {
        course_id: body.course_id,
        topic_id: body.topic_id,
        title: body.title.trim().to_owned(),
        question: body.question,
        prompt: body.prompt,
        mode: body.mode,
        start_at: body.start_at.unwrap_or(now),
        due_at: body.due_at,
        allow_late: body.allow_late,
        allow_resubmit: body.allow_resubmit,
        references: body.references,
        reminders: body.reminders,
        created_by: caller.actor.user,
        ai_config: body.ai_config,
        created_at: now,
        updated_at: now,
    };
    references::check(&documents, &assignment).await?;
    let made = Assignments(&documents).create(&id, assignment).await;
    // The topic or the persona may have been removed since it was read.
    let made = made.map_err(ApiError::missing(|| RepositoryError::Conflict.into()))?;
    let location = format!("/api/assignments/{id}");
    Ok(Created { location, body: seen_by(found.standing, id, made) })
}
