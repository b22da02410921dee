//! `GET /api/assignments/{id}/submissions`

use axum::Json;
use futures::try_join;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{Students, Submissions};
use mentora_wire::rest::{ListSubmissions, Page, SubmissionCounts, SubmissionPage};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Query};
use crate::page;
use crate::routes::submissions::submission_body;

/// The submissions for an assignment, and how many students are how far. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/assignments/{id}/submissions", operation_id = "listSubmissions", tag = "submissions",
    params(("id" = String, Path, description = "The assignment."), ListSubmissions),
    responses(
        (status = 200, description = "A page of submissions, and the counts of all.", body = SubmissionPage),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
    Query(query): Query<ListSubmissions>,
) -> Result<Json<SubmissionPage>, ApiError> {
    let documents = context.documents();
    let wanted = page::wanted(query.limit, query.cursor.as_deref())?;
    let list = CourseAction::ListSubmissions;
    let (assignment, found) = access::assignment(&documents, &caller, &id, list).await?;
    let standing = found.standing;
    let (submissions, students) = (Submissions(&documents), Students(&documents));
    let course = &assignment.course_id;
    let (items, (count, progress)) =
        try_join!(submissions.list(&id, query.state, &wanted), students.how_many(course, &id))?;
    let Page { items, next_cursor } =
        page::page(items, |(id, submission)| submission_body(standing, id, submission));
    let counts = SubmissionCounts {
        not_started: count.total.saturating_sub(count.begun),
        in_progress: progress.in_progress,
        submitted: progress.submitted,
        graded_complete: progress.graded_complete,
        late: progress.late,
    };
    Ok(Json(SubmissionPage { items, next_cursor, counts }))
}
