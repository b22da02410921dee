//! `GET /api/courses`

use axum::Json;
use futures::future::try_join_all;
use mentora_core::documents::{Member, MemberStatus, Role};
use mentora_core::ids::UserId;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{Courses, Cursor, Page as Wanted, RepositoryError, Roster, Stored};
use mentora_wire::rest::{CourseBody, ListCourses, Listed, Page};

use super::course_body;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::Query;
use crate::page;

/// The caller's courses, or those that everybody may find.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    get, path = "/api/courses", operation_id = "listCourses", tag = "courses",
    params(ListCourses),
    responses((status = 200, description = "A page of courses, the latest first.", body = Page<CourseBody>)),
))]
#[worker::send]
pub async fn list(
    caller: Caller,
    context: Context,
    Query(query): Query<ListCourses>,
) -> Result<Json<Page<CourseBody>>, ApiError> {
    let (documents, user) = (context.documents(), &caller.actor.user);
    let wanted = page::wanted(query.limit, query.cursor.as_deref())?;
    let roles = &query.role.0;
    let keep = |item: &CourseBody| roles.is_empty() || item.role.is_some_and(|role| roles.contains(&role));
    let found = match query.visibility {
        Some(Listed::Public) => {
            page::filtered(wanted, async |ask| public(&documents, user, &ask).await, keep).await?
        }
        None => page::filtered(wanted, async |ask| own(&documents, user, roles, &ask).await, keep).await?,
    };
    Ok(Json(page::page(found, |item| item)))
}

type Found = Result<(Vec<CourseBody>, Option<Cursor>), RepositoryError>;

async fn own(documents: &Documents, user: &UserId, roles: &[Role], ask: &Wanted) -> Found {
    // One role is a matter of the index; of several the list is made here.
    let only = if let [role] = roles { Some(*role) } else { None };
    let (items, next) = Courses(documents).of_member(user, only, ask).await?;
    Ok((items.into_iter().map(|(id, course, role)| course_body(id, course, Some(role))).collect(), next))
}

async fn public(documents: &Documents, user: &UserId, ask: &Wanted) -> Found {
    let (items, next) = Courses(documents).public(ask).await?;
    let roster = Roster(documents);
    let members = try_join_all(items.iter().map(|(id, _)| roster.get(id, user))).await?;
    let active =
        |member: Option<Stored<Member>>| member.filter(|member| member.status == MemberStatus::Active);
    let bodies = items.into_iter().zip(members).map(|((id, course), member)| {
        let role = active(member).map(|member| member.role);
        course_body(id, course, role)
    });
    Ok((bodies.collect(), next))
}
