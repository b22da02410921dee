//! How often somebody guessed at the password of a course: `courses/{courseId}/guesses/{userId}`, and the wrong guesses of
//! everybody together, `courses/{courseId}/secrets/guesses`.
//!
//! The limiter of the runtime counts in each of its places for itself and forgets within a minute; it keeps a flood away.
//! These counts are exact wherever the guesses come from. A user's guess is counted before it is looked at, under a
//! precondition, so no two at once count as one. Those of everybody are counted when they were wrong, so that a class
//! that joins in the same minute does not wait for one document; what is under way at that moment may exceed the limit.

use mentora_core::documents::collections::GUESSES;
use mentora_core::ids::{CourseId, UserId};
use mentora_core::time::Millis;
use mentora_firestore::{
    Client, CollectionPath, Document, DocumentPath, Error, Kind, Precondition, Transport, Write, to_fields,
};
use serde::{Deserialize, Serialize};

use super::{RepositoryError, courses, secrets};
use crate::platform::documents::DocumentTransport;

/// How often a count is tried while others change it.
const ATTEMPTS: u32 = 5;

/// How long guesses are held against somebody, in milliseconds: a quarter of an hour from the first.
pub const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Guesses of one user in that time.
pub const OF_USER: u32 = 5;
/// Wrong guesses of all users in that time.
pub const OF_COURSE: u32 = 100;

/// The guesses.
#[derive(Debug)]
pub struct Guesses<'a, T = DocumentTransport>(pub &'a Client<T>);

/// Whether one more guess is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It is, and was counted.
    Given,
    /// Not before then.
    NotBefore(Millis),
}

/// Guesses within one window.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    count: u32,
    /// When the window was opened, ms.
    created_at: Millis,
    updated_at: Millis,
}

impl Count {
    fn after(before: Option<Self>, now: Millis) -> Self {
        match before {
            Some(before) => Self { count: before.count.saturating_add(1), updated_at: now, ..before },
            None => Self { count: 1, created_at: now, updated_at: now },
        }
    }

    fn ends_at(self) -> Millis {
        self.created_at + WINDOW_MS
    }
}

pub(super) fn collection(course: &CourseId) -> Result<CollectionPath, RepositoryError> {
    Ok(courses::path(course)?.collection(GUESSES)?)
}

fn path(course: &CourseId, user: &UserId) -> Result<DocumentPath, RepositoryError> {
    Ok(collection(course)?.doc(user.as_str())?)
}

fn path_of_all(course: &CourseId) -> Result<DocumentPath, RepositoryError> {
    Ok(secrets::collection(course)?.doc("guesses")?)
}

