//! `POST /api/assignments/{id}/statistics/rebuild`

use axum::Json;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::CourseAction;
use mentora_durable::repositories::{Students, Tallies};
use mentora_wire::rest::{RebuiltBody, StatisticsBody};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Id;

/// Makes the statistics of an assignment anew, of all its conversations. They are kept up by themselves; this is for when
/// documents were restored or changed by hand. For staff of its course.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/assignments/{id}/statistics/rebuild", operation_id = "rebuildStatistics",
    tag = "statistics",
    params(("id" = String, Path, description = "The assignment.")),
    responses(
        (status = 200, description = "The figures, and what was wrong with them.", body = RebuiltBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(id): Id<AssignmentId>,
) -> Result<Json<RebuiltBody>, ApiError> {
    let documents = context.documents();
    let (assignment, _) = access::assignment(&documents, &caller, &id, CourseAction::ReadStatistics).await?;
    let (count, _) = Students(&documents).how_many(&assignment.course_id, &id).await?;
    let rebuilt = Tallies(&documents).rebuild(&id, count, context.now()).await?;
    let statistics = StatisticsBody { assignment_id: id, statistics: rebuilt.statistics };
    Ok(Json(RebuiltBody { conversations: rebuilt.conversations, corrected: rebuilt.corrected, statistics }))
}
