//! `mentora assignments`

use mentora_core::documents::AssignmentStatus;
use mentora_core::ids::CourseId;
use mentora_wire::rest::AssignmentBody;

use super::{Context, items};
use crate::client::Reply;
use crate::error::CliError;
use crate::render::table::table;
use crate::render::{clock, words};

pub(super) async fn run(context: &Context, course: &CourseId) -> Result<(), CliError> {
    let query = [("courseId", course.as_str())];
    let assignments: Vec<Reply<AssignmentBody>> = context.client.list("/api/assignments", &query).await?;
    context.console.answer(&items(&assignments), || {
        let bodies: Vec<_> = assignments.iter().map(|assignment| &assignment.body).collect();
        listed(&bodies)
    })
}

/// Assignments as people read them.
pub(super) fn listed(assignments: &[&AssignmentBody]) -> String {
    let now = clock::now();
    let row = |AssignmentBody { id, assignment, .. }: &AssignmentBody| {
        let status = words::of_status(AssignmentStatus::of(assignment, now)).to_owned();
        let due = assignment.due_at.map_or_else(|| "-".to_owned(), clock::minute);
        [id.to_string(), status, due, assignment.title.clone()]
    };
    let rows: Vec<_> = assignments.iter().map(|assignment| row(assignment)).collect();
    table(["ID", "STATUS", "DUE (UTC)", "TITLE"], &rows, "This course has no assignments yet.")
}