impl<T: Transport> Guesses<'_, T> {
    /// Counts a guess that is about to be looked at.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when the same user guesses so often at once that they cannot be counted.
    pub async fn begin(
        &self,
        course: &CourseId,
        user: &UserId,
        now: Millis,
    ) -> Result<Leave, RepositoryError> {
        let (own, all) = (path(course, user)?, path_of_all(course)?);
        for _ in 0..ATTEMPTS {
            let found = self.0.batch_get(&[own.clone(), all.clone()]).await?;
            let [own_found, all_found] = found.as_slice() else {
                return Err(RepositoryError::Internal("two documents were asked for".into()));
            };
            let (before, of_all) = (current(own_found.as_ref(), now)?, current(all_found.as_ref(), now)?);
            for (count, limit) in [(before, OF_USER), (of_all, OF_COURSE)] {
                if let Some(full) = count.filter(|count| count.count >= limit) {
                    return Ok(Leave::NotBefore(full.ends_at()));
                }
            }
            match self.0.commit(&[counting(own.clone(), own_found.as_ref(), before, now)?]).await {
                Ok(_) => return Ok(Leave::Given),
                // Counted twice rather than not at all.
                Err(error) if may_be_repeated(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// Counts a guess that was wrong for everybody.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when it cannot be counted for all the others.
    pub async fn missed(&self, course: &CourseId, now: Millis) -> Result<(), RepositoryError> {
        let path = path_of_all(course)?;
        for _ in 0..ATTEMPTS {
            let found = self.0.get(&path).await?;
            let before = current(found.as_ref(), now)?;
            let write = match before {
                // Increments do not exclude each other.
                Some(_) => Write::transform(path.clone())
                    .increment("count", 1_i64)
                    .only_if(Precondition::Exists(true)),
                None => counting(path.clone(), found.as_ref(), None, now)?,
            };
            match self.0.commit(&[write]).await {
                Ok(_) => return Ok(()),
                Err(error) if may_be_repeated(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// Forgets the guesses of a user, who knew it in the end.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn forget(&self, course: &CourseId, user: &UserId) -> Result<(), RepositoryError> {
        self.0.commit(&[Write::delete(path(course, user)?)]).await?;
        Ok(())
    }
}

/// The count of a window that is open at `now`.
fn current(found: Option<&Document>, now: Millis) -> Result<Option<Count>, RepositoryError> {
    let count: Option<Count> = found.map(Document::decode).transpose()?;
    Ok(count.filter(|count| now < count.ends_at()))
}

/// One more, unless somebody else counts at the same moment.
fn counting(
    path: DocumentPath,
    found: Option<&Document>,
    before: Option<Count>,
    now: Millis,
) -> Result<Write, RepositoryError> {
    let precondition =
        found.map_or(Precondition::Exists(false), |found| Precondition::UpdateTime(found.update_time));
    Ok(Write::set(path, to_fields(&Count::after(before, now))?).only_if(precondition))
}

fn may_be_repeated(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::AlreadyExists
            | Kind::NotFound
            | Kind::FailedPrecondition
            | Kind::Aborted
            | Kind::UnknownOutcome
    )
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::join_all;

    use super::*;
    use crate::repositories::native_store::{course_id, documents, user};

    const NOW: Millis = Millis(1_000_000);

    #[test]
    fn after_so_many_guesses_a_user_waits_and_is_free_again_after_a_while() {
        let (documents, _) = documents();
        let (guesses, course) = (Guesses(&documents), course_id("ethics"));
        block_on(async {
            for at in 0..i64::from(OF_USER) {
                assert_eq!(guesses.begin(&course, &user("s"), NOW + at).await, Ok(Leave::Given));
            }
            let free = NOW + WINDOW_MS;
            for at in [NOW + 10, free + -1] {
                assert_eq!(guesses.begin(&course, &user("s"), at).await, Ok(Leave::NotBefore(free)));
            }
            // Neither another user nor another course has to wait.
            assert_eq!(guesses.begin(&course, &user("t"), NOW).await, Ok(Leave::Given));
            assert_eq!(guesses.begin(&course_id("logic"), &user("s"), NOW).await, Ok(Leave::Given));
            for _ in 0..OF_USER {
                assert_eq!(guesses.begin(&course, &user("s"), free).await, Ok(Leave::Given));
            }
            let next = free + WINDOW_MS;
            assert_eq!(guesses.begin(&course, &user("s"), free).await, Ok(Leave::NotBefore(next)));
        });
    }

    #[test]
    fn of_many_guesses_at_once_no_more_than_allowed_are_looked_at() {
        let (documents, _) = documents();
        let (course, student) = (course_id("ethics"), user("s"));
        let all = (0..20).map(|_| async { Guesses(&documents).begin(&course, &student, NOW).await });
        let given = block_on(join_all(all)).into_iter().filter(|leave| *leave == Ok(Leave::Given)).count();
        assert!((1..=5).contains(&given), "{given}");
    }

    #[test]
    fn wrong_guesses_of_many_users_close_the_door_for_all_for_a_while() {
        let (documents, _) = documents();
        let (guesses, course) = (Guesses(&documents), course_id("ethics"));
        block_on(async {
            for _ in 0..OF_COURSE / 10 {
                // Ten at once: none is lost.
                let missed =
                    join_all((0..10).map(|_| async { Guesses(&documents).missed(&course, NOW).await }));
                assert!(missed.await.iter().all(Result::is_ok));
            }
            let free = NOW + WINDOW_MS;
            assert_eq!(guesses.begin(&course, &user("new"), NOW).await, Ok(Leave::NotBefore(free)));
            assert_eq!(guesses.begin(&course, &user("new"), free).await, Ok(Leave::Given));
            guesses.missed(&course, free).await.unwrap();
            assert_eq!(guesses.begin(&course, &user("other"), free).await, Ok(Leave::Given));
        });
    }

    #[test]
    fn who_knew_it_begins_anew() {
        let (documents, _) = documents();
        let (guesses, course, student) = (Guesses(&documents), course_id("ethics"), user("s"));
        block_on(async {
            for _ in 0..3 {
                for _ in 0..OF_USER {
                    assert_eq!(guesses.begin(&course, &student, NOW).await, Ok(Leave::Given));
                }
                guesses.forget(&course, &student).await.unwrap();
            }
        });
    }

    #[test]
    fn a_lost_reply_counts_at_least_once() {
        let (documents, store) = documents();
        let (guesses, course, student) = (Guesses(&documents), course_id("ethics"), user("s"));
        block_on(async {
            let mut given = 0;
            for _ in 0..2 * OF_USER {
                store.lose_next_commit_reply();
                given += u32::from(guesses.begin(&course, &student, NOW).await == Ok(Leave::Given));
            }
            assert!((1..=OF_USER).contains(&given), "{given}");
        });
    }
}
