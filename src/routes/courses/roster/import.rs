//! `POST /api/courses/{id}/roster/import`

use mentora_core::ids::CourseId;
use mentora_core::policy::CourseAction;
use mentora_core::roster::File;
use mentora_durable::repositories::Roster;
use mentora_wire::rest::{ImportBody, ImportRoster};

use super::reach;
use crate::access;
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Csv, Id, Query};

/// Invites the addresses of a spreadsheet's file, up to 5,000. For the staff of the course; rows that name staff are for
/// instructors only.
///
/// The first row names the columns: `email`, and `role` if there is any other than `student`; other columns are passed
/// over. Fields are separated by commas, semicolons or tabs; the text is UTF-8. Each row gets its verdict, and those that
/// are wrong keep none of the others back. What is imported again changes nothing; what broke off is finished by
/// importing it again.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/{id}/roster/import", operation_id = "importRoster", tag = "roster",
    params(("id" = String, Path, description = "The course."), ImportRoster),
    request_body(
        content = String, content_type = "text/csv", description = "Up to 5,000 rows and 1 MiB.",
        example = json!("email,role\nkim@example.org,student\n"),
    ),
    responses(
        (status = 200, description = "The verdict on each row.", body = ImportBody),
        crate::openapi::Forbidden, crate::openapi::Conflicting, crate::openapi::NotCsv,
    ),
))]
#[worker::send]
pub async fn import(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Query(ImportRoster { dry_run }): Query<ImportRoster>,
    Csv(bytes): Csv,
) -> Result<Current<ImportBody>, ApiError> {
    let File { rows, ignored_columns } =
        File::read(&bytes).map_err(|unreadable| ApiError::invalid_field("", &unreadable.to_string()))?;
    let documents = context.documents();
    let access = access::course(&documents, &caller, &course, CourseAction::EditLearners).await?;
    let (roster, reach) = (Roster(&documents), reach(&caller, &access));
    let verdicts = if dry_run {
        roster.judge(&course, &rows, reach).await?
    } else {
        roster.import(&course, &rows, reach, context.now()).await?
    };
    Ok(Current(ImportBody { dry_run, ignored_columns, imported: verdicts.into() }))
}
