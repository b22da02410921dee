//! `users/{uid}/idempotencyKeys/{digest}`: what was answered to a request that named a key, so that the same request
//! gets the same answer for a day.
//!
//! A key is claimed before the request is carried out and answered after it. Whoever finds it claimed waits, until the
//! claim is so old that the attempt behind it must be dead; then the request is carried out again. What it makes has ids
//! that are derived from the key, so nothing is made twice.

use mentora_core::documents::collections::IDEMPOTENCY_KEYS;
use mentora_core::ids::{UserId, digest};
use mentora_core::time::Millis;
use mentora_firestore::{Client, DocumentPath, Fields, Kind, Timestamp, Transport, Value, Write, to_fields};
use serde::{Deserialize, Serialize};

use super::document::{self, Stored, guarded};
use super::{RepositoryError, users};
use crate::platform::documents::DocumentTransport;

/// How long a key means one request, ms: a day.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How long an attempt is taken to be at work, ms: longer than any request takes.
pub const LEASE_MS: i64 = 2 * 60 * 1000;

/// When Firestore may delete the document by itself: the field of its time-to-live policy, which must be a timestamp.
const EXPIRE_AT: &str = "expireAt";

/// The keys.
#[derive(Debug)]
pub struct IdempotencyKeys<'a, T = DocumentTransport>(pub &'a Client<T>);

/// One attempt to carry out the request of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whose key.
    pub user: UserId,
    /// The key as the client names it.
    pub key: String,
    /// A digest of the request: another one under the same key is refused.
    pub fingerprint: String,
    /// Names this attempt among all.
    pub id: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The status, 200 to 299.
    pub status: u16,
    /// The header `Location`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The header `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The header `Content-Type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body; empty where there was none.
    pub body: String,
}

/// How a key stands for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The attempt is to carry out the request.
    Granted,
    /// The request was answered.
    Answered(Answer),
    /// Another attempt is at work.
    AtWork,
    /// The key means another request.
    OtherRequest,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    fingerprint: String,
    attempt: String,
    lease_until: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    expires_at: Millis,
    created_at: Millis,
    updated_at: Millis,
}

impl Attempt {
    /// A key may hold any character; its digest can stand in a path.
    fn path(&self) -> Result<DocumentPath, RepositoryError> {
        Ok(users::path(&self.user)?.collection(IDEMPOTENCY_KEYS)?.doc(&digest(&self.key))?)
    }

    fn claim(&self, now: Millis) -> Result<Fields, RepositoryError> {
        let expires_at = now + KEPT_MS;
        let key = Key {
            fingerprint: self.fingerprint.clone(),
            attempt: self.id.clone(),
            lease_until: now + LEASE_MS,
            answer: None,
            expires_at,
            created_at: now,
            updated_at: now,
        };
        let mut fields = to_fields(&key)?;
        let expire_at = Timestamp::from_micros(expires_at.0.saturating_mul(1_000));
        fields.insert(EXPIRE_AT.into(), Value::Timestamp(expire_at));
        Ok(fields)
    }
}

