//! The passwords of courses: how they are kept, and who may try one how often.

use mentora_core::documents::PasswordHash;
use mentora_core::ids::{CourseId, UserId};
use mentora_core::password::{Derivation, Kept, Password};
use mentora_durable::platform::log;
use mentora_durable::platform::password::{fresh_salt, key};
use mentora_durable::repositories::guesses::Leave;
use mentora_durable::repositories::{Guesses, RepositoryError, Secrets};
use serde_json::json;

use crate::context::Context;
use crate::error::ApiError;
use crate::limits;

/// What is kept of a password.
///
/// # Errors
/// When the runtime makes no key of it.
pub async fn hash(password: &Password) -> Result<PasswordHash, ApiError> {
    let derivation = Derivation::fresh(fresh_salt());
    let key = key(password, &derivation).await.map_err(ApiError::internal_error)?;
    Ok(derivation.hash(&key))
}

/// Lets a user pass who knows the password of a course.
///
/// # Errors
/// `403` for who does not know it, `429` for who has tried too often, whatever is tried now.
pub async fn admit(
    context: &Context,
    course: &CourseId,
    user: &UserId,
    guess: Option<&Password>,
) -> Result<(), ApiError> {
    let Some(guess) = guess else { return Err(ApiError::password_required()) };
    limits::guess(context, course.as_str()).await?;
    let (documents, now) = (context.documents(), context.now());
    let guesses = Guesses(&documents);
    if let Leave::NotBefore(free) = guesses.begin(course, user, now).await? {
        return Err(ApiError::too_many_guesses(free.since(now)));
    }
    // It goes with what the course says of it: without one, it was removed a moment ago.
    let Some(secret) = Secrets(&documents).get(course).await? else { return Ok(()) };
    let kept = Kept::read(&secret.password_hash).map_err(ApiError::internal_error)?;
    let tried = key(guess, &kept.derivation).await.map_err(ApiError::internal_error)?;
    if !kept.has_key(&tried) {
        guesses.missed(course, now).await?;
        return Err(ApiError::password_wrong());
    }
    // Who knew it is let in, whatever becomes of the housekeeping.
    note(context, guesses.forget(course, user).await);
    if kept.derivation.is_outdated() {
        let fresh = hash(guess).await?;
        note(context, Secrets(&documents).rehash(course, &fresh, secret.version, now).await);
    }
    Ok(())
}

fn note(context: &Context, done: Result<(), RepositoryError>) {
    if let Err(error) = done {
        let fields = json!({ "requestId": context.request_id(), "reason": error.to_string() });
        log::failure("password.unkept", fields);
    }
}
