//! `GET /api/assignments/{id}/statistics/export`

use std::collections::BTreeSet;

use axum::response::Response;
use futures::try_join;
use mentora_core::documents::{Member, MemberStatus};
use mentora_core::ids::{AssignmentId, UserId};
use mentora_core::policy::CourseAction;
use mentora_core::statistics::csv::{self, Student};
use mentora_durable::repositories::{Cursor, Page, RepositoryError, Stored, Students, Submissions, Tallies};

use crate::access;
use crate::answer::Download;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// The figures of each conversation that has ended, and who has not begun, as a file for a spreadsheet. For staff of the
/// course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/assignments/{id}/statistics/export", operation_id = "exportStatistics",
    tag = "statistics",
    params(("id" = String, Path, description = "The assignment.")),
    responses(
        (
            status = 200,
            description = "RFC 4180, UTF-8 with a byte order mark. A text that a spreadsheet would run begins with an apostrophe.",
            body = String, content_type = "text/csv", headers(("content-disposition" = String)),
        ),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn read(caller: Caller, context: Context, Id(id): Id<AssignmentId>) -> Result<Response, ApiError> {
    let documents = context.documents();
    let (assignment, _) = access::assignment(&documents, &caller, &id, CourseAction::ReadStatistics).await?;
    let (tallies, students, submissions) =
        (Tallies(&documents), Students(&documents), Submissions(&documents));
    let (contributions, members, begun) = try_join!(
        all(async |page| tallies.contributions(&id, &page).await),
        all(async |page| students.list(&assignment.course_id, &page).await),
        all(async |page| submissions.list(&id, None, &page).await),
    )?;
    let begun: BTreeSet<UserId> =
        begun.into_iter().map(|(_, submission)| submission.document.user_id).collect();
    let students: Vec<Student> = members.into_iter().filter_map(|member| student(member, &begun)).collect();
    let file = csv::export(csv::rows(&students, &contributions)).map_err(ApiError::internal_error)?;
    let name = format!("statistics-{id}.csv");
    Ok(Download { name, content_type: "text/csv; charset=utf-8", body: file }.into())
}

/// Who takes part, and who has left something behind.
fn student((user_id, member): (UserId, Stored<Member>), begun: &BTreeSet<UserId>) -> Option<Student> {
    let begun = begun.contains(&user_id);
    let Member { status, email, .. } = member.into_document();
    (status == MemberStatus::Active || begun).then_some(Student { user_id, email, begun })
}

/// A list to its end.
async fn all<T>(
    mut fetch: impl AsyncFnMut(Page) -> Result<(Vec<T>, Option<Cursor>), RepositoryError>,
) -> Result<Vec<T>, RepositoryError> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let (items, next) = fetch(Page { limit: 100, cursor }).await?;
        all.extend(items);
        if next.is_none() {
            return Ok(all);
        }
        cursor = next;
    }
}