impl<T: Transport> IdempotencyKeys<'_, T> {
    /// Claims the key of an attempt for it. Of several attempts at once, one is granted.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn claim(&self, attempt: &Attempt, now: Millis) -> Result<Claim, RepositoryError> {
        let path = attempt.path()?;
        let first = Write::create(path.clone(), attempt.claim(now)?);
        if self.took(&[first]).await? {
            return Ok(Claim::Granted);
        }
        let Some(found) = self.read(&path).await? else {
            // Released between the two calls.
            return Ok(Claim::AtWork);
        };
        match standing(&found, attempt, now) {
            Standing::Ours => Ok(Claim::Granted),
            Standing::Closed(claim) => Ok(claim),
            Standing::Free => {
                let again = guarded(Write::set(path.clone(), attempt.claim(now)?), Some(found.version));
                if self.took(&[again]).await? {
                    return Ok(Claim::Granted);
                }
                // Another attempt was faster, or our own reply was lost.
                let ours = self.read(&path).await?.is_some_and(|found| found.attempt == attempt.id);
                Ok(if ours { Claim::Granted } else { Claim::AtWork })
            }
        }
    }

    /// Keeps what was answered.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] when another attempt has taken over meanwhile.
    pub async fn answer(
        &self,
        attempt: &Attempt,
        answer: Answer,
        now: Millis,
    ) -> Result<(), RepositoryError> {
        let path = attempt.path()?;
        let Some(found) = self.own(attempt, &path).await? else { return Err(RepositoryError::Conflict) };
        let mut fields = Fields::from([("updatedAt".into(), Value::Integer(now.0))]);
        fields.insert("answer".into(), mentora_firestore::value::to_value(&answer)?);
        let write = Write::update(path, fields).masked(["answer", "updatedAt"]);
        self.0.commit(&[guarded(write, Some(found.version))]).await?;
        Ok(())
    }

    /// Gives the key back: nothing was done, so the same request may be tried again.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn release(&self, attempt: &Attempt) -> Result<(), RepositoryError> {
        let path = attempt.path()?;
        let Some(found) = self.own(attempt, &path).await? else { return Ok(()) };
        self.0.commit(&[guarded(Write::delete(path), Some(found.version))]).await?;
        Ok(())
    }

    /// Whether a write happened; not, where the document did not stand as expected or the reply was lost.
    async fn took(&self, writes: &[Write]) -> Result<bool, RepositoryError> {
        match self.0.commit(writes).await {
            Ok(_) => Ok(true),
            Err(error) => match error.kind {
                Kind::AlreadyExists
                | Kind::NotFound
                | Kind::FailedPrecondition
                | Kind::Aborted
                | Kind::UnknownOutcome => Ok(false),
                _ => Err(error.into()),
            },
        }
    }

    async fn read(&self, path: &DocumentPath) -> Result<Option<Stored<Key>>, RepositoryError> {
        document::read(self.0, path).await
    }

    async fn own(
        &self,
        attempt: &Attempt,
        path: &DocumentPath,
    ) -> Result<Option<Stored<Key>>, RepositoryError> {
        Ok(self.read(path).await?.filter(|found| found.attempt == attempt.id))
    }
}

enum Standing {
    /// The claim is this attempt's: its reply was lost.
    Ours,
    /// Nothing is to be done.
    Closed(Claim),
    /// The day is over, or the attempt that held the key is dead.
    Free,
}

