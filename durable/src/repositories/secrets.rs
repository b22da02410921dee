//! `courses/{courseId}/secrets/join`: the hash of a course's password. [`Courses`](super::Courses) makes and removes it
//! together with what the course says of it.

use mentora_core::documents::collections::SECRETS;
use mentora_core::documents::{CourseSecret, PasswordHash};
use mentora_core::ids::CourseId;
use mentora_core::time::Millis;
use mentora_firestore::{Client, CollectionPath, DocumentPath, Transport, Write, to_fields};
use serde::Serialize;

use super::{RepositoryError, Stored, Version, courses, document};
use crate::platform::documents::DocumentTransport;

/// The secrets of courses.
#[derive(Debug)]
pub struct Secrets<'a, T = DocumentTransport>(pub &'a Client<T>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rehashed<'a> {
    password_hash: &'a PasswordHash,
}

pub(super) fn collection(course: &CourseId) -> Result<CollectionPath, RepositoryError> {
    Ok(courses::path(course)?.collection(SECRETS)?)
}

fn path(course: &CourseId) -> Result<DocumentPath, RepositoryError> {
    Ok(collection(course)?.doc("join")?)
}

/// What sets the password of a course, or removes it.
pub(super) fn write(
    course: &CourseId,
    hash: Option<&PasswordHash>,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let path = path(course)?;
    let Some(hash) = hash else { return Ok(Write::delete(path)) };
    let secret = CourseSecret { password_hash: hash.clone(), created_at: now, updated_at: now };
    Ok(Write::set(path, to_fields(&secret)?))
}

impl<T: Transport> Secrets<'_, T> {
    /// The secret of a course that has a password.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, course: &CourseId) -> Result<Option<Stored<CourseSecret>>, RepositoryError> {
        document::read(self.0, &path(course)?).await
    }

    /// Keeps the same password by another hash.
    ///
    /// # Errors
    /// [`RepositoryError::Stale`] when it has another password than the one that was `seen`.
    pub async fn rehash(
        &self,
        course: &CourseId,
        hash: &PasswordHash,
        seen: Version,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        let change = Rehashed { password_hash: hash };
        let changed: Result<Stored<CourseSecret>, _> =
            document::update(self.0, &path(course)?, &change, Some(seen), now).await;
        changed.map(|_| ())
    }
}
