//! `GET /api/admin/jobs`

use axum::Json;
use mentora_durable::platform::clock;
use mentora_durable::repositories::Jobs;
use mentora_wire::rest::{JobBody, Page};

use crate::access;
use crate::auth::Caller;
use crate::context::Context;
use crate::cron;
use crate::error::ApiError;

/// What is done by the clock, when, and how it went last; what never ran, too. All of it, on one page. For admins.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/admin/jobs", operation_id = "listJobs", tag = "admin",
    responses(
        (status = 200, description = "All jobs.", body = Page<JobBody>),
        crate::openapi::Forbidden,
    ),
))]
#[worker::send]
pub async fn list(caller: Caller, context: Context) -> Result<Json<Page<JobBody>>, ApiError> {
    access::admin(&caller)?;
    let now = clock::now();
    let jobs = Jobs(&context.documents()).all().await?;
    let body = |(name, noted)| JobBody::of(name, cron::schedule(name), noted, now);
    Ok(Json(Page { items: jobs.into_iter().map(body).collect(), next_cursor: None }))
}
