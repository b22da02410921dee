//! `GET /api/assignments/{id}/statistics`

use axum::Json;
use futures::try_join;
use mentora_core::documents::Statistics;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{Students, Tallies};
use mentora_wire::rest::StatisticsBody;

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// What came of an assignment: students, stances and how they moved, words, moves, cost. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/assignments/{id}/statistics", operation_id = "getStatistics", tag = "statistics",
    params(("id" = String, Path, description = "The assignment.")),
    responses((status = 200, description = "The figures.", body = StatisticsBody), crate::openapi::Forbidden),
))]
#[worker::send]
pub async fn read(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
) -> Result<Json<StatisticsBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    let (assignment, _) = access::assignment(&documents, &caller, &id, CourseAction::ReadStatistics).await?;
    let (tallies, students) = (Tallies(&documents), Students(&documents));
    let (found, (count, _)) =
        try_join!(tallies.drawn(&id, now), students.how_many(&assignment.course_id, &id))?;
    let mut statistics = found.unwrap_or_else(|| Statistics::new(count, assignment.created_at));
    statistics.enrol(count);
    Ok(Json(StatisticsBody { assignment_id: id, statistics }))
}
