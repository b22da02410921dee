//! `POST /api/courses/{id}/roster`

use axum::response::{IntoResponse, Response};
use mentora_core::ids::CourseId;
use mentora_core::roster::Outcome;
use mentora_durable::repositories::Roster;
use mentora_wire::rest::InviteMember;

use super::{body, editing, reach};
use crate::access;
use crate::answer::{Created, Current};
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{Id, Json};

/// Invites an address to a course. For its staff; staff are invited by instructors only.
///
/// Whoever signs in with the address and joins by the course's code then takes part in this role. Who was removed is let
/// in again; who is on the roster in this role already stays as they are.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    post, path = "/api/courses/{id}/roster", operation_id = "inviteMember", tag = "roster",
    params(("id" = String, Path, description = "The course.")),
    request_body = InviteMember,
    responses(
        (status = 200, description = "The entry that was there already; of one who was removed, as it stands now.", body = mentora_wire::rest::MemberBody),
        (status = 201, description = "The entry of the invitation.", body = mentora_wire::rest::MemberBody, headers(("location" = String))),
        crate::openapi::Forbidden, crate::openapi::Conflicting,
    ),
))]
#[worker::send]
pub async fn create(
    caller: Caller,
    context: Context,
    Id(course): Id<CourseId>,
    Json(InviteMember { email, role }): Json<InviteMember>,
) -> Result<Response, ApiError> {
    let documents = context.documents();
    let access = access::course(&documents, &caller, &course, editing(role)).await?;
    let reach = reach(&caller, &access);
    let invited = Roster(&documents).invite(&course, &email, role, reach, context.now()).await?;
    match invited.outcome {
        // Only one of the staff who was removed is out of reach here.
        Outcome::Invalid => access.demand(&caller, editing(invited.member.role))?,
        Outcome::RoleDiffers => return Err(ApiError::already_on_roster(invited.member.role)),
        _ => {}
    }
    let location = format!("/api/courses/{course}/roster/{}", invited.id);
    let body = body(&documents, invited.id, invited.member).await?;
    Ok(match invited.outcome {
        Outcome::Invited => Created { location, body }.into_response(),
        _ => Current(body).into_response(),
    })
}
