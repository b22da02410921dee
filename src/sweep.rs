//! What a deleted course leaves behind: its conversations are ended by their own objects, then what belonged to it is
//! removed. Everything here may be done again, by whoever comes first: `DELETE /api/courses/{id}` once more, or a timer.

use futures::{TryStreamExt as _, stream};
use mentora_core::documents::EndReason;
use mentora_core::ids::{ConversationId, CourseId};
use mentora_durable::conversation::calls::{Calls, EndCall};
use mentora_durable::platform::documents::Documents;
use mentora_durable::platform::log;
use mentora_durable::repositories::deleted_courses::Left;
use mentora_durable::repositories::{Conversations, DeletedCourses, Page};
use mentora_wire::error::ErrorCode;
use serde_json::json;
use worker::Env;

use crate::error::ApiError;

/// Conversations that are ended at a time: each may have to be read from the store first.
const AT_ONCE: usize = 6;
/// Pages of conversations that one request ends: somebody waits for it.
const MAX_PAGES: u32 = 3;

/// Goes on with every course of which something is left. For a timer.
///
/// # Errors
/// As [`course`]; the others are tried all the same.
pub async fn all(env: &Env, documents: &Documents) -> Result<(), ApiError> {
    let (left, _) = DeletedCourses(documents).list(&Page::default()).await?;
    let mut all = Ok(());
    for (id, _) in left {
        all = all.and(course(env, documents, &id).await);
    }
    all
}

/// Goes on with one. When this returns without an error, all of its conversations have ended; what else is left can be
/// seen by nobody.
///
/// # Errors
/// `503` when not all conversations could be ended now, or the store does not answer.
pub async fn course(env: &Env, documents: &Documents, id: &CourseId) -> Result<(), ApiError> {
    end_conversations(env, documents, id).await?;
    if DeletedCourses(documents).sweep(id).await? == Left::Something {
        log::event("course.sweep.unfinished", json!({ "courseId": id }));
    }
    Ok(())
}

async fn end_conversations(env: &Env, documents: &Documents, id: &CourseId) -> Result<(), ApiError> {
    let mut page = Page { limit: 100, cursor: None };
    for _ in 0..MAX_PAGES {
        let (open, next) = Conversations(documents).open_in(id, &page).await?;
        let ended = stream::iter(open.iter().map(Ok));
        ended.try_for_each_concurrent(AT_ONCE, |open| end(env, open)).await?;
        if next.is_none() {
            return Ok(());
        }
        page.cursor = next;
    }
    Err(ApiError::course_not_swept("more are open than one request ends"))
}

async fn end(env: &Env, id: &ConversationId) -> Result<(), ApiError> {
    let call = EndCall { reason: EndReason::InstructorEnded };
    match Calls::new(env).end(id, &call).await {
        Ok(_) => Ok(()),
        // Its assignment was removed before: nobody can go on with it.
        Err(error) if error.code == ErrorCode::NotFound => Ok(()),
        Err(error) => Err(ApiError::course_not_swept(error)),
    }
}