fn standing(found: &Key, attempt: &Attempt, now: Millis) -> Standing {
    if found.attempt == attempt.id {
        Standing::Ours
    } else if found.expires_at <= now {
        Standing::Free
    } else if found.fingerprint != attempt.fingerprint {
        Standing::Closed(Claim::OtherRequest)
    } else if let Some(answer) = &found.answer {
        Standing::Closed(Claim::Answered(answer.clone()))
    } else if found.lease_until <= now {
        Standing::Free
    } else {
        Standing::Closed(Claim::AtWork)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;

    use super::*;
    use crate::repositories::native_store::{documents, user};

    const NOW: Millis = Millis(1_795_000_000_000);

    fn attempt(id: &str) -> Attempt {
        Attempt { user: user("ada"), key: "k/1 ü".into(), fingerprint: "same".into(), id: id.into() }
    }

    fn answer() -> Answer {
        Answer {
            status: 201,
            location: Some("/api/courses/c".into()),
            etag: None,
            content_type: Some("application/json".into()),
            body: "{}".into(),
        }
    }

    #[test]
    fn of_several_attempts_at_once_one_is_granted_and_the_rest_get_its_answer() {
        let (documents, _) = documents();
        let keys = IdempotencyKeys(&documents);
        let (a, b) = (attempt("a"), attempt("b"));
        block_on(async {
            let both = join!(keys.claim(&a, NOW), keys.claim(&b, NOW));
            assert_eq!(both, (Ok(Claim::Granted), Ok(Claim::AtWork)));
            keys.answer(&a, answer(), NOW).await.unwrap();
            assert_eq!(keys.claim(&b, NOW).await, Ok(Claim::Answered(answer())));
        });
    }

    #[test]
    fn another_request_under_the_same_key_is_refused_and_another_users_key_is_another() {
        let (documents, _) = documents();
        let keys = IdempotencyKeys(&documents);
        block_on(async {
            keys.claim(&attempt("a"), NOW).await.unwrap();
            let other = Attempt { fingerprint: "other".into(), ..attempt("b") };
            assert_eq!(keys.claim(&other, NOW).await, Ok(Claim::OtherRequest));
            let bob = Attempt { user: user("bob"), ..other };
            assert_eq!(keys.claim(&bob, NOW).await, Ok(Claim::Granted));
        });
    }

    #[test]
    fn a_dead_attempt_frees_the_key_and_can_no_longer_answer() {
        let (documents, _) = documents();
        let keys = IdempotencyKeys(&documents);
        let (dead, next) = (attempt("dead"), attempt("next"));
        block_on(async {
            keys.claim(&dead, NOW).await.unwrap();
            assert_eq!(keys.claim(&next, NOW + LEASE_MS - 1).await, Ok(Claim::AtWork));
            let later = NOW + LEASE_MS;
            assert_eq!(keys.claim(&next, later).await, Ok(Claim::Granted));
            assert_eq!(keys.answer(&dead, answer(), later).await, Err(RepositoryError::Conflict));
            keys.release(&dead).await.unwrap();
            assert_eq!(keys.claim(&attempt("third"), later).await, Ok(Claim::AtWork));
        });
    }

    #[test]
    fn after_a_day_a_key_means_nothing() {
        let (documents, _) = documents();
        let keys = IdempotencyKeys(&documents);
        block_on(async {
            keys.claim(&attempt("a"), NOW).await.unwrap();
            keys.answer(&attempt("a"), answer(), NOW).await.unwrap();
            let other = Attempt { fingerprint: "other".into(), ..attempt("b") };
            assert_eq!(keys.claim(&other, NOW + KEPT_MS - 1).await, Ok(Claim::OtherRequest));
            assert_eq!(keys.claim(&other, NOW + KEPT_MS).await, Ok(Claim::Granted));
        });
    }

    #[test]
    fn a_key_that_was_given_back_is_granted_again() {
        let (documents, _) = documents();
        let keys = IdempotencyKeys(&documents);
        block_on(async {
            keys.claim(&attempt("a"), NOW).await.unwrap();
            keys.release(&attempt("a")).await.unwrap();
            assert_eq!(keys.claim(&attempt("b"), NOW).await, Ok(Claim::Granted));
        });
    }

    #[test]
    fn a_lost_reply_leaves_no_key_claimed_by_nobody() {
        let (documents, store) = documents();
        let keys = IdempotencyKeys(&documents);
        block_on(async {
            store.lose_next_commit_reply();
            assert_eq!(keys.claim(&attempt("a"), NOW).await, Ok(Claim::Granted));
            store.lose_next_commit_reply();
            assert_eq!(keys.claim(&attempt("b"), NOW + LEASE_MS).await, Ok(Claim::Granted));
        });
    }

    #[test]
    fn the_store_may_forget_a_key_when_its_day_is_over() {
        let (documents, _) = documents();
        block_on(async {
            IdempotencyKeys(&documents).claim(&attempt("a"), NOW).await.unwrap();
            let stored = documents.get(&attempt("a").path().unwrap()).await.unwrap().unwrap();
            let day_over = Timestamp::from_micros((NOW + KEPT_MS).0 * 1_000);
            assert_eq!(stored.fields[EXPIRE_AT], Value::Timestamp(day_over));
        });
    }
}
