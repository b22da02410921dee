//! `DELETE /api/users/me`

use axum::Json;
use mentora_core::ids::{ConversationId, CourseId, UserId};
use mentora_durable::conversation::calls::{CallError, Calls};
use mentora_durable::platform::{log, random};
use mentora_durable::repositories::own_data::erasure::{Erasure, Objects, OwnedCourse};
use mentora_durable::repositories::own_data::{Fate, TABLE};
use mentora_durable::repositories::{RepositoryError, Users};
use mentora_durable::wallet::{self, calls::WalletRef};
use mentora_wire::rest::{ErasureReceipt, KeptBody};
use serde_json::json;
use worker::Env;

use super::pseudonym;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::IfMatch;

/// Erases the caller: profile, devices, memberships, conversations and what was handed in. What must stay names nobody.
///
/// It can be repeated: called again after it failed, it goes on where it stopped; called again after it succeeded, it
/// finds nothing to do. The next call of `GET /api/users/me` with a token that is still valid makes a fresh profile.
/// Whoever owns courses is refused, and told which in `details.courses`.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    delete, path = "/api/users/me", operation_id = "eraseOwnData", tag = "users",
    responses(
        (status = 200, description = "It is done.", body = ErasureReceipt),
        crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn delete(
    caller: Caller,
    context: Context,
    IfMatch(seen): IfMatch,
) -> Result<Json<ErasureReceipt>, ApiError> {
    let (documents, user, now) = (context.documents(), caller.actor.user, context.now());
    let secret = context.config().ticket_secret.as_ref().map(|secret| secret.expose());
    let alias = secret.and_then(pseudonym::keyed).ok_or_else(|| ApiError::not_configured("TICKET_SECRET"))?;
    // Who is gone already has no version to compare; that is what was wanted.
    let profile = Users(&documents).get(&user).await?;
    if profile.is_some_and(|profile| seen.is_some_and(|seen| seen != profile.version)) {
        return Err(RepositoryError::Stale.into());
    }
    let objects = LiveObjects(context.env());
    let erasure = Erasure { documents: &documents, objects: &objects, user: &user, alias, now };
    let courses = erasure.owned_courses().await?;
    if !courses.is_empty() {
        return Err(owns(&courses));
    }
    let counts = erasure.run().await?.0;
    let receipt_id = random::new_id();
    log::event("user.erased", json!({ "receiptId": receipt_id, "counts": counts }));
    let counts = counts.into_iter().map(|(collection, count)| (collection.to_owned(), count)).collect();
    Ok(Json(ErasureReceipt { receipt_id, erased_at: now, counts, kept: kept() }))
}

/// The objects themselves, by their calls.
struct LiveObjects<'a>(&'a Env);

impl Objects for LiveObjects<'_> {
    async fn erase(&self, id: &ConversationId) -> Result<(), RepositoryError> {
        Calls::new(self.0).erase(id).await.map_err(|CallError { .. }| RepositoryError::Unavailable)
    }

    async fn tell_wallet(&self, course: &CourseId) -> Result<(), RepositoryError> {
        let wallet = WalletRef::of_course(course);
        let told = wallet::calls::Calls::new(self.0).tell(&wallet).await;
        told.map_err(|wallet::calls::Unreachable(_)| RepositoryError::Unavailable)
    }

    async fn close_wallet(&self, user: &UserId) -> Result<(), RepositoryError> {
        let wallet = WalletRef::of_user(user);
        let closed = wallet::calls::Calls::new(self.0).retire(&wallet).await;
        closed.map_err(|wallet::calls::Unreachable(_)| RepositoryError::Unavailable)
    }
}

fn owns(courses: &[OwnedCourse]) -> ApiError {
    let courses: Vec<_> =
        courses.iter().map(|course| json!({ "id": course.id, "title": course.title })).collect();
    ApiError::conflict(
        "You own courses that others take part in. Delete them first, or hand them over; `details.courses` lists them.",
    )
    .with_detail("courses", courses)
}

/// What an erasure leaves.
fn kept() -> Vec<KeptBody> {
    let account = KeptBody {
        what: "account".into(),
        why: "Your sign-in is Firebase's, not ours. Delete it with the Firebase SDK: `deleteUser`.".into(),
    };
    let backups = KeptBody {
        what: "backups".into(),
        why: "Copies that the platforms make in case of a failure go by themselves, after 30 days at most."
            .into(),
    };
    let renamed = TABLE.into_iter().filter_map(|(collection, _, fate)| match fate {
        Fate::Pseudonymised(why) => {
            Some(KeptBody { what: collection.into(), why: format!("{why} It names you by a pseudonym.") })
        }
        Fate::Removed | Fate::Untouched(_) => None,
    });
    [account, backups].into_iter().chain(renamed).collect()
}
